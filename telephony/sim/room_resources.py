"""Conferences and their participants over REST."""

from functools import partial

from telephony.sim.call import Act
from telephony.sim.call_resources import RING_SECONDS
from telephony.sim.carrier import CALL_SECONDS_MAX, Carrier
from telephony.sim.conference import UPDATED, Joining, LabelTaken, Participant, Room
from telephony.sim.dialing import stay
from telephony.sim.forms import TRUE, Form, Handled, Refusal
from telephony.sim.shapes import Shapes
from telephony.sim.twiml import Executor


class RoomResources:
    def __init__(self, carrier: Carrier, shapes: Shapes) -> None:
        self._carrier = carrier
        self._shapes = shapes

    async def list_rooms(self, query: Form) -> Handled:
        name, status = query.get("FriendlyName"), query.get("Status")
        found = [
            room
            for room in reversed(self._carrier.rooms.values())
            if (not name or room.name == name) and (not status or room.status == status)
        ]
        return 200, self._shapes.page("conferences", "/Conferences.json", [self._shapes.room(room) for room in found])

    async def fetch_room(self, _: Form, room: str) -> Handled:
        return 200, self._shapes.room(self._known_room(room))

    async def update_room(self, form: Form, room: str) -> Handled:
        known = self._known_room(room)
        if form.get("Status") == "completed":
            known.end("conference-ended-via-api")
        return 200, self._shapes.room(known)

    async def list_participants(self, query: Form, room: str) -> Handled:
        known = self._known_room(room)
        found = [self._shapes.participant(known, one) for one in known.participants.values()]
        return 200, self._shapes.page("participants", f"/Conferences/{known.sid}/Participants.json", found)

    async def create_participant(self, form: Form, room: str) -> Handled:
        known = self._carrier.rooms.get(room) or self._carrier.room(room)
        if known.status == "completed":
            raise Refusal(404, 20404, f"conference {room} is over")
        call = self._carrier.new_call(from_=form.get("From"), to=form.get("To"), direction="outbound-api")
        call.status_callback = form.get("StatusCallback") or None
        call.events = frozenset(form.all("StatusCallbackEvent") or ["completed"])
        dialling = self._carrier.dial(
            call,
            ring_seconds=form.seconds("Timeout", RING_SECONDS),
            act=partial(_enter, room=known, joining=_joining(form)),
            max_seconds=min(CALL_SECONDS_MAX, form.seconds("TimeLimit", CALL_SECONDS_MAX)),
        )
        self._carrier.background.start(dialling, f"participant {call.to}")
        expected = Participant(
            call.sid, form.get("Label") or None, form.flag("Muted", False), form.flag("StartConferenceOnEnter", True),
            form.flag("EndConferenceOnExit", False), form.get("Beep", TRUE), known,
        )  # fmt: skip
        return 201, self._shapes.participant(known, expected, status="queued")

    async def fetch_participant(self, _: Form, room: str, who: str) -> Handled:
        known = self._known_room(room)
        return 200, self._shapes.participant(known, self._within(known, who))

    async def update_participant(self, form: Form, room: str, who: str) -> Handled:
        known = self._known_room(room)
        participant = self._within(known, who)
        names = {"Muted": "muted", "Hold": "hold", "EndConferenceOnExit": "ends", "Coaching": "coaching"}
        known.update(participant, {names[name]: form.flag(name, False) for name in names if name in form})
        return 200, self._shapes.participant(known, participant)

    async def remove_participant(self, _: Form, room: str, who: str) -> Handled:
        known = self._known_room(room)
        known.leave(self._within(known, who).call_sid, UPDATED, call_status="in-progress", kicked=True)
        return 204, None

    def _known_room(self, sid: str) -> Room:
        room = self._carrier.rooms.get(sid)
        if room is None:
            raise Refusal(404, 20404, f"conference {sid} was not found")
        return room

    @staticmethod
    def _within(room: Room, who: str) -> Participant:
        """By CallSid or label."""
        for participant in room.participants.values():
            if who in (participant.call_sid, participant.label):
                return participant
        raise Refusal(404, 20404, f"participant {who} was not found in {room.sid}")


def _joining(form: Form) -> Joining:
    return Joining(
        label=form.get("Label") or None,
        muted=form.flag("Muted", False),
        beep=form.get("Beep", TRUE),
        starts=form.flag("StartConferenceOnEnter", True),
        ends=form.flag("EndConferenceOnExit", False),
        jitter=form.get("JitterBufferSize", "large"),
        wait_music=form.get("WaitUrl", "default") != "",
        callback=form.get("ConferenceStatusCallback") or None,
        events=frozenset(form.all("ConferenceStatusCallbackEvent")),
    )


async def _enter(it: Executor, *, room: Room, joining: Joining) -> Act | None:
    """What a telephone that was rung as a participant does."""
    try:
        participant = room.enter(it.call.sid, joining, on_joined=it.phone.joined)
    except LabelTaken as error:
        it.call.note("error", f"16025: {error}")
        return None
    await stay(it, room, participant)
    return None
