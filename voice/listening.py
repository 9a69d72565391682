"""What the pool runs for one utterance: the words and how they were spoken, in one job on one worker."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from models import prosody
from models.prosody import Prosody
from voice.audio import Pcm
from voice.stt import Recogniser, Recognition

log = logging.getLogger(__name__)


@runtime_checkable
class BatchRecogniser(Protocol):
    """A recogniser that is quicker with several utterances at once."""

    def transcribe(self, pcm: Pcm, language: str) -> Recognition: ...

    def transcribe_together(self, utterances: Sequence[tuple[Pcm, str]]) -> Sequence[Recognition | Exception]:
        """One answer an utterance `(pcm, language)`, in their order; an exception fails that utterance alone."""
        ...


Answer = tuple[Recognition, Prosody | None]


@dataclass(frozen=True, slots=True)
class Listening:
    """The pool's engine "hear". A tone of voice that cannot be measured costs nobody their words."""

    recogniser: Recogniser

    def __call__(self, pcm: Pcm, language: str) -> Answer:
        return self.recogniser.transcribe(pcm, language), _measured(pcm)

    def together(self, jobs: Sequence[tuple[Pcm, str]]) -> Sequence[Answer | Exception]:
        """What the pool calls when several utterances wait; with a recogniser that takes one at a time, in turn."""
        heard = (
            self.recogniser.transcribe_together(jobs)
            if isinstance(self.recogniser, BatchRecogniser)
            else [self._alone(pcm, language) for pcm, language in jobs]
        )
        return [
            words if isinstance(words, Exception) else (words, _measured(pcm))
            for words, (pcm, _) in zip(heard, jobs, strict=True)
        ]

    def _alone(self, pcm: Pcm, language: str) -> Recognition | Exception:
        try:
            return self.recogniser.transcribe(pcm, language)
        except Exception as failure:  # the pool tells it to the one whose utterance it was
            return failure


def _measured(pcm: Pcm) -> Prosody | None:
    try:
        return prosody.extract(pcm)
    except Exception as error:  # of whatever kind: frustration is judged from the words alone then
        log.warning("prosody of %d samples expected, got %r", len(pcm), error)
        return None
