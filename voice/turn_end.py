"""Whether what has been said so far is a whole answer, judged from its words and from what was asked.

It only chooses how long a silence ends the turn. An answer called whole by mistake cuts a caller off, so whatever is
not plain is `UNKNOWN`, and the safe silence stands. Who says something else than what was asked is telling a story:
that is `OPEN` too.
"""

import re
from collections.abc import Sequence
from enum import StrEnum

from models.slots.digits import Run, runs
from models.slots.numbers import ONES, TEENS, TENS, tokens
from models.slots.yes_no import read_yes_no
from voice.events import Expect


class Completeness(StrEnum):
    COMPLETE = "complete"  # nothing that was asked for is missing
    OPEN = "open"  # more is due: digits, or what follows an "and"
    UNKNOWN = "unknown"


SURE = 0.5  # of the recogniser: below it a whole answer is not believed
SURE_OF_DIGITS = 0.7  # pocketsphinx, told to hear six digits, hears six in four: 15 of 120 times, never surer than 0.59
SURE_OF_EACH_DIGIT = 0.6  # a slow speaker's two and three digits were heard as four, one of them at 0.53 and at 0.09
_PLAIN_YES_NO = 0.85  # read_yes_no: a yes or no of at most eight words
_MOST_LOOSE_DIGITS = 3  # four digits said in free speech may be all of a number; two are rarely

_OPEN_ENDS = frozenset({
    *("and", "or", "but", "because", "so", "if", "then", "than", "until", "unless", "except", "plus", "also"),
    *("um", "uh", "er", "erm", "uhm", "hmm", "hm"),
    *("to", "from", "for", "of", "with", "without", "at", "in", "on", "into", "onto", "about", "between"),
    *("the", "a", "an", "my", "your", "our", "their", "its", "is", "are", "was", "were", "am", "be"),
    *("it's", "i'm", "i'd", "i've", "i'll", "double", "triple", "treble"),
})  # fmt: skip
"""Words that a sentence hardly ends with: who pauses behind one still looks for the next."""
_ENDS_ALL_THE_SAME = frozenset({("go", "on"), ("hold", "on"), ("carry", "on"), ("come", "on"), ("come", "in")})

_CLOSED_ENDS = re.compile(r"\b(?:please|thanks|thank you|that's all|that is all|that's it|that is it|goodbye|bye)$")
_FILLERS = frozenset(
    {"um", "uh", "er", "erm", "uhm", "hm", "hmm", "well", "please", "the", "a", "it's", "its", "i", "is"}
)


def how_complete(text: str, expect: Expect, *, confidence: float = 1.0, sure: Sequence[float] = ()) -> Completeness:
    """`text` as recognised up to a pause, `sure` of each of its words. Of an unsure recogniser only "more is due" is
    believed: it can but wait."""
    words = re.sub(r"[^\w' ]", " ", text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")).split()
    if not words:  # speech of which nothing was understood: of a number, some is due
        return Completeness.OPEN if expect.digits else Completeness.UNKNOWN
    found = _OF_SHAPE.get(expect.shape, _free)(words, expect)
    if found is Completeness.COMPLETE and _doubted(expect, confidence, sure):
        return Completeness.UNKNOWN
    return found


def _doubted(expect: Expect, confidence: float, sure: Sequence[float]) -> bool:
    if expect.shape != "digits":
        return confidence < SURE
    return confidence < SURE_OF_DIGITS or min(sure, default=1.0) < SURE_OF_EACH_DIGIT


def open_ended(words: Sequence[str]) -> bool:
    """Whether more is due after the last of `words`: nobody stops there who has said it all."""
    return words[-1] in _OPEN_ENDS and tuple(words[-2:]) not in _ENDS_ALL_THE_SAME


def _yes_no(words: Sequence[str], expect: Expect) -> Completeness:
    answer = read_yes_no(" ".join(words))
    if open_ended(words) and not (answer and answer[1].endswith(words[-1])):  # "I am" is a yes
        return Completeness.OPEN
    if answer is None:
        return Completeness.OPEN
    return Completeness.COMPLETE if answer[2] >= _PLAIN_YES_NO else Completeness.UNKNOWN


def _choice(words: Sequence[str], expect: Expect) -> Completeness:
    if open_ended(words):
        return Completeness.OPEN
    said = tuple(word for word in words if word not in _FILLERS)
    if not expect.answers:
        return Completeness.UNKNOWN
    named = any(said[-len(answer) :] == answer for answer in map(_split, expect.answers) if answer)
    return Completeness.COMPLETE if named else Completeness.OPEN


def _digits(words: Sequence[str], expect: Expect) -> Completeness:
    """Of the asked-for count; digits of a number whose length is not known leave everything open to the safe window."""
    said = tokens(" ".join(words))
    found = list(runs(said))
    if not found or expect.digits is None:
        return Completeness.OPEN if open_ended(words) else Completeness.UNKNOWN
    count = sum(len(run.readings[0]) for run in found)
    if count < expect.digits:
        return Completeness.UNKNOWN if _may_be(found, expect.digits) else Completeness.OPEN
    whole = count == expect.digits and len(found) == 1 and found[0].last == len(said)
    return Completeness.COMPLETE if whole else Completeness.UNKNOWN


def _may_be(found: Sequence[Run], digits: int) -> bool:
    """ "Sixty two" is 62, and may have been 602."""
    return len(found) == 1 and any(len(reading) >= digits for reading in found[0].readings)


def _free(words: Sequence[str], expect: Expect) -> Completeness:
    if open_ended(words) or _loose_digits(words):
        return Completeness.OPEN
    return Completeness.COMPLETE if _CLOSED_ENDS.search(" ".join(words)) else Completeness.UNKNOWN


def _loose_digits(words: Sequence[str]) -> bool:
    """Two or three digits one by one at the end: a number that is being read out. "At four" is none."""
    count = 0
    for word in reversed(words):
        if word not in ONES and word != "oh":
            break
        count += 1
    before = words[-count - 1] if count < len(words) and count else ""
    return 2 <= count <= _MOST_LOOSE_DIGITS and before not in TENS and before not in TEENS


def _split(answer: str) -> tuple[str, ...]:
    return tuple(answer.casefold().split())


_OF_SHAPE = {"yes_no": _yes_no, "choice": _choice, "digits": _digits}
