"""Opens the recogniser this machine has, as the inference pool's engine."""

from collections.abc import Mapping, Sequence

from models.engines import EngineFactory
from telephony.engines import Recogniser
from voice.listening import Listening
from voice.pipeline.recognise import ENGINE
from voice.stt import pocketsphinx, whisper


def factories(chosen: Recogniser, languages: Mapping[str, Sequence[str]]) -> dict[str, EngineFactory]:
    """The pool's engines. Both recognisers may be called from all workers at once, so one instance serves all."""

    def open_recogniser() -> Listening:
        if chosen.name == "whisper" and chosen.weights is not None:
            return Listening(whisper.open(whisper.Settings(folder=chosen.weights), languages))
        return Listening(pocketsphinx.open(pocketsphinx.Settings(), languages))

    return {ENGINE: EngineFactory(open_recogniser, shared=True)}
