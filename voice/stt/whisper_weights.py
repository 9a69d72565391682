"""Opens Whisper's weights from a folder on this machine, on CPU or CUDA; nothing is ever downloaded here."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import ctranslate2
from faster_whisper import WhisperModel

from voice.errors import EngineUnavailable

NAME = "whisper"
NEEDED = ("model.bin", "config.json", "tokenizer.json")  # without tokenizer.json the library would go and fetch one

Device = Literal["auto", "cpu", "cuda"]


@dataclass(frozen=True, slots=True)
class Machine:
    """What CTranslate2 reports of this machine."""

    cuda_devices: Callable[[], int] = ctranslate2.get_cuda_device_count
    compute_types: Callable[[str], set[str]] = ctranslate2.get_supported_compute_types
    load: Callable[..., Any] = WhisperModel


@dataclass(frozen=True, slots=True)
class Place:
    device: str
    compute_type: str


_FASTEST = {
    "cuda": ("float16", "int8_float16", "float32"),  # int8 gains little on a GPU at these sizes
    "cpu": ("int8", "int8_float32", "float32"),  # half the time of float32, a quarter of the file [measured]
}


def place(device: Device, compute_type: str, machine: Machine) -> Place:
    """Where the weights go. Raises EngineUnavailable when what was asked for by name is not there."""
    found = machine.cuda_devices()
    if device == "cuda" and not found:
        raise EngineUnavailable(
            f"{NAME}: a CUDA device expected ([hearing.whisper] device = 'cuda'), CTranslate2 saw 0"
        )
    chosen = device if device != "auto" else ("cuda" if found else "cpu")
    can = machine.compute_types(chosen)
    if compute_type == "auto":
        compute_type = next((one for one in _FASTEST[chosen] if one in can), "default")
    elif compute_type != "default" and compute_type not in can:
        raise EngineUnavailable(
            f"{NAME}: one of {', '.join(sorted(can))} expected on this {chosen}"
            f" ([hearing.whisper] compute_type), got {compute_type!r}"
        )
    return Place(chosen, compute_type)


def open_weights(folder: Path, at: Place, *, workers: int, threads: int, machine: Machine) -> Any:
    """faster-whisper's model, loaded once for all who ask. Raises EngineUnavailable, saying what is missing."""
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    if missing:
        raise EngineUnavailable(
            f"{NAME} expected a folder with {', '.join(NEEDED)} at {folder}, missing: {', '.join(missing)};"
            f" `warmline models fetch` brings the weights, or name another folder in the settings"
        )
    return _loaded(folder, at, workers, threads, machine.load)


@cache
def _loaded(folder: Path, at: Place, workers: int, threads: int, load: Callable[..., Any]) -> Any:
    try:
        return load(
            str(folder),
            device=at.device,
            compute_type=at.compute_type,
            cpu_threads=threads,
            num_workers=workers,
            local_files_only=True,
        )
    except (RuntimeError, ValueError, OSError) as failure:
        raise unavailable(f"cannot load {folder}", at, failure) from failure


def unavailable(what: str, at: Place, failure: BaseException) -> EngineUnavailable:
    """The library's own words, and what an operator can do about the two failures that GPUs are known for."""
    said = str(failure)
    low = said.lower()
    advice = ""
    if "out of memory" in low:
        advice = "; the GPU's memory is full: a smaller model, compute_type = 'int8_float16', or device = 'cpu'"
    elif "libcudnn" in low or "libcublas" in low or "cannot be loaded" in low:
        advice = "; CUDA 12 with cuBLAS and cuDNN 9 is needed beside the driver, or device = 'cpu'"
    return EngineUnavailable(f"{NAME} {what} ({at.device}, {at.compute_type}): {said}{advice}")
