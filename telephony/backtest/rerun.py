"""Runs one recorded call again through the caller's mind with another rule set, up to the set's own first trigger.

Models, policy and rules are the live ones. What happened is fed in as the journal has it, never beyond the point where
it stops to be evidence: where a person was brought in then, or where the mind says something else than was said then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from telephony.backtest import withheld
from telephony.backtest.recorded import RecordedIntents, RecordedMoods
from telephony.backtest.tape import Line, Tape
from voice import events
from voice.dialogue.business import Business
from voice.dialogue.languages import SURVEY_ASKS
from voice.dialogue.looking import price_of
from voice.dialogue.survey_draw import Survey
from voice.dialogue.turn import CallerMind, Judge
from voice.dialogue.understanding import Intents
from voice.events import Escalated
from voice.triggers.price import Price

ENGINE_DOWN = "engine_down"  # the prompt; the event behind it is in no journal


class Stopped(StrEnum):
    """Why no more of a call was looked at."""

    FIRED = "fired"  # a rule of the set
    ENDED = "ended"  # the call itself: no rule fires in it
    ESCALATED = "escalated"  # a person was called then; what the caller would have said without one nobody knows
    DIVERGED = "diverged"  # the mind says something else than was said then
    CUT = "cut"  # the journal ends before the call


@dataclass(frozen=True, slots=True)
class Run:
    """`turns_ms`: when each turn of the caller was, those seen before it stopped. A turn is an utterance, a silence, or
    keys pressed one after the other."""

    fired: Escalated | None
    stopped: Stopped
    turns_ms: tuple[int, ...]
    at_ms: int
    prices: tuple[Price, ...]  # of going on there, by each business that was asked
    why: str = ""  # for `DIVERGED`

    @property
    def turn(self) -> int:
        """At which it fired, or up to which it is known not to."""
        return len(self.turns_ms)

    @property
    def known(self) -> bool:
        """Whether the set is known to fire there, or never in this call."""
        return self.stopped in (Stopped.FIRED, Stopped.ENDED)


class Diverged(Exception):
    """The mind and the journal tell different calls."""


class Rerun:
    """One call with one rule set. `prices`: businesses whose prices are wanted of the place where it stopped."""

    def __init__(
        self, tape: Tape, business: Business, *, intents: Intents, judge: Judge, prices: Sequence[Business] = ()
    ) -> None:
        self._tape = tape
        self._business = business
        self._prices = prices
        self._intents = RecordedIntents(intents)
        self._mind = CallerMind(
            business=business,
            intents=self._intents,
            judge=RecordedMoods(judge, tape.moods),
            call=tape.call,
            today=tape.day(business.time_zone),
            recorded=tape.recorded,
            survey=Survey() if any(line.prompt == SURVEY_ASKS for line in tape.lines) else None,  # as it was then
        )
        self._says: list[events.Say] = []  # not heard yet
        self._keys: dict[str, str] = {}  # action → key of the last time it was asked for
        self._turns: list[int] = []
        self._keying = self._over_prompt = False
        self._fired: Escalated | None = None

    def run(self) -> Run:
        stopped, at_ms, why = Stopped.CUT, 0, ""
        self._happens(events.Answered(self._tape.number), 0)
        lines = _as_it_happened(self._tape.lines)
        for place, line in enumerate(lines):
            at_ms = line.at_ms
            if line.type in ("Escalated", "CallEnded"):
                stopped = Stopped.ESCALATED if line.type == "Escalated" else Stopped.ENDED
                break
            try:
                self._feed(line, lines[place + 1 :])
            except Diverged as error:
                stopped, why = Stopped.DIVERGED, str(error)
                break
            if self._fired is not None:
                stopped = Stopped.FIRED
                break
        state = self._mind.state
        prices = tuple(price_of(business, state) for business in self._prices)
        return Run(self._fired, stopped, tuple(self._turns), at_ms, prices, why)

    def _feed(self, line: Line, after: Sequence[Line]) -> None:
        match line.type:
            case "Heard" if line.of_caller:
                self._turn(line.at_ms)
                self._happens(self._heard(line, after), line.at_ms)
                self._over_prompt = False
            case "KeyPressed" if line.of_caller:
                if not self._keying:
                    self._turn(line.at_ms)
                self._keying = True
                self._happens(events.KeyPressed(withheld.key(line, after)), line.at_ms)
            case "Silent":
                self._turn(line.at_ms)
                self._happens(events.Silence(int(line.fields["after_ms"])), line.at_ms)
            case "Said":
                self._keying = self._keying and bool(line.fields["cut"])  # the first key cuts its prompt short
                self._happens(self._played(line), line.at_ms)
            case "BargedIn":
                self._over_prompt = True
            case "Acted":
                self._happens(self._acted(line), line.at_ms)
            case _:
                pass

    def _turn(self, at_ms: int) -> None:
        self._keying = False
        self._turns.append(at_ms)

    def _happens(self, event: events.Event, now_ms: int) -> None:
        for act in self._mind.on(event, now_ms):
            match act:
                case events.Say():
                    self._says.append(act)
                case events.Do():
                    self._keys[act.action] = act.key
                case events.Tell(fact=Escalated() as fired):
                    self._fired = self._fired or fired
                case _:
                    pass

    def _heard(self, line: Line, after: Sequence[Line]) -> events.Heard:
        given = line.fields
        text = withheld.words(line, after, self._mind.state, self._business)
        self._intents.withheld = withheld.meaning(line, after)
        return events.Heard(
            text, float(given["confidence"]), int(given["start_ms"]), int(given["end_ms"]), str(given["engine"]),
            over_prompt=self._over_prompt, refused=str(given.get("refused", "")),
        )  # fmt: skip

    def _played(self, line: Line) -> events.Played:
        """The prompt that was heard, of those that the mind has asked for since; what stood before it was dropped."""
        if line.prompt == ENGINE_DOWN and not self._waits(line.prompt):
            self._happens(events.PersonNews(events.PersonStage.ENGINE_DOWN), line.at_ms)
        if not self._waits(line.prompt):
            expected = ", ".join(say.prompt for say in self._says) or "nothing"
            raise Diverged(f"“{line.prompt}” was said after turn {len(self._turns)}, now {expected}")
        while (say := self._says.pop(0)).prompt != line.prompt:
            pass
        played_ms = int(line.fields["end_ms"]) - int(line.fields["start_ms"])
        return events.Played(say.say_id, not line.fields["cut"], played_ms)

    def _waits(self, prompt: str) -> bool:
        return any(say.prompt == prompt for say in self._says)

    def _acted(self, line: Line) -> events.ActionDone:
        given = line.fields
        action = str(given["action"])
        if action not in self._keys:
            raise Diverged(f"{action} was done after turn {len(self._turns)}, now nobody asks for it")
        return events.ActionDone(
            action, self._keys[action], bool(given["ok"]), given["facts"], given["receipt"], given["error"]
        )


def _as_it_happened(lines: Sequence[Line]) -> list[Line]:
    """An escalation over an answer of the backend is on record before that answer: the answer came first."""
    ordered = list(lines)
    for place, line in enumerate(ordered[:-1]):
        then = ordered[place + 1]
        if line.type == "Escalated" and then.type == "Acted" and then.at_ms == line.at_ms:
            ordered[place], ordered[place + 1] = then, line
    return ordered
