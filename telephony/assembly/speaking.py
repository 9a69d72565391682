"""Opens the voices this machine has: the chosen one first, the others behind it, each with its cache."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from telephony.settings import Speaking
from voice.errors import EngineUnavailable, VoiceFailed
from voice.tts import Synthesizer, espeak, flite, piper, prerendered
from voice.tts.cache import CachedSynthesizer
from voice.tts.chain import VoiceChain
from voice.tts.choose import Choice, choose
from voice.tts.voice_child import Options
from voice.tts.voice_process import VoiceProcess, VoiceSource

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


def piper_model(speaking: Speaking, models_folder: Path) -> Path | None:
    """The voice that the settings name, else the first one in the models folder, if any."""
    if speaking.piper.model:
        return Path(speaking.piper.model)
    return next(iter(sorted(models_folder.glob(f"{PIPER_FOLDER}/*.onnx"))), None)


def piper_settings(speaking: Speaking, model: Path) -> piper.Settings:
    return piper.Settings(model, **speaking.piper.model_dump(exclude={"model"}))


def cache_of(speaking: Speaking, choice: str, *, models_folder: Path, cache_folder: Path) -> CachedSynthesizer | None:
    """What lies rendered for the voice `choice`, without starting it; `None` where its name says nothing of that."""
    idle = VoiceProcess()
    model = piper_model(speaking, models_folder)
    if choice == "espeak":
        return CachedSynthesizer(espeak.open(speaking.espeak, process=idle), folder=cache_folder)
    if choice == "piper" and model is not None:
        return CachedSynthesizer(piper.open(piper_settings(speaking, model), process=idle), folder=cache_folder)
    return None


async def open_voices(
    speaking: Speaking,
    *,
    models_folder: Path,
    cache_folder: Path | None,
    keep_spoken: bool = False,
    wrap: Callable[[Synthesizer], Synthesizer] = lambda voice: voice,
) -> Voices:
    """The voices of this machine. `wrap` goes around each engine, inside its cache (a replay's clock stands still).

    Raises `EngineUnavailable` when the voice asked for, or every voice, is missing, or its settings are wrong.
    """
    process = VoiceProcess(workers=speaking.workers)
    try:
        opened, missing = await _open(process, speaking, models_folder)
        choice = choose(speaking.engine, {**dict.fromkeys(opened), **missing})
    except EngineUnavailable:
        await process.close()
        raise
    chain = [
        CachedSynthesizer(wrap(live), folder=cache_folder, keep_spoken=keep_spoken, ahead=wrap(ahead))
        for live, ahead in (opened[name] for name in (choice.name, *choice.then))
    ]
    last = prerendered.open(prerendered.Settings(chain[0].voice_key))
    voice = VoiceChain([*chain, CachedSynthesizer(last, folder=cache_folder)])
    return Voices(voice, chain[0], choice, process)


async def _open(
    process: VoiceProcess, speaking: Speaking, models_folder: Path
) -> tuple[dict[str, tuple[Synthesizer, Synthesizer]], dict[str, str]]:
    """Engine → voice, and the same for what nobody waits for, of those that can be used; → why not for the others."""
    opened: dict[str, tuple[Synthesizer, Synthesizer]] = {}
    missing: dict[str, str] = {}
    try:
        hello = await process.start()
    except VoiceFailed as error:
        missing = {"piper": str(error), "espeak": str(error)}
    else:
        missing.update(hello.missing)
        if "espeak" in hello.engines:
            await _load(process, "espeak", espeak.options_of(speaking.espeak), slow=False)
            opened["espeak"] = _both(lambda source: espeak.open(speaking.espeak, process=source), process)
        model = piper_model(speaking, models_folder)
        if "piper" in hello.engines and model is None:
            missing["piper"] = f"no voice in {models_folder}; `warmline models fetch` brings one"
        elif "piper" in hello.engines and model is not None:
            settings = piper_settings(speaking, model)
            opened["piper"] = _both(lambda source: piper.open(settings, process=source), process)
            await _load(process, "piper", piper.options_of(settings), slow=True)
    try:
        small = flite.open(flite.Settings())
        opened["flite"] = small, small
    except EngineUnavailable as error:
        missing["flite"] = str(error)
    return opened, missing


def _both(make: Callable[[VoiceSource], Synthesizer], process: VoiceProcess) -> tuple[Synthesizer, Synthesizer]:
    return make(process), make(process.ahead)


async def _load(process: VoiceProcess, engine: str, options: Options, *, slow: bool) -> None:
    try:
        await process.open(engine, options, slow=slow)
    except VoiceFailed as error:
        raise EngineUnavailable(f"[speaking.{engine}] a voice that can be loaded expected: {error}") from error


async def prerender(voices: Voices, texts: list[str], progress: Callable[[int, int], None]) -> None:
    """Renders the static prompts ahead, telling of each tenth; what fails is rendered when it is needed."""

    def tell(done: int, total: int) -> None:
        progress(done, total)
        if done and done < total and done * 10 // total > (done - 1) * 10 // total:
            log.info("prompts ready: %d of %d", done, total)

    try:
        done = await voices.cached.prerender(texts, tell)
    except VoiceFailed as error:
        log.warning("prompts could not be rendered ahead: %s", error)
        return
    log.info("prompts ready: %d, rendered now: %d, failed: %d", done.ready, done.rendered, done.failed)
