"""When a caller who speaks over a prompt stops it, and whether what they said was meant to.

At `duck_ms` of voice the prompt is lowered, at `speech_ms` of speech it stops, unless it is protected. Then it turns
out what it was: an answer ends the prompt, an "mm-hm" or a cough does not, and the prompt goes on from where it was.

What is said over a protected prompt, or in the first moments of any, is not lost: the interruption is only put off
until the prompt may be interrupted or has ended (see `voice/hearing.py`).
"""

import re
from dataclasses import dataclass
from enum import StrEnum

_CONTINUERS = (
    "mm", "mm hm", "mm hmm", "mmhm", "mhm", "hm", "hmm", "uh huh", "uh", "um", "huh", "ah", "aha", "oh", "okay", "ok",
    "right", "all right", "alright", "sure", "yeah", "yep", "yup", "yes", "i see", "got it", "go on", "good", "fine",
    "great", "cool", "thanks", "thank you", "go ahead",
)  # fmt: skip
_FUNCTION_WORDS = (
    "a an the and or but if so to of on in at for with by from as than is are am was were be been do does did have has "
    "had will would can could should may i i'd i'm i'll i've you your we our they them he him she her it its it's this "
    "that that's these those my me who when where there then well just"
)
"""English function words (articles, prepositions, auxiliaries, pronouns). "What" and "why" ask for something."""

_EMPTY = tuple(_FUNCTION_WORDS.split())
_PERSON = ("agent", "human", "operator", "person", "representative", "somebody", "someone", "stop", "help")


@dataclass(frozen=True, slots=True)
class Settings:
    duck_ms: int = 60  # ms of voice; two windows of the detector, before which a click is not told from a voice
    duck_db: float = -18.0  # what two people speaking at once do to each other; still followed (goals, barge-in)
    speech_ms: int = 200  # ms of speech; coughs are shorter, and people notice from about 300 ms that nobody listens
    sure_ms: int = 80  # of these the detector hears a voice. It needs 40 to 120 ms of one [60 commands, 40 digits] ...
    before_ms: int = 120  # ... so that so much sound right before counts as speech too
    probability: float = 0.35  # is a voice, here: at 0.5 twice as many digits stop nothing, and no fewer noises
    protect_ms: int = 300  # who speaks this early answers the prompt before; and echo cancellers need a moment
    verdict_ms: int = 1000  # after the end of speech was told, a stop window late: 1.3 to 1.7 s without a sound
    noise_ms: int = 800  # longer speech of which nothing was understood is worth a "sorry?"; coughs last under 0.5 s
    words_confidence: float = 0.2  # below it the recogniser's words are noise; as words_confidence of business.toml
    short_ms: int = 700  # so short an "mm-hm" or "I see" is often heard as other words; these end a prompt ...
    short_confidence: float = 0.45  # ... only when so sure: 5 of 63 such sounds instead of 12, and 24 of 25 words that
    # were heard right [7 voices of a synthesiser, none of them scored]; what answers a yes or no counts at 0.2
    resumes_max: int = 3  # stops of one prompt by what was no answer; after so many it is played to its end
    echo_share: float = 0.5  # of the sound that is our own prompt come back; a caller who speaks leaves it below 0.3
    back_channels: tuple[str, ...] = _CONTINUERS  # said to show that one listens; Yngve's "back channel", 1970
    person_words: tuple[str, ...] = _PERSON  # who says one of these is believed even in doubt
    empty_words: tuple[str, ...] = _EMPTY  # alone they ask for nothing: what a recogniser makes of a hum or a cough


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is being played on the leg."""

    began_ms: int
    interruptible: bool


class Verdict(StrEnum):
    """What stopped a prompt."""

    ANSWER = "answer"
    BACK_CHANNEL = "back_channel"
    NOISE = "noise"  # a cough, a door: nothing was understood of it
    LATE = "late"  # nobody knows yet, and the caller has waited long enough


@dataclass(frozen=True, slots=True)
class Stopped:
    """A prompt that was stopped: its words, how much of them was heard, and whether others wait behind it."""

    text: str
    heard_ms: int
    more_waits: bool


def interrupts(settings: Settings, *, prompt: Prompt, voiced_ms: int, now_ms: int) -> bool:
    """Whether speech with `voiced_ms` of voice so far may stop `prompt` now (audio time of the leg)."""
    return _open(settings, prompt, now_ms) and voiced_ms >= settings.speech_ms


def stops(settings: Settings, *, prompt: Prompt, voiced_ms: int, speech_ms: int, now_ms: int) -> bool:
    """Whether `prompt` stops though the endpoint is not certain yet that this is speech: `voiced_ms` of voice so far,
    within `speech_ms` since its sound began. The recogniser will tell; if it was none, the prompt goes on."""
    return _open(settings, prompt, now_ms) and voiced_ms >= settings.sure_ms and speech_ms >= settings.speech_ms


def ducks(settings: Settings, *, prompt: Prompt, voiced_ms: int, now_ms: int) -> bool:
    """Whether so much voice lowers `prompt`."""
    return _open(settings, prompt, now_ms) and voiced_ms >= settings.duck_ms


def _open(settings: Settings, prompt: Prompt, now_ms: int) -> bool:
    return prompt.interruptible and now_ms - prompt.began_ms >= settings.protect_ms


def verdict(
    settings: Settings, stopped: Stopped, *, text: str, confidence: float, speech_ms: int, yes_no: bool
) -> Verdict:
    """What `text`, understood with `confidence` of `speech_ms` of speech, was to the prompt it stopped. `yes_no`: such
    an answer is expected when the prompt has ended."""
    words = _plain(text)
    if confidence < settings.words_confidence or all(word in settings.empty_words for word in words.split()):
        return Verdict.NOISE if speech_ms < settings.noise_ms else Verdict.ANSWER
    if words not in settings.back_channels:
        doubted = speech_ms < settings.short_ms and confidence < settings.short_confidence and not yes_no
        wanted = any(word in settings.person_words for word in words.split())
        return Verdict.NOISE if doubted and not wanted else Verdict.ANSWER
    return Verdict.ANSWER if _asked(stopped, yes_no=yes_no) else Verdict.BACK_CHANNEL


_SPOKEN_MS_A_CHARACTER = 62  # English at 160 words a minute
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_CLOSED = re.compile(
    r"\b(?:is|are|was|were|do|does|did|have|has|can|could|shall|should|will|would|may) "
    r"(?:that|this|it|there|you|we|i|he|she|they|the|your)\b",
    re.IGNORECASE,
)
"""Turned round like this a question wants a yes or a no ..."""

_OPEN = re.compile(r"\b(?:how|what|which|when|where|who|whose|why)\b", re.IGNORECASE)
"""... but not after one of these."""


def _asked(stopped: Stopped, *, yes_no: bool) -> bool:
    """Whether a question that "okay" answers had begun when the prompt was stopped. Where it had not, taking it for an
    answer could do what nobody agreed to."""
    if stopped.more_waits:
        return False
    *before, last = _SENTENCE_END.split(stopped.text.strip())
    if not yes_no and not _closed(last):
        return False
    return stopped.heard_ms >= sum(len(sentence) + 1 for sentence in before) * _SPOKEN_MS_A_CHARACTER


def _closed(sentence: str) -> bool:
    turned = _CLOSED.search(sentence)
    return sentence.endswith("?") and turned is not None and _OPEN.search(sentence[: turned.start()]) is None


def _plain(text: str) -> str:
    """Lower case, without punctuation, each word once in a row: "mm-hm, mm-hm" is "mm hm"."""
    words = re.sub(r"[^\w' ]", " ", text.casefold()).split()
    half = len(words) // 2
    if half and words[:half] == words[half:]:
        words = words[:half]
    return " ".join(words)
