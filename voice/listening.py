"""What the pool runs for one utterance: the words and how they were spoken, in one job on one worker."""

from dataclasses import dataclass

from models import prosody
from models.prosody import Prosody
from voice.audio import Pcm
from voice.stt import Recogniser, Recognition


@dataclass(frozen=True, slots=True)
class Listening:
    """The pool's engine "hear"."""

    recogniser: Recogniser

    def __call__(self, pcm: Pcm, language: str) -> tuple[Recognition, Prosody]:
        return self.recogniser.transcribe(pcm, language), prosody.extract(pcm)
