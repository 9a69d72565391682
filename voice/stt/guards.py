"""When not to believe a free recogniser: decisions over its scores, cheap first, each with a published reason.

Whisper writes text for 40 % of clips without speech (arXiv 2501.11378). What it did not hear well is asked again; what
it invented must never act.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto


@dataclass(frozen=True, slots=True)
class Scores:
    """What the library says of one utterance, and how much sound there was."""

    avg_logprob: float  # mean log-probability of a token
    no_speech_prob: float
    compression_ratio: float  # of the text by zlib: loops compress well
    tokens: int
    token_cap: int
    speech_ms: int


class Verdict(Enum):
    KEEP = auto()
    SUSPICIOUS = auto()  # worth a second look with the full window
    DROP = auto()


@dataclass(frozen=True, slots=True)
class Limits:
    """The library's own start values, and openai/whisper's."""

    no_speech_prob: float = 0.6
    avg_logprob: float = -1.0
    compression_ratio: float = 2.4
    phrase_logprob: float = -0.5  # a stock phrase must be surer than that
    phrase_ms: int = 1500  # or said at length


STOCK_PHRASES = frozenset(
    {
        "thank you", "thank you very much", "thank you so much", "thanks", "thanks for watching",
        "thank you for watching", "please subscribe", "bye", "bye bye", "you", "the end", "so", "okay", "oh",
        "subtitles by the amara org community", "we ll be right back", "see you next time", "i m sorry", "music",
        "applause", "silence", "transcription by castingwords", "see you in the next video",
    }
)  # fmt: skip
"""What Whisper says of noise and silence, most often first in several studies. Some of it people also say."""


def judge(text: str, scores: Scores, *, expected: Iterable[str] = (), limits: Limits | None = None) -> Verdict:
    """`text` as handed on (lower case, plain); `expected`: whole sentences of the state, which no list forbids."""
    limits = limits or Limits()
    if not text:
        return Verdict.DROP
    if scores.no_speech_prob > limits.no_speech_prob and scores.avg_logprob < limits.avg_logprob:
        return Verdict.DROP
    if _is_stock_phrase(text) and text not in set(expected) and _is_doubtful(scores, limits):
        return Verdict.DROP
    if scores.compression_ratio > limits.compression_ratio or scores.tokens >= scores.token_cap or _loops(text):
        return Verdict.SUSPICIOUS
    return Verdict.KEEP


def token_cap(speech_ms: int) -> int:
    """Most tokens that so much speech can hold: eight a second; two more let "yes." end."""
    return 2 + -(-8 * speech_ms // 1000)


def _is_stock_phrase(text: str) -> bool:
    return re.sub(r"[^a-z]+", " ", text).strip() in STOCK_PHRASES


def _is_doubtful(scores: Scores, limits: Limits) -> bool:
    return (
        scores.speech_ms < limits.phrase_ms
        and (scores.avg_logprob < limits.phrase_logprob or scores.no_speech_prob > limits.no_speech_prob)
    ) or scores.avg_logprob < limits.avg_logprob


def _loops(text: str) -> bool:
    """The same three words three times; a caller who repeats digits repeats them less evenly."""
    words = text.split()
    triples = Counter(zip(words, words[1:], words[2:], strict=False))
    return any(count >= 3 for count in triples.values())
