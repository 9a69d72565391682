"""A told story (`story.py`) that leaves a journal, through the same office as a call's own leg."""

from collections.abc import Sequence
from datetime import UTC, datetime, time

from models.transcript import Speaker, Transcript
from telephony.events import ActionAsked, CallAnswered, CallEnded, CallOffered
from telephony.journal import Journal, Record
from telephony.switchboard.leg_office import LegOffice
from tests.sim.story import TODAY, Story
from voice import events

MORNING = datetime.combine(TODAY, time(15), UTC).timestamp()


class _Kept:
    """Records are in the journal itself."""

    def keep(self, record: Record) -> None:
        pass

    async def kept(self, record: Record) -> None:
        pass


class _NoNotes:
    def note(self, speaker: Speaker, text: str, start_ms: int, end_ms: int, confidence: float) -> int:
        raise AssertionError("a story's mind is always asked")


class Journaled:
    """Stands before a story's mind, and tells the journal what `voice/pipeline/think.py` tells it."""

    def __init__(self, story: Story, call: str, *, number: str | None = "+14155550123") -> None:
        self._story, self._mind = story, story.mind
        self._says: dict[str, events.Say] = {}
        self._secret = False
        self.journal = Journal(
            call, now_ms=lambda: story.now_ms, wall=lambda: MORNING + story.now_ms / 1000, keeper=_Kept()
        )
        self._office = LegOffice(
            journal=self.journal, speaker=Speaker.CALLER, notes=_NoNotes(), now_ms=lambda: story.now_ms
        )
        story.mind = self  # type: ignore[assignment]
        self.journal.append(CallOffered("simulated", "inbound", number, None, None))
        self.journal.append(CallAnswered(True, "story", {}))
        story.happens(events.Answered(number))

    @property
    def transcript(self) -> Transcript:
        return self._mind.transcript

    def __getattr__(self, name: str) -> object:
        return getattr(self._mind, name)

    def on(self, event: events.Event, now_ms: int) -> Sequence[events.Act]:
        say = self._says.pop(event.say_id, None) if isinstance(event, events.Played) else None
        spoken = isinstance(event, (events.Heard, events.Played))
        turn = self._mind.transcript.last_turn + (1 if spoken else 0)
        self._office.happened(event, turn=turn, say=say, sensitive=self._secret)
        acts = self._mind.on(event, now_ms)
        for act in acts:
            match act:
                case events.Say():
                    self._says[act.say_id] = act
                case events.Expect(sensitive=sensitive):
                    self._secret = sensitive
                case events.Do(action=action, key=key):
                    self.journal.append(ActionAsked(action, key))
                case events.Tell():
                    self._office.asked(act)
                case _:
                    pass
        return acts

    def ended(self) -> tuple[Record, ...]:
        """The caller hangs up; the whole journal."""
        self.journal.append(CallEnded("ended", "caller", "hung up", self._story.now_ms / 1000))
        return self.journal.records
