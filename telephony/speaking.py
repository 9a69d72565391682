"""Opens the voices this machine has: the chosen one first, the others behind it, each with its cache."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from voice.errors import EngineUnavailable, VoiceFailed
from voice.tts import Synthesizer, espeak, flite, piper, prerendered
from voice.tts.cache import CachedSynthesizer
from voice.tts.chain import VoiceChain
from voice.tts.choose import Choice, choose
from voice.tts.voice_process import VoiceProcess

log = logging.getLogger(__name__)

PIPER_FOLDER = "piper-*"
"""Where `warmline models fetch` puts a Piper voice, below the models folder."""


@dataclass(frozen=True, slots=True)
class Voices:
    """`voice` speaks, with those behind it; `cached` is the first one's cache."""

    voice: Synthesizer
    cached: CachedSynthesizer
    choice: Choice
    process: VoiceProcess

    async def close(self) -> None:
        await self.voice.close()
        await self.process.close()


def piper_model(models_folder: Path) -> Path | None:
    """The first Piper voice in the models folder, if any."""
    return next(iter(sorted(models_folder.glob(f"{PIPER_FOLDER}/*.onnx"))), None)


async def open_voices(
    wanted: str,
    *,
    models_folder: Path,
    cache_folder: Path | None,
    keep_spoken: bool = False,
    wrap: Callable[[Synthesizer], Synthesizer] = lambda voice: voice,
) -> Voices:
    """The voices of this machine. `wrap` goes around each engine, inside its cache (a replay's clock stands still).

    Raises `EngineUnavailable` when the voice asked for, or every voice, is missing.
    """
    process = VoiceProcess()
    opened, missing = await _open(process, models_folder)
    choice = choose(wanted, {**dict.fromkeys(opened), **missing})
    chain = [
        CachedSynthesizer(wrap(opened[name]), folder=cache_folder, keep_spoken=keep_spoken)
        for name in (choice.name, *choice.then)
    ]
    last = prerendered.open(prerendered.Settings(chain[0].voice_key))
    voice = VoiceChain([*chain, CachedSynthesizer(last, folder=cache_folder)])
    return Voices(voice, chain[0], choice, process)


async def _open(process: VoiceProcess, models_folder: Path) -> tuple[dict[str, Synthesizer], dict[str, str]]:
    """Engine → voice for those that can be used, engine → why not for the others."""
    opened: dict[str, Synthesizer] = {}
    missing: dict[str, str] = {}
    try:
        hello = await process.start()
    except VoiceFailed as error:
        missing = {"piper": str(error), "espeak": str(error)}
    else:
        missing.update(hello.missing)
        if "espeak" in hello.engines:
            opened["espeak"] = espeak.open(espeak.Settings(), process=process)
        model = piper_model(models_folder)
        if "piper" in hello.engines and model is None:
            missing["piper"] = f"no voice in {models_folder}; `warmline models fetch` brings one"
        elif "piper" in hello.engines and model is not None:
            settings = piper.Settings(model)
            opened["piper"] = piper.open(settings, process=process)
            await process.open("piper", piper.options_of(settings))
    try:
        opened["flite"] = flite.open(flite.Settings())
    except EngineUnavailable as error:
        missing["flite"] = str(error)
    return opened, missing


async def prerender(voices: Voices, texts: list[str], progress: Callable[[int, int], None]) -> None:
    """Renders the static prompts ahead; what fails is rendered when it is needed."""
    try:
        done = await voices.cached.prerender(texts, progress)
    except VoiceFailed as error:
        log.warning("prompts could not be rendered ahead: %s", error)
        return
    log.info("prompts ready: %d, rendered now: %d, failed: %d", done.ready, done.rendered, done.failed)
