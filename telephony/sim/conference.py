"""A conference at the carrier: who is in it, who hears whom, and what its callback is told.

https://www.twilio.com/docs/voice/twiml/conference: it begins with two participants of whom one may start it, its
callback is that of its first participant, and it ends with the last or with one whose leaving ends it.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from telephony.sim.caller import Step
from telephony.sim.mixing import Mixer
from telephony.sim.sounds import QUIET, Sound, beep, music
from voice.audio import Pcm

JITTER_FRAMES = {"off": 0, "small": 8, "medium": 15, "large": 25}
"""Delay of what a participant says, in 20 ms frames: Twilio names 150-200 ms for small, 300-1000 for large."""

EVENTS = ("start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement")

HUNG_UP = "participant_hung_up"
UPDATED = "participant_updated_via_api"
MODERATOR = "moderator_ended_conference"
VIA_API = "conference_ended_via_api"
ADD_FAILED = "participant_add_failed"


class LabelTaken(Exception):
    """16025: a participant of this label is in the conference."""


@dataclass(frozen=True, slots=True)
class Joining:
    """What `<Conference>` and the Participants resource say of one participant."""

    label: str | None = None
    muted: bool = False
    beep: str = "true"
    starts: bool = True
    ends: bool = False
    jitter: str = "large"
    wait_music: bool = True  # waitUrl="" is silence
    callback: str | None = None
    events: frozenset[str] = frozenset()


@dataclass(slots=True, eq=False)
class Participant:
    """A circuit: one call's place in a conference. `out`: set to the reason when the conference lets it go."""

    call_sid: str
    label: str | None
    muted: bool
    starts: bool
    ends: bool
    beeps: str
    room: "Room"
    hold: bool = False
    coaching: bool = False
    out: "asyncio.Future[str]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    on_joined: Callable[[], None] = lambda: None  # another party is there
    hears: Sound | None = None  # instead of the others: music before the start, or on hold

    def play(self) -> Pcm:
        if self.out.done():
            return QUIET
        if self.hold or not self.room.running:
            return self.hears.play() if self.hears is not None else QUIET
        return self.room.mixer.hear(self.call_sid)

    async def take(self, step: Step, arrived: Sequence[Pcm]) -> None:
        if self.room.running and not self.muted and not self.hold:
            for frame in arrived:
                self.room.mixer.speak(self.call_sid, frame)


class Room:
    """`tell(url, form, event)` delivers to its callback."""

    def __init__(
        self, sid: str, name: str, *, now: float, tell: Callable[[str, Mapping[str, str], str], None],
        watch: "Callable[[Room, str, str], None] | None" = None,
    ) -> None:  # fmt: skip
        self.sid, self.name, self.created_at = sid, name, now
        self.status = "init"
        self.participants: dict[str, Participant] = {}  # by CallSid, in the order of joining
        self.mixer = Mixer()
        self.reason_ended: str | None = None
        self.ended_by: str | None = None
        self.told: list[str] = []  # events, in order, asked for or not
        self._tell = tell
        self._watch = watch
        self._callback: str | None = None
        self._events: frozenset[str] = frozenset()
        self._sequence = 0

    @property
    def running(self) -> bool:
        return self.status == "in-progress"

    def enter(self, call_sid: str, joining: Joining, *, on_joined: Callable[[], None] = lambda: None) -> Participant:
        """`on_joined`: called once it is together with another. Raises `LabelTaken`."""
        if joining.label and any(one.label == joining.label for one in self.participants.values()):
            raise LabelTaken(f"conference {self.name}: {joining.label} is in it already")
        if not self.participants:
            self._callback, self._events = joining.callback, joining.events
        participant = Participant(
            call_sid, joining.label, joining.muted, joining.starts, joining.ends, joining.beep, self,
            on_joined=on_joined, hears=Sound(music(), again=True) if joining.wait_music else None,
        )  # fmt: skip
        self.participants[call_sid] = participant
        self.mixer.join(call_sid, delay_frames=JITTER_FRAMES.get(joining.jitter, JITTER_FRAMES["large"]))
        self._note("participant-join", participant)
        if not self.running and len(self.participants) > 1 and any(p.starts for p in self.participants.values()):
            self.status = "in-progress"
            self._note("conference-start")
            for one in self.participants.values():
                one.on_joined()
        elif self.running:
            on_joined()
        if self.running and joining.beep in ("true", "onEnter"):
            self.mixer.sound(beep())
        return participant

    def leave(self, call_sid: str, reason: str, *, call_status: str, kicked: bool = False) -> None:
        """A participant goes, or is made to (`kicked`: over REST); nothing when it is out already."""
        participant = self.participants.pop(call_sid, None)
        if participant is None:
            return
        self.mixer.leave(call_sid)
        if self.running and participant.beeps in ("true", "onExit"):
            self.mixer.sound(beep())
        fields = {"ReasonParticipantLeft": reason, "ParticipantCallStatus": call_status}
        self._note("participant-leave", participant, fields)
        if not participant.out.done():
            participant.out.set_result(reason)
        if participant.ends and self.status != "completed":
            self.end("participant-with-end-conference-on-exit-" + ("kicked" if kicked else "left"), by=call_sid)
        elif not self.participants and self.status != "completed":
            self.end("last-participant-" + ("kicked" if kicked else "left"), by=call_sid)

    def end(self, reason: str, *, by: str | None = None) -> None:
        """`reason`: a value of reason_conference_ended; everybody left in it is let go."""
        if self.status == "completed":
            return
        self.status, self.reason_ended, self.ended_by = "completed", reason, by
        why = VIA_API if reason == "conference-ended-via-api" else MODERATOR
        for call_sid in list(self.participants):
            self.leave(call_sid, why, call_status="in-progress")
        fields = {"ReasonConferenceEnded": reason} | ({"CallSidEndingConference": by} if by else {})
        self._note("conference-end", None, fields)

    def update(self, participant: Participant, changes: Mapping[str, Any]) -> None:
        """`changes`: of muted, hold, ends, coaching."""
        muted, hold = participant.muted, participant.hold
        for name, value in changes.items():
            setattr(participant, name, value)
        if participant.hold and not hold:
            participant.hears = Sound(music(), again=True)
        if participant.muted != muted:
            self._note("participant-mute" if participant.muted else "participant-unmute", participant)
        if participant.hold != hold:
            self._note("participant-hold" if participant.hold else "participant-unhold", participant)
        if changes.keys() - {"muted", "hold"}:
            self._note("participant-modify", participant)

    def _note(self, event: str, participant: Participant | None = None, more: Mapping[str, str] | None = None) -> None:
        self.told.append(event)
        if self._watch is not None:
            self._watch(self, event, participant.call_sid if participant else "")
        self._sequence += 1
        kind = event.partition("-")[2].removeprefix("un")
        if self._callback is None or kind not in self._events:
            return
        fields = {
            "ConferenceSid": self.sid, "FriendlyName": self.name, "StatusCallbackEvent": event,
            "SequenceNumber": str(self._sequence), **(_of(participant) if participant else {}), **(more or {}),
        }  # fmt: skip
        self._tell(self._callback, fields, event)


def _of(participant: Participant) -> dict[str, str]:
    fields = {
        "CallSid": participant.call_sid,
        "Muted": _word(participant.muted),
        "Hold": _word(participant.hold),
        "Coaching": _word(participant.coaching),
        "StartConferenceOnEnter": _word(participant.starts),
        "EndConferenceOnExit": _word(participant.ends),
    }
    return fields | ({"ParticipantLabel": participant.label} if participant.label else {})


def _word(value: bool) -> str:
    return "true" if value else "false"
