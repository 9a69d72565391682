"""Synthetic callers: sentences spoken by whatever voices this machine has, each as a clip of 16 kHz.

The programs are run, not linked: espeak-ng is GPL-3, and its sound belongs to whoever makes it. Voices are split:
those in HELD_OUT never speak a training clip, so that a score on them says something about voices not heard before.
"""

import io
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

Floats = npt.NDArray[np.float32]
RATE = 16_000
SECONDS = 20.0  # for one sentence; it takes 0.04

ACCENTS = ("en-us", "en-gb", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029")
VARIANTS = (
    "", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "f1", "f2", "f3", "f4", "f5", "Andy", "Annie", "Lee", "Linda",
    "Mario", "Steph", "belinda", "grandma", "grandpa", "john", "max", "michel", "norbert", "steph2",
)  # fmt: skip
FLITE = ("slt", "awb", "kal16", "rms")
HELD_OUT = ("rms", "Linda", "m7", "f4", "john")


@dataclass(frozen=True, slots=True)
class Voice:
    program: str  # espeak-ng | flite
    name: str

    @property
    def held_out(self) -> bool:
        return self.name.rpartition("+")[2] in HELD_OUT


def voices() -> list[Voice]:
    """Of the programs that are installed. Raises `FileNotFoundError` when none is."""
    found: list[Voice] = []
    if shutil.which("espeak-ng"):
        found += [Voice("espeak-ng", f"{a}+{v}" if v else a) for a, v in product(ACCENTS, VARIANTS)]
    if shutil.which("flite"):
        found += [Voice("flite", name) for name in FLITE]
    if not found:
        raise FileNotFoundError("espeak-ng or flite expected to speak the training sentences, found neither")
    return found


def speak(text: str, voice: Voice, *, words_a_minute: int = 165, pitch: int = 50) -> Floats:
    """One sentence, 16 kHz, at most 1.0. Raises `RuntimeError` when the program fails."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "said.wav"
        if voice.program == "flite":
            pace = f"duration_stretch={165 / words_a_minute:.2f}"
            command = ["flite", "-voice", voice.name, "--setf", pace, "-f", "-", "-o", str(out)]
        else:
            command = ["espeak-ng", "-v", voice.name, "-s", str(words_a_minute), "-p", str(pitch), "-w", str(out)]
        done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=SECONDS, check=False)
        if done.returncode or not out.is_file():
            raise RuntimeError(f"{voice}: speech of {text!r} expected, got status {done.returncode}: {done.stderr!r}")
        samples, rate = soundfile.read(io.BytesIO(out.read_bytes()), dtype="float32")
    return np.asarray(soxr.resample(samples, rate, RATE), np.float32)


@dataclass(frozen=True, slots=True)
class Clip:
    text: str
    voice: str
    samples: npt.NDArray[np.int16]


def clips(texts: Iterable[str], *, among: Sequence[Voice], seed: int, workers: int) -> Iterator[Clip]:
    """Each text by a voice, at a pace and a pitch drawn for it; in order."""
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(partial(_clip, among=tuple(among), seed=seed), enumerate(texts), chunksize=16)


def _clip(numbered: tuple[int, str], *, among: Sequence[Voice], seed: int) -> Clip:
    number, text = numbered
    dice = np.random.default_rng((seed, number))
    voice = among[int(dice.integers(len(among)))]
    samples = speak(text, voice, words_a_minute=int(dice.integers(120, 220)), pitch=int(dice.integers(25, 75)))
    return Clip(text, voice.name, (np.clip(samples, -1, 1) * 32767).astype(np.int16))
