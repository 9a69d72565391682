"""A recogniser for measuring load without weights: hears what a script says, and pays for a true Whisper decode.

    says = ScriptedRecogniser([...])                         # or any recogniser that knows what the clip says
    weights = whisper_shape("base.en", cache)                # random values in the exact shape
    hear = costed(says, whisper.Settings(folder=weights, window="short"), languages, tokens=7)
    hear.transcribe(pcm, "main")                             # the script's Recognition, after the decode

Every utterance is decoded once, in the window and with the hint it would have, to exactly `tokens` tokens. A clip of
silence is not decoded, as in service. Guards and second looks are not paid: their verdicts on random text mean nothing.
"""

from dataclasses import dataclass

from voice.audio import Pcm
from voice.stt import Languages, Recogniser, Recognition, whisper


@dataclass(frozen=True, slots=True)
class CostedRecogniser:
    """May be called from all of the pool's workers at once, if `says` may."""

    says: Recogniser
    pays: whisper.WhisperRecogniser
    tokens: int = 7  # an answer such as "yes that is right"; 16 is a long sentence

    def transcribe(self, pcm: Pcm, language: str) -> Recognition:
        self.pays.pay(pcm, language, tokens=self.tokens)
        return self.says.transcribe(pcm, language)


def costed(says: Recogniser, settings: whisper.Settings, languages: Languages, *, tokens: int = 7) -> CostedRecogniser:
    """Raises EngineUnavailable as `whisper.open` does."""
    return CostedRecogniser(says, whisper.open(settings, languages), tokens)
