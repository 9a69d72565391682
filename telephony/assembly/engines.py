"""Which engines this machine would hear and speak with, and why: asked by `warmline check` and by the service alike.

Nothing is opened here; weights are looked for, never fetched.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from models.files import Manifest, model_status, read_manifest
from telephony.assembly.speaking import piper_model
from telephony.settings import Hearing, Settings, Speaking
from voice.errors import EngineUnavailable
from voice.stt.whisper import Settings as Whisper
from voice.tts.choose import Choice, choose

WHISPERS = ("whisper-base.en", "whisper-small.en", "whisper-tiny.en")  # of the manifest, the usual choice first
VOICE = "piper-ljspeech"
SENTENCES = "minilm"


@dataclass(frozen=True, slots=True)
class Recogniser:
    name: str  # whisper | pocketsphinx
    why: str
    weights: Path | None  # whisper's folder
    whisper: Whisper | None = None  # its settings, where it is whisper


def recogniser(
    wanted: Hearing, folder: Path, manifest: Manifest | None = None, *, gates: Path | None = None
) -> Recogniser:
    """`gates`: where records of safe windows lie. Raises `EngineUnavailable` when the one asked for by name cannot be
    used, or none can."""
    named = wanted.whisper.weights
    if named and (folder / named / "model.bin").is_file():  # also weights of the operator's own
        there = [named]
    else:
        there = _there((named,) if named else WHISPERS, folder, manifest or read_manifest())
    missing = f"no weights in {folder}; `warmline models fetch {named or WHISPERS[0]}` brings them"
    if wanted.engine == "whisper" and not there:
        raise EngineUnavailable(f"the recogniser 'whisper' is set but cannot be used: {missing}")
    if wanted.engine != "pocketsphinx" and there:
        why = "named in the settings" if wanted.engine == "whisper" else "its weights are here"
        weights = folder / there[0]
        engine = wanted.whisper.of_engine(weights, workers=wanted.cores, gates=gates)
        return Recogniser("whisper", f"{why}: {there[0]}", weights, engine)
    if find_spec("pocketsphinx") is None:
        raise EngineUnavailable(f"a recogniser expected: pocketsphinx is not installed, and whisper has {missing}")
    why = "named in the settings" if wanted.engine == "pocketsphinx" else f"needs no download (whisper: {missing})"
    return Recogniser("pocketsphinx", why, None)


def voices(speaking: Speaking, folder: Path) -> Mapping[str, str | None]:
    """Voice → None when it can be used, else why not."""
    model = piper_model(speaking, folder)
    return {
        "piper": _installed("piper", "piper-tts")
        or (f"no weights; `warmline models fetch {VOICE}`" if model is None else _voice_files(model)),
        "espeak": _installed("espeakng_loader", "espeakng-loader"),
        "flite": None if shutil.which("flite") else "not installed (Debian: apt install flite)",
    }


def voice(settings: Settings) -> Choice:
    """Raises `EngineUnavailable`."""
    return choose(settings.speaking.engine, voices(settings.speaking, settings.service.models_folder))


def _there(names: Sequence[str], folder: Path, manifest: Manifest) -> list[str]:
    """Those whose files are all there. Their content is compared when they are opened or listed, not here."""
    return [name for name in names if model_status(folder, manifest.model(name), verify=False).usable]


def _voice_files(model: Path) -> str | None:
    lacking = [file for file in (model, model.with_name(model.name + ".json")) if not file.is_file()]
    return f"{lacking[0]} expected, nothing is there" if lacking else None


def _installed(module: str, package: str) -> str | None:
    return None if find_spec(module) is not None else f"{package} is not installed"
