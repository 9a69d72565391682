"""What the pool runs for one utterance: the words and how they were spoken, in one job on one worker.

`ListeningCodec` says how both travel where the pool is another process.
"""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from models import prosody
from models.codec import Packed
from models.prosody import Prosody
from voice.audio import Pcm
from voice.stt import Recogniser, Recognition, Word

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


class ListeningCodec:
    """Samples and features as bytes, little-endian; the rest as JSON. A new field of `Recognition` travels by itself
    where JSON can say it."""

    def pack_args(self, args: tuple[Any, ...]) -> Packed:
        pcm, language = args
        return Packed({"language": language}, np.asarray(pcm, "<i2").tobytes())

    def unpack_args(self, packed: Packed) -> tuple[Any, ...]:
        language = packed.head.get("language")
        if not isinstance(language, str):
            raise ValueError(f"the name of a state's language expected, {language!r} came")
        return np.frombuffer(packed.blob, "<i2").astype(np.int16), language

    def pack_result(self, result: Any) -> Packed:
        recognition, measured = result
        head: dict[str, Any] = {"recognition": asdict(recognition), "prosody": None}
        if measured is None:
            return Packed(head)
        head["prosody"] = {"voiced_seconds": measured.voiced_seconds, "snr_db": measured.snr_db}
        return Packed(head, np.asarray(measured.features, "<f4").tobytes())

    def unpack_result(self, packed: Packed) -> Answer:
        fields = dict(packed.head["recognition"])
        words = tuple(Word(**word) for word in fields.pop("words", ()))
        others = tuple(fields.pop("alternatives", ()))
        recognition, gates = Recognition(**fields, words=words, alternatives=others), packed.head["prosody"]
        if gates is None:
            return recognition, None
        features = np.frombuffer(packed.blob, "<f4").astype(np.float32)
        if len(features) != len(prosody.NAMES):
            raise ValueError(f"{len(prosody.NAMES)} features of prosody expected, {len(features)} came")
        return recognition, Prosody(features, float(gates["voiced_seconds"]), float(gates["snr_db"]))
