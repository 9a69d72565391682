"""Plays a script by telephone: a caller with a voice and ears, the whole service, virtual time."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from models.brief import Part
from telephony.events import ActionAsked, BriefReady, Heard, Said
from telephony.journal import Record
from telephony.replay import Replayed
from telephony.replay import play as played
from telephony.settings import Settings, load
from telephony.sim.agent import SimAgent
from telephony.sim.attention import Attention, is_loud
from telephony.sim.caller import KEY_GAP_MS, Step, frames
from telephony.sim.fixture import WrapUp
from tests.quality.calls.outcome import Judged, Outcome
from tests.quality.calls.plan import Move, Plan, Sentence
from tests.quality.calls.script import Script
from tests.quality.calls.voices import Variant, spoken
from tests.sim.story import CONFIG, business
from voice import events
from voice.audio import FRAME_MS, Pcm, silence

QUIET_MS = 700  # people answer 0.5 to 1 s after a prompt has ended
BARGE_IN_MS = 1_500  # into the prompt that is spoken over
PATIENCE_MS = 20_000  # for a system that says nothing
STAYS_MS = 2_500  # once a person is called, so that the brief is on record; and once they are there


class ListeningCaller:
    """Waits for the system to finish, makes up its mind by what was said, and speaks, presses keys or hangs up.

    `waits_ms`: for the person that was called; where nobody is, people who have said all hang up.
    """

    def __init__(self, script: Script, variant: Variant, *, waits_ms: int = STAYS_MS) -> None:
        titles = {name: intent.title for name, intent in business().intents.items()}
        self.plan = Plan(script, titles)
        self.escalated_at_line = 0
        self.lines_at: list[tuple[int, int]] = []  # ms of the call, and the line the caller was at from then on
        self._script = script
        self._variant = variant
        self._said: list[Sentence] = []
        self._attention = Attention()
        self._at_ms = 0
        self._called = self._joined = False
        self._waits_ms = waits_ms
        self._play = self._call()

    def joined(self) -> None:
        """A person is on the line now."""
        self._joined = True

    def told(self, record: Record) -> None:
        """The system's sentences, understood however they are pronounced; and that a person is called."""
        match record.entry:
            case Said(prompt=prompt, text=text):
                self._said.append(Sentence(prompt, text))
            case events.Escalated() if not self._called:
                self._called = True
                self.escalated_at_line = self.plan.line

    def step(self, heard: Pcm) -> Step:
        self._attention.hear(heard)
        step = next(self._play, None) or Step(silence(FRAME_MS), hangs_up=True)
        if is_loud(step.voice):
            self._attention.spoke()
        self._at_ms += FRAME_MS
        return step

    def _call(self) -> Iterator[Step]:
        barge_in = False
        while not self._called:
            yield from self._listened(barge_in)
            if self._called:
                break
            said, self._said = self._said, []
            move = self.plan.next(said)
            self.lines_at.append((self._at_ms, move.line))
            if move.over:
                break
            yield from self._carried_out(move)
            barge_in = self._next_interrupts(move)
        for _ in range(0, self._waits_ms if self._called else STAYS_MS, FRAME_MS):
            if self._joined:
                yield from _silent(STAYS_MS)
                break
            yield Step(silence(FRAME_MS))
        yield Step(silence(FRAME_MS), hangs_up=True)

    def _next_interrupts(self, move: Move) -> bool:
        lines = self._script.lines
        return move.line < len(lines) and lines[move.line].barge_in

    def _listened(self, barge_in: bool) -> Iterator[Step]:
        """Until the system has spoken and is quiet, or for so long as one waits for a system that is not."""
        ear = self._attention
        for _ in range(0, PATIENCE_MS, FRAME_MS):
            interrupts = barge_in and ear.prompted and ear.running_ms >= BARGE_IN_MS
            if self._called or interrupts or (ear.answered and ear.quiet_ms >= QUIET_MS):
                return
            yield Step(silence(FRAME_MS))

    def _carried_out(self, move: Move) -> Iterator[Step]:
        if move.keys:
            for key in move.keys:
                yield Step(silence(FRAME_MS), key=key)
                yield from _silent(KEY_GAP_MS)
        elif move.silent:
            self._attention.sounding_ms = 0  # the next move wants another prompt
        else:
            noisy = "noisy" in self._script.traits
            clip = spoken(move.words, self._variant, pace=self._script.pace, noisy=noisy)
            yield from (Step(frame) for frame in frames(clip))


class _Parties:
    def __init__(self, name: str, caller: ListeningCaller, agents: Mapping[str, SimAgent]) -> None:
        self.name = name
        self.number: str | None = None
        self.agents = agents
        self.wraps_up: Mapping[str, WrapUp] = {}
        self._caller = caller

    def caller(self) -> ListeningCaller:
        return self._caller


def play(script: Script, variant: Variant, *, out: Path, settings: Settings | None = None) -> Outcome:
    """One call, in which nobody is at a telephone; its journal and recording go to `out`."""
    return told(script, variant, out=out, settings=settings)[0]


def told(
    script: Script,
    variant: Variant,
    *,
    out: Path,
    settings: Settings | None = None,
    agents: Mapping[str, SimAgent] | None = None,
    waits_ms: int = STAYS_MS,
) -> tuple[Outcome, Replayed]:
    """One call and its journal. `agents`: id → telephone; the caller waits `waits_ms` for the one who is called."""
    caller = ListeningCaller(script, variant, waits_ms=waits_ms)
    parties = _Parties(f"{script.id}-{variant.name}", caller, agents or {})
    replayed = played(parties, settings or load(CONFIG), out=out, on_record=caller.told)
    records = replayed.records
    escalated = [one.entry for one in records if isinstance(one.entry, events.Escalated)]
    briefs = [one.entry.brief for one in records if isinstance(one.entry, BriefReady)]
    outcome = Outcome(
        script=script,
        variant=variant.name,
        escalated=escalated[0] if escalated else None,
        at_line=caller.escalated_at_line,
        lines_said=caller.plan.line,
        judged=tuple(_judged(records, caller.lines_at)),
        acts=tuple(one.entry.action for one in records if isinstance(one.entry, ActionAsked)),
        verified=any(isinstance(one.entry, events.Verified) for one in records),
        brief={part.value: " ".join(line.text for line in briefs[-1].part(part)) for part in Part} if briefs else {},
        seconds=replayed.seconds,
    )
    return outcome, replayed


def _judged(records: tuple[Record, ...], lines_at: list[tuple[int, int]]) -> Iterator[Judged]:
    told = [one.entry for one in records if isinstance(one.entry, events.Understood | events.Judged)]
    for one in records:
        heard = one.entry
        if not isinstance(heard, Heard) or heard.speaker != "caller":
            continue
        line = max((number for at, number in lines_at if at <= heard.end_ms), default=0)
        yield Judged.of(line, heard.text, (fact for fact in told if fact.turn == heard.turn))


def _silent(ms: int) -> Iterator[Step]:
    return (Step(silence(FRAME_MS)) for _ in range(0, ms, FRAME_MS))
