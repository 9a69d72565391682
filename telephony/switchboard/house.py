"""What every call is built from, made once by the service and handed to the switchboard."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from models.brief import Brief
from models.inference import Pool
from models.transcript import Transcript
from telephony.agents.briefing import BriefingMind
from telephony.agents.callback import NumberFrom
from telephony.agents.ladder import Ladder
from telephony.agents.staff import Staff
from telephony.approvals.consults import Consults
from telephony.approvals.room import Room
from telephony.being_said import Onlookers
from telephony.dialling import Dialling
from telephony.errors import NumberRefused
from telephony.handoff.settings import HandoffSettings
from telephony.history import History
from telephony.journal import Keeper
from telephony.leg import Leg, Line
from telephony.promises import OpenPromise
from telephony.switchboard.admission_load import Admission
from telephony.switchboard.leg_office import LegOffice
from telephony.switchboard.people import Attending, Invitation
from voice.audio import Pcm
from voice.conversation import Mind
from voice.dialogue.business import Business
from voice.hearing import Ear
from voice.pipeline.build import Parts, Transport
from voice.pipeline.tap import NoRecorder, Recorder
from voice.pipeline.think import Rescue
from voice.tts import Synthesizer
from voice.turn_guess import Settings as GuessSettings
from voice.turn_guess import Tally

MARKING_LINES = ("twilio", "asterisk")
"""Lines that say what was really played."""


class CallerMind(Mind, Protocol):
    """The mind of a caller's leg, with what the brief is written from."""

    @property
    def business(self) -> Business:
        """With the rules that the call began with."""
        ...

    def brief(self, version: int) -> Brief:
        """The brief as it stands now, called version `version`."""
        ...

    def summary(self) -> str:
        """The draft of what is kept after the call."""
        ...

    def suggested_disposition(self) -> str | None: ...

    def go_on(self, transcript: Transcript) -> None:
        """`transcript` goes on from the mind's own, with what was said while it did not listen."""
        ...

    @property
    def shown_caller(self) -> str:
        """Name or number, as agents may see it."""
        ...

    @property
    def tier(self) -> str: ...

    @property
    def language(self) -> str:
        """What the caller would speak with a person."""
        ...

    @property
    def solved(self) -> bool:
        """Whether something the caller came for was done or answered."""
        ...


class CallRecorder(Recorder, Protocol):
    """The two-channel recording of one call."""

    def discard(self) -> None:
        """The caller declined: what was kept is deleted, and no more is."""
        ...

    def close(self) -> None: ...


class Unrecorded(NoRecorder):
    """Recording is off."""

    def discard(self) -> None:
        pass

    def close(self) -> None:
        pass


class NoVoice:
    """A detector that hears nobody, and costs nothing: for a leg on which keys alone count."""

    def probability(self, frame: Pcm) -> float:
        return 0.0


class Minds(Protocol):
    """Makes the minds of one call."""

    def caller(self, call: str, number: str | None, promise: OpenPromise | None = None) -> CallerMind:
        """`promise`: the call keeps it."""
        ...

    def rescue(self, number: str | None) -> Rescue: ...

    def busy(self, *, person_free: bool) -> Mind:
        """For a caller for whom there is no room. `person_free`: an agent could talk with them now."""
        ...

    @property
    def without_room(self) -> str:
        """The queue of those for whom there is none."""
        ...

    def briefing(self, brief: Brief, invitation: Invitation | None = None) -> BriefingMind:
        """`invitation`: to join a colleague, not to take the caller."""
        ...


@dataclass(frozen=True, slots=True)
class House:
    minds: Minds
    pool: Pool
    voice: Synthesizer
    ear: Callable[[], Ear]
    approvals: Room
    consults: Consults
    staff: Staff
    attending: Attending
    lines: Mapping[str, Line]
    keeper: Keeper
    recorder: Callable[[str], CallRecorder]  # call → its recording
    handoff: HandoffSettings
    dialling: Dialling
    ladder: Ladder
    history: History
    sticky_days: int
    engines: Mapping[str, str]  # stt, tts, vad, intent → what is in use
    recognition_deadline_seconds: float
    guesses: GuessSettings
    tally: Tally  # of the guesses at the ends of turns, for the whole service
    admission: Admission
    fallback: Mapping[str, tuple[str, ...]]  # queue → line:address, rung when roster or queue are out of order
    callback_number: Callable[[str, NumberFrom], str]  # as E.164; raises NumberRefused
    wall: Callable[[], float]  # seconds since the epoch; for the record alone
    new_id: Callable[[], str]
    onlookers: Onlookers = field(default_factory=Onlookers)  # of what is being said

    def own_number(self, address: str | None) -> str | None:
        """The number that a caller rings from, where we may ring it back. A line believes whatever it is told: one that
        may not be rung is not offered to them, and they are asked for another."""
        try:
            return self.callback_number(address or "", NumberFrom.CALLER)
        except NumberRefused:
            return None

    def parts(
        self, leg: Leg, transport: Transport, *, mind: Mind, rescue: Rescue, recorder: Recorder, office: LegOffice
    ) -> Parts:
        """What a leg's pipeline is made of in this house."""
        return Parts(
            leg=leg.id,
            transport=transport,
            mind=mind,
            rescue=rescue,
            ear=self.ear(),
            pool=self.pool,
            voice=self.voice,
            recorder=recorder,
            office=office,
            marks=leg.party.line in MARKING_LINES,
            recognition_deadline_seconds=self.recognition_deadline_seconds,
            guesses=self.guesses,
            tally=self.tally,
            viewers=office.viewers(self.onlookers),
        )
