"""When not to believe a recogniser: decisions over its scores, cheap first, each with a published reason.

Whisper writes text for 40 % of clips without speech (arXiv 2501.11378). What it did not hear well is asked again; what
it invented must never act: a refused text becomes empty, and `Recognition.refused` names the guard.
"""

import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from itertools import groupby

import numpy as np

from voice.audio import FRAME_MS, FRAME_SAMPLES, Pcm


@dataclass(frozen=True, slots=True)
class Scores:
    """What a free recogniser says of one utterance, and how much sound there was."""

    avg_logprob: float  # mean log-probability of a token, the end counted
    no_speech_prob: float
    compression_ratio: float  # of the text by zlib: loops compress well
    tokens: int
    token_cap: int
    speech_ms: int  # of the whole clip
    audible_ms: int  # of it, what stands out from the silence around; see `audible_ms`


class Guard(StrEnum):
    """Who refused. The words stand in journals."""

    SILENCE = "silence"
    NO_WORDS = "no words"
    NO_SPEECH = "no speech"
    STOCK_PHRASE = "stock phrase"
    UNSURE = "low log-probability"
    CONFIDENCE = "low confidence"  # of a constrained recogniser, by its own reckoning
    COMPRESSES = "high compression ratio"
    CAP = "token cap"
    TOO_FAST = "tokens per second"
    LOOP = "loop"
    ECHO = "its own hint"


class Verdict(Enum):
    KEEP = auto()
    SUSPICIOUS = auto()  # worth a second look with the full window
    DROP = auto()


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    guard: Guard | None = None  # of what is not kept


@dataclass(frozen=True, slots=True)
class Limits:
    """Start values: the first three are openai/whisper's and faster-whisper's own defaults."""

    no_speech_prob: float = 0.6
    avg_logprob: float = -1.0
    compression_ratio: float = 2.4
    phrase_logprob: float = -0.5  # a stock phrase must be surer than that,
    phrase_ms: int = 1500  # or said at length
    tokens_per_second: float = 12.0  # of audible sound; people reach 8, half more
    audible_ms: int = 120  # less sound than that holds no word; the shortest of 600 spoken digits has more [measured]


STOCK_PHRASES = frozenset(
    {
        "thank you", "thank you very much", "thank you so much", "thanks", "thanks for watching", "thanks a lot",
        "thank you for watching", "thank you for watching and see you in the next video", "thank you for listening",
        "please subscribe", "please subscribe to my channel", "like and subscribe", "don t forget to subscribe",
        "thanks for listening", "bye", "bye bye", "you", "the end", "so", "okay", "oh", "hmm", "um", "uh", "ah",
        "subtitles by the amara org community", "we ll be right back", "see you next time", "see you later",
        "see you in the next video", "i ll see you next time", "i m sorry", "music", "applause", "silence",
        "upbeat music", "background noise", "blank audio", "inaudible", "transcription by castingwords",
        "transcribed by https otter ai", "copyright australian broadcasting corporation", "be right back",
    }
)  # fmt: skip
"""What Whisper says of noise and silence (arXiv 2501.11378, table 2, and the reports in openai/whisper's discussions
679 and 928). Some of it people also say."""

LEAST_LEVEL = 16.0  # RMS of int16, -66 dBFS: mu-law's own idle noise stays below
_BELOW_LOUDEST = 10 ** (-30 / 20)  # vowels and their soft consonants lie within 30 dB
_NUMBERS = frozenset(
    "zero oh one two three four five six seven eight nine ten double triple hundred thousand".split()  # noqa: SIM905
)
_REPEATS = {1: 6, 2: 4, 3: 3, 4: 3, 5: 3}  # words in a piece → how often in a row nobody says it


def judge(
    text: str, scores: Scores, *, expected: Iterable[str] = (), hint: str = "", limits: Limits | None = None
) -> Judgement:
    """`text` as handed on (lower case, plain); `expected`: whole sentences of the state, which no list forbids; `hint`:
    the words that were put before the text."""
    limits = limits or Limits()
    known = frozenset(expected)
    if guard := _invented(text, scores, known, limits):
        return Judgement(Verdict.DROP, guard)
    if guard := _broken(text, scores, "" if text in known else hint, limits):
        return Judgement(Verdict.SUSPICIOUS, guard)
    return Judgement(Verdict.KEEP)


def _invented(text: str, scores: Scores, expected: frozenset[str], limits: Limits) -> Guard | None:
    """No other window would make it true."""
    if not text:
        return Guard.NO_WORDS
    if scores.no_speech_prob > limits.no_speech_prob and scores.avg_logprob < limits.avg_logprob:
        return Guard.NO_SPEECH
    if is_stock_phrase(text) and text not in expected and _is_doubtful(scores, limits):
        return Guard.STOCK_PHRASE
    return None


def _broken(text: str, scores: Scores, hint: str, limits: Limits) -> Guard | None:
    """A short window may have done that: the decoder repeats or goes on where it sees no end."""
    if scores.compression_ratio > limits.compression_ratio:
        return Guard.COMPRESSES
    if loops(text):
        return Guard.LOOP
    if echoes(text, hint):
        return Guard.ECHO
    if scores.tokens >= scores.token_cap:
        return Guard.CAP
    if scores.tokens > 4 + limits.tokens_per_second * scores.audible_ms / 1000:  # 4: a word may be cut short
        return Guard.TOO_FAST
    if scores.avg_logprob < limits.avg_logprob:
        return Guard.UNSURE
    return None


def judge_constrained(text: str, pcm: Pcm, *, limits: Limits | None = None) -> Guard | None:
    """The guards that mean something for a recogniser bound to a language model, which knows its own confidence."""
    limits = limits or Limits()
    heard_ms = audible_ms(pcm)
    if heard_ms < limits.audible_ms:
        return Guard.SILENCE
    if not text:
        return Guard.NO_WORDS
    if loops(text):
        return Guard.LOOP
    if len(text.split()) > 2 + limits.tokens_per_second * heard_ms / 1000:
        return Guard.TOO_FAST
    return None


def token_cap(speech_ms: int) -> int:
    """Most tokens that so much speech can hold: eight a second; two more let "yes." end."""
    return 2 + -(-8 * speech_ms // 1000)


def audible_ms(pcm: Pcm) -> int:
    """How much of a clip stands out: frames within 30 dB of its loudest (but for the very loudest, a click)."""
    whole = len(pcm) // FRAME_SAMPLES * FRAME_SAMPLES
    if not whole:
        return 0
    frames = pcm[:whole].reshape(-1, FRAME_SAMPLES).astype(np.float32)
    levels = (frames - frames.mean()).std(axis=1)
    loudest = np.sort(levels)[-1 - len(levels) // 50]
    return int(np.count_nonzero(levels > max(LEAST_LEVEL, loudest * _BELOW_LOUDEST))) * FRAME_MS


def compression_ratio(text: str) -> float:
    written = text.encode("utf-8")
    return len(written) / len(zlib.compress(written)) if written else 0.0


def is_stock_phrase(text: str) -> bool:
    return re.sub(r"[^a-z]+", " ", text).strip() in STOCK_PHRASES


def _is_doubtful(scores: Scores, limits: Limits) -> bool:
    return (
        scores.speech_ms < limits.phrase_ms
        and (scores.avg_logprob < limits.phrase_logprob or scores.no_speech_prob > limits.no_speech_prob)
    ) or scores.avg_logprob < limits.avg_logprob


def loops(text: str) -> bool:
    """A piece of one to five words said over and over. Numbers are no loop: people read out 0000 and 123 123 123."""
    words = text.split()
    return any(_repeats(words, length, often) for length, often in _REPEATS.items())


def echoes(text: str, hint: str) -> bool:
    """Three words and more of the hint as they stand there: on noise the decoder goes on with what was before."""
    return len(text.split()) >= 3 and f" {text} " in f" {hint} "


def _repeats(words: list[str], length: int, often: int) -> bool:
    same = [
        words[at] == words[at + length] and not (words[at] in _NUMBERS or words[at][:1].isdigit())
        for at in range(len(words) - length)
    ]
    runs = (sum(1 for _ in run) for agrees, run in groupby(same) if agrees)
    return max(runs, default=0) >= length * (often - 1)
