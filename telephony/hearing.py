"""Opens the recognisers this machine has, as the inference pool's engine: the chosen one, and those below it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec

import ctranslate2

from models.engines import EngineFactory
from telephony.agents.briefing import LANGUAGE, SENTENCES
from telephony.engines import Recogniser
from voice.dialogue.business import Business
from voice.dialogue.languages import languages as languages_of
from voice.listening import Listening
from voice.pipeline.recognise import ENGINE
from voice.pipeline.session import LISTENING
from voice.stt import pocketsphinx, whisper
from voice.stt.ladder import Ladder, Rung
from voice.stt.whisper_weights import NAME as WHISPER

CPU_WEIGHTS = ("whisper-base.en", "whisper-tiny.en")
"""What hears on the CPU where the GPU fails: small takes 0.3 s of a core an utterance, base 0.09 s."""


def languages(business: Business) -> dict[str, tuple[str, ...]]:
    """What each state of a caller's and of an agent's leg expects to hear."""
    states = languages_of(business)
    everything = states["main"]
    return {**states, LISTENING: everything, "person": everything, LANGUAGE: SENTENCES}


def factories(chosen: Recogniser, languages: Mapping[str, Sequence[str]]) -> dict[str, EngineFactory]:
    """The pool's engines. The recognisers may be called from all workers at once, so one instance serves all."""

    def open_recogniser() -> Listening:
        return Listening(Ladder(rungs(chosen, languages)))

    return {ENGINE: EngineFactory(open_recogniser, shared=True)}


def rungs(
    chosen: Recogniser,
    languages: Mapping[str, Sequence[str]],
    *,
    cuda_devices: Callable[[], int] = ctranslate2.get_cuda_device_count,
) -> list[Rung]:
    """CUDA, where it is there and not ruled out; a small model on the CPU; the one that needs no download."""
    found: list[Rung] = []
    if (wanted := chosen.whisper) is not None:
        if wanted.device != "cpu" and cuda_devices():
            found.append(Rung("whisper-cuda", lambda: whisper.open(replace(wanted, device="cuda"), languages)))
            here = (wanted.folder.parent / name for name in CPU_WEIGHTS)
            folder = next((one for one in here if (one / "model.bin").is_file()), wanted.folder)
            small = replace(wanted, folder=folder, device="cpu", compute_type="auto")
        else:
            small = wanted
        found.append(Rung(WHISPER, lambda: whisper.open(small, languages)))
    if find_spec("pocketsphinx") is not None:
        found.append(Rung(pocketsphinx.NAME, lambda: pocketsphinx.open(pocketsphinx.Settings(), languages)))
    return found
