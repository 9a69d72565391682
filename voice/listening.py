"""What the pool runs for one utterance: the words and how they were spoken, in one job on one worker."""

import logging
from dataclasses import dataclass

from models import prosody
from models.prosody import Prosody
from voice.audio import Pcm
from voice.stt import Recogniser, Recognition

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Listening:
    """The pool's engine "hear". A tone of voice that cannot be measured costs nobody their words."""

    recogniser: Recogniser

    def __call__(self, pcm: Pcm, language: str) -> tuple[Recognition, Prosody | None]:
        return self.recogniser.transcribe(pcm, language), _measured(pcm)


def _measured(pcm: Pcm) -> Prosody | None:
    try:
        return prosody.extract(pcm)
    except Exception as error:  # of whatever kind: frustration is judged from the words alone then
        log.warning("prosody of %d samples expected, got %r", len(pcm), error)
        return None
