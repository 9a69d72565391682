"""Whether a short window may be used: word errors in it against those in the full window, on the same utterances.

Pure. A window is safe when it costs no words that matter, by enough utterances to tell, for each speaker, and for
numbers not one. Whatever cannot be told is not safe.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LEAST_UTTERANCES = 30  # of one window: fewer tell nothing [the rule of thumb for a mean]
LEAST_WORDS = 100
MOST_WORSE = 0.5  # points of word error that a window may cost
MOST_LIKELY_WORSE = 2.0  # points: the interval's upper end
LEAST_OF_SPEAKER = 10  # utterances before a speaker's own figure counts
MOST_FULL_ERROR = 50.0  # per cent in the full window: weights that understand less show no difference either
_DRAWS = 2000
_SEED = 7


@dataclass(frozen=True, slots=True)
class Compared:
    """One utterance heard in both windows."""

    window_s: float
    words: int  # that were spoken
    errors_full: int
    errors_short: int
    speaker: str = ""
    numbers: bool = False  # nothing but digits was spoken


@dataclass(frozen=True, slots=True)
class Verdict:
    """Figures in per cent of the words spoken, and points between them."""

    window_s: float
    utterances: int
    words: int
    error_full: float
    error_short: float
    worse: float
    worse_from: float  # 95 % interval, utterances drawn anew
    worse_to: float
    unsafe_because: str = ""

    @property
    def safe(self) -> bool:
        return not self.unsafe_because


def verdict(window_s: float, all_compared: Sequence[Compared]) -> Verdict:
    compared = [one for one in all_compared if one.window_s == window_s]
    words = sum(one.words for one in compared)
    full, short = (_rate([getattr(one, name) for one in compared], words) for name in ("errors_full", "errors_short"))
    low, high = _interval(compared)
    found = Verdict(window_s, len(compared), words, full, short, short - full, low, high)
    why = _why_not(found, compared)
    return Verdict(window_s, len(compared), words, full, short, short - full, low, high, why)


def _why_not(found: Verdict, compared: Sequence[Compared]) -> str:
    if found.utterances < LEAST_UTTERANCES or found.words < LEAST_WORDS:
        return f"too few to tell: at least {LEAST_UTTERANCES} utterances with {LEAST_WORDS} words are needed"
    if found.error_full > MOST_FULL_ERROR:
        return f"these weights understand too little of these recordings ({found.error_full:.0f} % wrong in 30 s)"
    if found.worse > MOST_WORSE:
        return f"costs more than {MOST_WORSE} points"
    if found.worse_to > MOST_LIKELY_WORSE:
        return f"may cost up to {found.worse_to:.1f} points: more recordings would tell"
    numbers = [one for one in compared if one.numbers]
    if sum(one.errors_short for one in numbers) > sum(one.errors_full for one in numbers):
        return "costs digits"
    for speaker in sorted({one.speaker for one in compared if one.speaker}):
        own = [one for one in compared if one.speaker == speaker]
        words = sum(one.words for one in own)
        worse = _rate([one.errors_short - one.errors_full for one in own], words)
        if len(own) >= LEAST_OF_SPEAKER and worse > MOST_LIKELY_WORSE:
            return f"costs speaker {speaker} {worse:.1f} points"
    return ""


def _rate(errors: Sequence[int], words: int) -> float:
    return 100.0 * sum(errors) / words if words else 0.0


def _interval(compared: Sequence[Compared]) -> tuple[float, float]:
    if not compared:
        return 0.0, 0.0
    words = np.array([one.words for one in compared], float)
    worse = np.array([one.errors_short - one.errors_full for one in compared], float)
    drawn = np.random.default_rng(_SEED).integers(len(compared), size=(_DRAWS, len(compared)))
    rates = 100.0 * worse[drawn].sum(axis=1) / np.maximum(1.0, words[drawn].sum(axis=1))
    low, high = np.percentile(rates, (2.5, 97.5))
    return float(low), float(high)
