"""What a scripted caller does next, from what the system has said: answers its questions, repeats what it did not get
(a member number with the keys, as it is asked to), else goes on with the next line. Pure: sentences go in, one `Move`
comes out. Text and audio calls both follow it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.quality.calls.script import Asked, Line, Script

REPEATS_MOST = 3  # of one line; then the caller goes on
MOVES_MOST = 30
PINS = {"204713": "4821", "318562": "1957", "427190": "7364", "536048": "2468", "645921": "9135"}  # the demo bank's
WRONG_PIN = "1111"
NOT_UNDERSTOOD = ("no_match", "no_input", "wrong_guess")
# A prompt's name, or how it ends → what it asks.
ASKS: Mapping[str, Asked] = {
    "identity.ask_member": "member_number", "identity.wrong": "member_number", "identity.read_back": "number_right",
    "identity.ask_pin": "pin", "identity.not_aloud": "pin", ".ask_amount": "amount", ".ask_from": "from_account",
    ".ask_to": "to_account", ".ask_day": "day", ".ask_part": "part_of_day", ".ask_type": "loan_type",
    ".confirm": "confirm", "anything_else": "anything_else", "how_can_i_help": "anything_else",
}  # fmt: skip
BY_DEFAULT: Mapping[Asked, str] = {"number_right": "yes", "confirm": "yes", "anything_else": "no that's all thank you"}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the system: its prompt's name and its words."""

    prompt: str
    text: str


@dataclass(frozen=True, slots=True)
class Move:
    """`line`: the number, from 1, of the line the caller is at. One of words, keys, silence or the end."""

    line: int
    words: str = ""
    keys: str = ""
    over: bool = False
    barge_in: bool = False

    @property
    def silent(self) -> bool:
        return not (self.words or self.keys or self.over)


@dataclass
class Plan:
    """The caller's mind during one call. `titles`: intent → how the system names it in "Would you like ...?"."""

    script: Script
    titles: Mapping[str, str]
    line: int = 0
    moves: int = 0
    _repeats: Counter[int] = field(default_factory=Counter)
    _asked: Counter[str] = field(default_factory=Counter)
    _answering: Asked | None = None

    def next(self, said: Sequence[Sentence]) -> Move:
        """`said`: the system's sentences since the last move, the first of all being its greeting."""
        self.moves += 1
        if self.moves > MOVES_MOST:
            return self._end()
        if self.line == 0:
            return self._next_line()
        missed = any(one.prompt.startswith(NOT_UNDERSTOOD) for one in said)
        asked = next((what for one in reversed(said) if (what := asks(one.prompt)) is not None), None)
        move = self._to_a_guess(said)
        if move is None and asked is not None and not (asked == "anything_else" and self._rest):
            move = self._answer(asked)
        if move is None and missed and self._answering is not None and asked is None:
            move = self._answer(self._answering)
        if move is None and missed and asked is None:
            move = self._again()
        return move or self._next_line()

    @property
    def _now(self) -> Line:
        return self.script.lines[self.line - 1]

    @property
    def _rest(self) -> int:
        return len(self.script.lines) - self.line

    def _next_line(self) -> Move:
        self._answering = None
        if self._rest <= 0:
            return self._end()
        self.line += 1
        return Move(self.line, self._now.say, barge_in=self._now.barge_in)

    def _end(self) -> Move:
        return Move(self.line, over=True)

    def _again(self) -> Move | None:
        time = self._repeats[self.line]
        if time >= REPEATS_MOST or not self._now.say:
            return None
        self._repeats[self.line] += 1
        again = self._now.again
        return Move(self.line, again[min(time, len(again) - 1)] if again else self._now.say)

    def _answer(self, asked: Asked) -> Move | None:
        """None where the script has no answer: then the caller goes on with what they want."""
        if asked == self._answering == "anything_else":
            return self._end()  # said goodbye already: people hang up
        words = self.script.answer(asked, self._asked[asked]) or BY_DEFAULT.get(asked)
        if words is None or self._asked[asked] > REPEATS_MOST:
            return None
        again = self._asked[asked] >= len(_list(self.script.answers.get(asked)))
        self._asked[asked] += 1
        self._answering = asked
        if asked == "member_number" and again and self.script.member:
            return Move(self.line, keys=self.script.member)  # asked once more, people key what was not heard
        if asked == "pin":
            return Move(self.line, keys=WRONG_PIN if words == "wrong_keys" else PINS.get(self.script.member, WRONG_PIN))
        return Move(self.line, words)

    def _to_a_guess(self, said: Sequence[Sentence]) -> Move | None:
        """Yes or no to "Would you like ...?", "Would you like to talk to someone?", "I'll tell them: ...?"."""
        for one in reversed(said):
            if one.prompt == "confirm_intent":
                title = self.titles.get(self._now.intent)  # None: what this line does not do, so no guess is right
                return Move(self.line, "yes please" if title is not None and title in one.text else "no")
            if one.prompt == "offer_person":
                return Move(self.line, "yes please" if self.script.truth.needs_person else "no thank you")
            if one.prompt == "seek.check":
                return Move(self.line, "yes that's right")
        return None


def _list(given: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return given if isinstance(given, tuple) else (given or "",)


def asks(prompt: str) -> Asked | None:
    """What a prompt asks of the caller, by its name."""
    found = ASKS.get(prompt)
    return found or next((what for end, what in ASKS.items() if end.startswith(".") and prompt.endswith(end)), None)
