"""Opens the recogniser this machine has, as the inference pool's engine."""

from collections.abc import Mapping, Sequence

from models.engines import EngineFactory
from telephony.agents.briefing import LANGUAGE, SENTENCES
from telephony.engines import Recogniser
from voice.dialogue.business import Business
from voice.dialogue.languages import languages as languages_of
from voice.listening import Listening
from voice.pipeline.recognise import ENGINE
from voice.pipeline.session import LISTENING
from voice.stt import pocketsphinx, whisper


def languages(business: Business) -> dict[str, tuple[str, ...]]:
    """What each state of a caller's and of an agent's leg expects to hear."""
    states = languages_of(business)
    everything = states["main"]
    return {**states, LISTENING: everything, "person": everything, LANGUAGE: SENTENCES}


def factories(chosen: Recogniser, languages: Mapping[str, Sequence[str]]) -> dict[str, EngineFactory]:
    """The pool's engines. Both recognisers may be called from all workers at once, so one instance serves all."""

    def open_recogniser() -> Listening:
        if chosen.whisper is not None:
            return Listening(whisper.open(chosen.whisper, languages))
        return Listening(pocketsphinx.open(pocketsphinx.Settings(), languages))

    return {ENGINE: EngineFactory(open_recogniser, shared=True)}
