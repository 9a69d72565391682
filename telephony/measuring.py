"""What a decode of each of Whisper's sizes costs on this machine: a few of them, with the weights that are here or in
their true shape with random values. Kept in the records folder until the machine or the library is another one.
"""

import json
import os
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any, Literal

import ctranslate2
import numpy as np

from models.shapes.whisper import Size, whisper_shape
from telephony.settings import Settings
from telephony.sizing import Cost
from voice.audio import RATE
from voice.errors import EngineUnavailable
from voice.stt import whisper
from voice.stt.whisper_weights import Machine, place

FILE = "whisper-cost.json"
SHAPES = "shapes"  # in the models folder
SIZES: tuple[Size, ...] = ("small.en", "base.en", "tiny.en")  # the largest first
USUAL_SECONDS, LONG_SECONDS = 2.0, 5.0  # windows of 5 and 8 s: most answers, and nearly all
TOKENS = 7
_DECODES = 3

Window = Literal["short", "full"]


@dataclass(frozen=True, slots=True)
class Measured:
    """CPU time on a CPU, where others may be at work too; wall time on a GPU."""

    size: str
    short: Cost
    full: Cost
    weights: bool  # else: random values in the same shape
    busy: bool = False  # other work ran on these cores: even CPU time is too high then, they share caches and clocks


def measure(
    settings: Settings, *, sizes: tuple[Size, ...] = SIZES, progress: Callable[[str], None] = lambda what: None
) -> list[Measured]:
    """Takes a minute or two: small.en has to be made and read. Raises EngineUnavailable."""
    found = []
    busy = os.getloadavg()[0] > 0.5 * (os.cpu_count() or 1)
    for size in sizes:
        progress(f"measuring {size}")
        folder = settings.service.models_folder / f"whisper-{size}"
        here = (folder / "model.bin").is_file()
        weights = folder if here else whisper_shape(size, settings.service.models_folder / SHAPES)
        engine = settings.hearing.whisper.of_engine(weights, workers=1, gates=None)
        found.append(Measured(size, _cost(engine, "short"), _cost(engine, "full"), here, busy))
    path = settings.service.records_folder / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    table = {"on": machine(settings), "sizes": [asdict(one) for one in found]}
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")
    part.replace(path)
    return found


def kept(settings: Settings) -> list[Measured]:
    """What was measured on this machine before; empty where nothing was, or on another one."""
    try:
        table = json.loads((settings.service.records_folder / FILE).read_text(encoding="utf-8"))
        if table["on"] != machine(settings):
            return []
        return [_read(one) for one in table["sizes"]]
    except (OSError, ValueError, KeyError, TypeError, EngineUnavailable):
        return []


def machine(settings: Settings) -> dict[str, object]:
    at = place(settings.hearing.whisper.device, settings.hearing.whisper.compute_type, Machine())
    return {
        "processor": f"{platform.machine()} {_processor()}",
        "cores": os.cpu_count(),
        "device": at.device,
        "compute_type": at.compute_type,
        "ctranslate2": ctranslate2.__version__,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def _cost(engine: whisper.Settings, window: Window) -> Cost:
    recogniser = whisper.open(replace(engine, window=window), {})
    on_gpu = place(engine.device, engine.compute_type, Machine()).device == "cuda"
    clock = time.perf_counter if on_gpu else time.process_time
    usual, long = (
        median(_once(recogniser, seconds, clock) for _ in range(_DECODES)) for seconds in (USUAL_SECONDS, LONG_SECONDS)
    )
    return Cost(round(usual, 1), round(long, 1))


def _once(recogniser: whisper.WhisperRecogniser, seconds: float, clock: Callable[[], float]) -> float:
    sound = (2000 * np.random.default_rng(7).standard_normal(int(RATE * seconds))).astype(np.int16)
    began = clock()
    recogniser.pay(sound, "", tokens=TOKENS)
    return 1000 * (clock() - began)


def _read(one: Any) -> Measured:
    return Measured(
        str(one["size"]), Cost(**one["short"]), Cost(**one["full"]), bool(one["weights"]), bool(one["busy"])
    )
