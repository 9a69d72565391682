"""Whether the caller asks for the same thing again: by the beginnings of the words that matter or, where a sentence
encoder is there, by meaning ("when does my card come", "has it been sent yet").
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from models.intent import Encoder
from models.ngrams import words
from models.slots.numbers import ONES, TEENS, TENS

STOPS = frozenset({
    "a", "an", "the", "i", "i'm", "i've", "i'd", "me", "my", "you", "your", "it", "it's", "is", "was", "are", "am",
    "be", "to", "of", "in", "on", "for", "and", "or", "but", "that", "this", "with", "can", "could", "would",
    "will", "do", "did", "does", "have", "has", "had", "want", "need", "like", "please", "yes", "no", "yeah",
    "okay", "ok", "hello", "hi", "uh", "um", "so", "just", "said", "say", "told", "already", "again", "not",
    "what", "get",
})  # fmt: skip
NUMBERS = frozenset({*ONES, *TEENS, *TENS, "oh", "double", "triple", "hundred"})
COMMANDS = frozenset({"repeat", "next", "back", "continue", "done", "finished", "restart", "stop", "menu", "main"})
_EMPTY = STOPS | NUMBERS | COMMANDS
ALIKE = 0.6  # of content words; "dispute a charge", "the charge I dispute" 1.0, another request about .3
# Cosine of MiniLM from which two turns mean the same. On the tuning calls, 173 pairs of a line and its other wordings
# against 368 of different lines and answers: words alone find .17 of the pairs; .6 finds .54, for 1.6 % of the others.
CLOSE = 0.6
LEAST_CONTENT = 2  # words that matter: "savings" answers a question, whatever was said of savings before


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a turn was about. `meaning` is empty without an encoder, and where too little was said."""

    content: frozenset[str]
    meaning: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32), compare=False)


@dataclass(frozen=True, slots=True)
class Repeats:
    encoder: Encoder | None = None

    def remembered(self, text: str) -> Remembered:
        content = content_of(text)
        if self.encoder is None or len(content) < LEAST_CONTENT:
            return Remembered(content)
        return Remembered(content, self.encoder.encode([text])[0])

    def count(self, now: Remembered, before: Sequence[Remembered]) -> int:
        """How many earlier turns asked for the same."""
        return sum(self._alike(now, earlier) for earlier in before)

    def _alike(self, one: Remembered, other: Remembered) -> bool:
        if alike(one.content, other.content):
            return True
        if not (len(one.meaning) and len(one.meaning) == len(other.meaning)):
            return False
        return float(one.meaning @ other.meaning) >= CLOSE


def content_of(text: str) -> frozenset[str]:
    """Beginnings of words that carry meaning ("disp" for dispute, disputing). Numbers do not, we ask for them again;
    nor do the commands of a conversation, which are meant to be said again and again.
    """
    return frozenset(word[:4] for word in words(text) if word not in _EMPTY and not word[0].isdigit())


def alike(one: frozenset[str], other: frozenset[str]) -> bool:
    shared = len(one & other)
    same = one == other and shared > 0
    return (shared >= 2 or same) and 2 * shared / (len(one) + len(other)) >= ALIKE
