"""One turn of the caller as the policy sees it: the words, what they may mean, and readers for what is wanted."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from models.intent import IntentMatch
from models.slots import Check, Correction, SlotSpec, SlotValue, correct, read
from models.slots.yes_no import read_yes_no
from voice.dialogue.business import Hearing, Slot
from voice.dialogue.several import Wanted
from voice.dialogue.wishes import Wish

_KEYS = {"one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7"} | {
    str(n): str(n) for n in range(1, 8)
}

SURE_VALUE = 0.5  # models/slots: below it something does not fit
STRONG = 0.7  # of an intent that may break into a question about something else
PLAIN_ANSWER_WORDS = 6  # a yes or no in a longer sentence is not taken for an answer to money moving


@dataclass(frozen=True, slots=True)
class Turn:
    """`raw` may hold numbers that nobody may keep; it is read and dropped. `asks`: wants a person; `unrecorded`: does
    not want to be recorded."""

    number: int
    raw: str
    confidence: float
    match: IntentMatch
    asks: bool
    unrecorded: bool
    today: date
    bars: Hearing
    lost: bool = False  # no recogniser could hear it: nothing that the caller did
    wish: Wish | None = None  # about how we talk: again, slower, wait
    sure: tuple[float, ...] = ()  # the recogniser, of each word
    alternatives: tuple[str, ...] = ()  # what else a number may have been
    also: tuple[Wanted, ...] = ()  # wanted in the same breath, after what `match` says

    @property
    def understood(self) -> bool:
        return bool(self.raw.strip()) and self.confidence >= self.bars.words_confidence

    @property
    def words(self) -> int:
        return len(self.raw.split())

    @property
    def doubted(self) -> bool:
        """Whether the recogniser doubts the words, and the intent is none that such words still make sure."""
        if self.confidence < self.bars.hardly_words:
            return True
        return self.confidence < self.bars.doubted_words and self.match.confidence < self.bars.doubted_intent

    @property
    def answer(self) -> str | None:
        """ "yes", "no" or None."""
        found = read_yes_no(self.raw)
        return found[0] if found and found[2] >= SURE_VALUE else None

    @property
    def spoken_key(self) -> str | None:
        """ "One", "press two": a key said instead of pressed."""
        said = re.fullmatch(r"(?:press |number |option )?(\w+)", self.raw.strip().casefold())
        return _KEYS.get(said.group(1)) if said else None

    @property
    def accepted(self) -> str | None:
        """The intent to act on at once."""
        sure = self.match.in_scope and self.match.confidence >= self.bars.accept_confidence
        return self.match.name if sure and not self.doubted else None

    @property
    def strong(self) -> str | None:
        """The intent that may interrupt another question."""
        sure = self.match.in_scope and self.match.confidence >= STRONG
        return self.match.name if sure and not self.doubted else None

    @property
    def guessed(self) -> str | None:
        """The intent worth asking about."""
        near = self.match.in_scope and self.match.confidence >= self.bars.confirm_confidence
        return self.match.name if near else None

    def values(self, slots: Sequence[Slot]) -> list[SlotValue]:
        return [value for value in self._read([slot.spec for slot in slots]) if value.confidence >= SURE_VALUE]

    def corrected(self, slots: Sequence[Slot], held: Mapping[str, str]) -> Correction:
        """What the words change of the values that are held."""
        return correct(held, self.raw, [slot.spec for slot in slots], self.today, sure=self.sure)

    def digits(self, count: int, check: Check | None = None) -> SlotValue | None:
        """A number of so many digits; one with a problem is not of that length, or its check digit does not fit."""
        return next(iter(self._read([SlotSpec("number", "digits", length=count, check=check)])), None)

    def unfit(self, slot: Slot) -> SlotValue | None:
        """What was said for `slot` and cannot be meant."""
        return next((value for value in self._read([slot.spec]) if value.problem is not None), None)

    def _read(self, specs: Sequence[SlotSpec]) -> list[SlotValue]:
        return read(self.raw, specs, self.today, sure=self.sure, alternatives=self.alternatives)
