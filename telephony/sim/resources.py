"""What the carrier's REST resources do, by method and path: calls, streams, conferences, participants, recordings.

Each handler is given a checked form and returns a status with the resource, or raises `Refusal` with Twilio's code.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from xml.etree import ElementTree

from telephony.sim.call import FINAL, Act, CarrierCall
from telephony.sim.carrier import CALL_SECONDS_MAX, Carrier
from telephony.sim.conference import VIA_API, Joining, LabelTaken, Participant, Room
from telephony.sim.dialing import stay
from telephony.sim.streaming import close_tap, open_tap
from telephony.sim.twiml import Executor, document

TWIML_LENGTH_MAX = 4000
RING_SECONDS = 60.0  # `Timeout` of a created call, by default
TRUE = "true"


class Refusal(Exception):
    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class Form:
    """Fields of a request, each once or several times."""

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        self._fields = fields

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def get(self, name: str, default: str = "") -> str:
        return self._fields.get(name, [default])[0]

    def all(self, name: str) -> list[str]:
        return self._fields.get(name, [])

    def flag(self, name: str, default: bool) -> bool:
        return self.get(name).lower() == TRUE if name in self else default

    def seconds(self, name: str, default: float) -> float:
        return float(self.get(name)) if name in self else default


@dataclass(slots=True)
class Recording:
    sid: str
    call_sid: str
    created_at: float
    status: str = "in-progress"
    moments: list[tuple[float, str]] = field(default_factory=list)  # loop time, status


Handled = tuple[int, Mapping[str, Any] | None]
Handler = Callable[..., Awaitable[Handled]]


class Resources:
    def __init__(self, carrier: Carrier) -> None:
        self.recordings: dict[str, Recording] = {}
        self._carrier = carrier
        self._root = f"/2010-04-01/Accounts/{carrier.account_sid}"
        call, room = r"/Calls/(?P<call>[^/]+)", r"/Conferences/(?P<room>[^/]+)"
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = [
            (method, re.compile(re.escape(self._root) + path + r"\.json"), handler)
            for method, path, handler in (
                ("POST", "/Calls", self._create_call),
                ("GET", "/Calls", self._list_calls),
                ("GET", call, self._fetch_call),
                ("POST", call, self._update_call),
                ("POST", call + "/Streams", self._create_stream),
                ("POST", call + r"/Streams/(?P<stream>[^/]+)", self._stop_stream),
                ("POST", call + "/Recordings", self._create_recording),
                ("POST", call + r"/Recordings/(?P<recording>[^/]+)", self._update_recording),
                ("GET", "/Conferences", self._list_rooms),
                ("GET", room, self._fetch_room),
                ("POST", room, self._update_room),
                ("GET", room + "/Participants", self._list_participants),
                ("POST", room + "/Participants", self._create_participant),
                ("GET", room + r"/Participants/(?P<who>[^/]+)", self._fetch_participant),
                ("POST", room + r"/Participants/(?P<who>[^/]+)", self._update_participant),
                ("DELETE", room + r"/Participants/(?P<who>[^/]+)", self._remove_participant),
            )
        ]

    async def handle(self, method: str, path: str, form: Form, query: Form) -> Handled:
        """Raises `Refusal`."""
        for known, pattern, handler in self._routes:
            if known == method and (match := pattern.fullmatch(path)):
                given = query if method == "GET" else form
                return await handler(given, **match.groupdict())
        raise Refusal(404, 20404, f"{method} {path}: no such resource")

    # Calls.

    async def _create_call(self, form: Form) -> Handled:
        if "Twiml" not in form and "Url" not in form:
            raise Refusal(400, 21205, "Twiml or Url expected, got neither")
        call = self._carrier.new_call(from_=form.get("From"), to=form.get("To"), direction="outbound-api")
        call.status_callback = form.get("StatusCallback") or None
        call.events = frozenset(form.all("StatusCallbackEvent") or ["completed"])
        call.fallback_url = form.get("FallbackUrl") or None
        dialling = self._carrier.dial(
            call,
            ring_seconds=form.seconds("Timeout", RING_SECONDS),
            act=self._document(call, form),
            max_seconds=min(CALL_SECONDS_MAX, form.seconds("TimeLimit", CALL_SECONDS_MAX)),
        )
        self._carrier.background.start(dialling, f"call to {call.to}")
        return 201, self._call(call)

    async def _list_calls(self, query: Form) -> Handled:
        wanted = {"status": query.get("Status"), "to": query.get("To"), "from_": query.get("From")}
        found = [
            call
            for call in reversed(self._carrier.calls.values())
            if all(not value or getattr(call, name) == value for name, value in wanted.items())
        ]
        return 200, self._page("calls", "/Calls.json", [self._call(call) for call in found])

    async def _fetch_call(self, _: Form, call: str) -> Handled:
        return 200, self._call(self._known(call))

    async def _update_call(self, form: Form, call: str) -> Handled:
        known = self._known(call)
        if known.status in FINAL:
            raise Refusal(400, 21220, "Call is not in-progress. Cannot redirect.")
        match form.get("Status"):
            case "completed":
                known.complete()
            case "canceled" if known.status != "in-progress":
                known.complete()
        if "Twiml" in form or "Url" in form:
            if "Status" in form:
                raise Refusal(400, 21218, "Status or a document expected, got both")
            if known.status != "in-progress":
                raise Refusal(400, 21220, "Call is not in-progress. Cannot redirect.")
            known.note("redirected", form.get("Url") or "Twiml")
            known.redirect(self._document(known, form))
        return 200, self._call(known)

    # Media streams and recordings of a call.

    async def _create_stream(self, form: Form, call: str) -> Handled:
        known = self._in_progress(call)
        attributes = {"url": form.get("Url"), "name": form.get("Name"), "track": form.get("Track", "inbound_track")}
        element = ElementTree.Element("Stream", attributes)
        if "StatusCallback" in form:
            element.set("statusCallback", form.get("StatusCallback"))
        number = 1
        while f"Parameter{number}.Name" in form:
            given = {"name": form.get(f"Parameter{number}.Name"), "value": form.get(f"Parameter{number}.Value")}
            ElementTree.SubElement(element, "Parameter", given)
            number += 1
        sid = await open_tap(self._carrier, known, element)
        if sid is None:
            raise Refusal(400, 31920, "the stream could not be opened")
        return 200, self._stream(known, sid, "in-progress")

    async def _stop_stream(self, form: Form, call: str, stream: str) -> Handled:
        known = self._known(call)
        taps = [tap for tap in known.taps if stream in (tap.sid, tap.name)]
        if not taps:
            raise Refusal(404, 20404, f"stream {stream} was not found")
        await close_tap(self._carrier, taps[-1].sid)
        return 200, self._stream(known, taps[-1].sid, "stopped")

    async def _create_recording(self, form: Form, call: str) -> Handled:
        known = self._in_progress(call)
        recording = Recording(self._carrier.new_sid("RE"), known.sid, _now())
        self.recordings[recording.sid] = recording
        return 201, self._recording(recording)

    async def _update_recording(self, form: Form, call: str, recording: str) -> Handled:
        of_call = [one for one in self.recordings.values() if one.call_sid == call]
        found = of_call[-1:] if recording == "Twilio.CURRENT" else [r for r in of_call if r.sid == recording]
        if not found:
            raise Refusal(404, 20404, f"recording {recording} was not found")
        if found[0].status == "stopped":
            raise Refusal(400, 21220, "the recording is stopped")
        found[0].status = form.get("Status")
        found[0].moments.append((_now(), found[0].status))
        return 200, self._recording(found[0])

    # Conferences and who is in them.

    async def _list_rooms(self, query: Form) -> Handled:
        name, status = query.get("FriendlyName"), query.get("Status")
        found = [
            room
            for room in reversed(self._carrier.rooms.values())
            if (not name or room.name == name) and (not status or room.status == status)
        ]
        return 200, self._page("conferences", "/Conferences.json", [self._room(room) for room in found])

    async def _fetch_room(self, _: Form, room: str) -> Handled:
        return 200, self._room(self._known_room(room))

    async def _update_room(self, form: Form, room: str) -> Handled:
        known = self._known_room(room)
        if form.get("Status") == "completed":
            known.end("conference-ended-via-api")
        return 200, self._room(known)

    async def _list_participants(self, query: Form, room: str) -> Handled:
        known = self._known_room(room)
        found = [self._participant(known, one) for one in known.participants.values()]
        return 200, self._page("participants", f"/Conferences/{known.sid}/Participants.json", found)

    async def _create_participant(self, form: Form, room: str) -> Handled:
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
        return 201, self._participant(known, expected, status="queued")

    async def _fetch_participant(self, _: Form, room: str, who: str) -> Handled:
        known = self._known_room(room)
        return 200, self._participant(known, self._within(known, who))

    async def _update_participant(self, form: Form, room: str, who: str) -> Handled:
        known = self._known_room(room)
        participant = self._within(known, who)
        names = {"Muted": "muted", "Hold": "hold", "EndConferenceOnExit": "ends", "Coaching": "coaching"}
        known.update(participant, {names[name]: form.flag(name, False) for name in names if name in form})
        return 200, self._participant(known, participant)

    async def _remove_participant(self, _: Form, room: str, who: str) -> Handled:
        known = self._known_room(room)
        known.leave(self._within(known, who).call_sid, VIA_API, call_status="in-progress")
        return 204, None

    # What they look like.

    def _document(self, call: CarrierCall, form: Form) -> Act:
        """`Url` is ignored where both are given, as Twilio's document says of `Twiml`."""
        if "Twiml" not in form:
            return self._carrier.fetching(call, form.get("Url"))
        if len(form.get("Twiml")) > TWIML_LENGTH_MAX:
            raise Refusal(400, 21205, f"Twiml of at most {TWIML_LENGTH_MAX} characters expected")
        return document(form.get("Twiml"))

    def _call(self, call: CarrierCall) -> dict[str, Any]:
        stamp, answered = self._carrier.stamp, call.answered_at
        length = None if answered is None or call.ended_at is None else str(round(call.ended_at - answered))
        return {
            **self._resource(f"/Calls/{call.sid}.json", call.created_at),
            "sid": call.sid,
            "parent_call_sid": call.parent_sid,
            "to": call.to,
            "from": call.from_,
            "status": call.status,
            "start_time": None if answered is None else stamp(answered),
            "end_time": None if call.ended_at is None else stamp(call.ended_at),
            "duration": length,
            "direction": call.direction,
            "api_version": "2010-04-01",
        }

    def _stream(self, call: CarrierCall, sid: str, status: str) -> dict[str, Any]:
        name = next(tap.name for tap in call.taps if tap.sid == sid)
        fields = {"sid": sid, "call_sid": call.sid, "name": name or None, "status": status}
        resource = self._resource(f"/Calls/{call.sid}/Streams/{sid}.json", _now())
        del resource["date_created"]
        return resource | fields

    def _recording(self, recording: Recording) -> dict[str, Any]:
        path = f"/Calls/{recording.call_sid}/Recordings/{recording.sid}.json"
        return {
            **self._resource(path, recording.created_at),
            "sid": recording.sid,
            "call_sid": recording.call_sid,
            "conference_sid": None,
            "status": recording.status,
            "start_time": self._carrier.stamp(recording.created_at),
            "source": "StartCallRecordingAPI",
            "channels": 2,
            "duration": None,
            "api_version": "2010-04-01",
        }

    def _room(self, room: Room) -> dict[str, Any]:
        fields = {
            **self._resource(f"/Conferences/{room.sid}.json", room.created_at),
            "sid": room.sid,
            "friendly_name": room.name,
            "status": room.status,
            "region": "us1",
            "call_sid_ending_conference": room.ended_by,
            "api_version": "2010-04-01",
        }
        return fields | ({"reason_conference_ended": room.reason_ended} if room.reason_ended else {})

    def _participant(self, room: Room, participant: Participant, status: str = "connected") -> dict[str, Any]:
        path = f"/Conferences/{room.sid}/Participants/{participant.call_sid}.json"
        return {
            **self._resource(path, room.created_at),
            "call_sid": participant.call_sid,
            "conference_sid": room.sid,
            "label": participant.label,
            "muted": participant.muted,
            "hold": participant.hold,
            "coaching": participant.coaching,
            "call_sid_to_coach": None,
            "start_conference_on_enter": participant.starts,
            "end_conference_on_exit": participant.ends,
            "status": status,
        }

    def _resource(self, path: str, created_at: float) -> dict[str, Any]:
        stamp = self._carrier.stamp(created_at)
        return {
            "account_sid": self._carrier.account_sid,
            "date_created": stamp,
            "date_updated": self._carrier.stamp(),
            "uri": self._root + path,
        }

    def _page(self, name: str, path: str, items: list[dict[str, Any]]) -> dict[str, Any]:
        """One page holds all."""
        uri = f"{self._root}{path}?PageSize=50&Page=0"
        return {
            name: items, "page": 0, "page_size": 50, "start": 0, "end": max(0, len(items) - 1),
            "uri": uri, "first_page_uri": uri, "next_page_uri": None, "previous_page_uri": None,
        }  # fmt: skip

    def _known(self, sid: str) -> CarrierCall:
        call = self._carrier.calls.get(sid)
        if call is None:
            raise Refusal(404, 20404, f"call {sid} was not found")
        return call

    def _in_progress(self, sid: str) -> CarrierCall:
        call = self._known(sid)
        if call.status != "in-progress":
            raise Refusal(400, 21220, f"call {sid} is not in progress")
        return call

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


def _now() -> float:
    return asyncio.get_running_loop().time()
