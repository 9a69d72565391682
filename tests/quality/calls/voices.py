"""Voices of scripted callers, and the lines they call over. Tuning calls are spoken by flite, scoring calls by Festival
with other speakers; the system itself speaks with neither. Clips are kept under `build/`, they are made anew anywhere.
"""

import hashlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from telephony.sim.errors import VoiceMissing
from telephony.sim.telephone import telephone
from telephony.sim.voices import read, write
from tests.quality.calls.script import Part
from voice.audio import RATE, Pcm
from voice.resample import resample

KEPT = Path(__file__).parents[3] / "build" / "caller-clips"
SECONDS_MAX = 60
PAD_MS = 60
LOUD = 6000  # rms of speech on a line that is neither quiet nor driven, about -15 dBFS
FESTIVAL = {"slt": "cmu_us_slt_arctic_hts", "ked": "ked_diphone"}
FLITE = ("kal16", "rms", "awb")


@dataclass(frozen=True, slots=True)
class Variant:
    """Who speaks and over what: `snr_db` against a noise of many voices and machines, None for a clean line;
    `pitch` shifts the voice, so that one speaker stands for two."""

    name: str
    engine: str  # festival | flite
    voice: str
    snr_db: float | None = None
    pitch: float = 1.0


VARIANTS: Mapping[Part, tuple[Variant, ...]] = {
    "scoring": (
        Variant("woman", "festival", "slt"),
        Variant("man", "festival", "ked"),
        Variant("noise", "festival", "slt", snr_db=15.0, pitch=0.92),
    ),
    "tuning": (
        Variant("man", "flite", "rms"),
        Variant("scot", "flite", "awb"),
        Variant("noise", "flite", "kal16", snr_db=15.0, pitch=1.1),
    ),
}


def spoken(text: str, variant: Variant, *, pace: float, noisy: bool) -> Pcm:
    """`text` as the far end hears it: int16 mono 8 kHz. `noisy`: the script's own caller stands in a noise."""
    snr_db = min([one for one in (variant.snr_db, 12.0 if noisy else None) if one is not None], default=None)
    exact = f"{text}|{variant.engine}|{variant.voice}|{variant.pitch}|{pace}|{snr_db}"
    slug = "-".join(re.findall(r"[a-z0-9]+", text.lower().replace("'", "")))[:40].strip("-")
    path = KEPT / f"{slug}-{variant.voice}-{hashlib.sha256(exact.encode()).hexdigest()[:10]}.flac"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, _rendered(text, variant, pace, snr_db))
    return read(path)


def _rendered(text: str, variant: Variant, pace: float, snr_db: float | None) -> Pcm:
    program = "text2wave" if variant.engine == "festival" else "flite"
    if shutil.which(program) is None:
        raise VoiceMissing(f"{program} is needed to speak {text[:40]!r}; `.ci/debian-packages voices` brings it")
    with tempfile.TemporaryDirectory() as folder:
        words, out = Path(folder) / "words.txt", Path(folder) / "words.wav"
        words.write_text(text, encoding="utf-8")
        subprocess.run(_command(variant, pace, words, out), check=True, capture_output=True, timeout=SECONDS_MAX)
        samples, rate = soundfile.read(out, dtype="int16")
    pcm = resample(np.ascontiguousarray(samples), int(rate * variant.pitch), int(rate))
    pad = np.zeros(int(rate) * PAD_MS // 1000, dtype=np.int16)
    return telephone(_over_noise(np.concatenate([pad, pcm, pad]), snr_db, text), int(rate))


def _command(variant: Variant, pace: float, words: Path, out: Path) -> list[str]:
    stretch = variant.pitch / pace  # a shifted voice is slowed first, so that it ends as long as it was
    if variant.engine == "festival":
        voice = f"(begin (voice_{FESTIVAL[variant.voice]}) (Parameter.set 'Duration_Stretch {stretch:.3f}))"
        return ["text2wave", str(words), "-o", str(out), "-eval", voice]
    return [
        "flite",
        "-voice",
        variant.voice,
        "--setf",
        f"duration_stretch={stretch:.3f}",
        "-f",
        str(words),
        "-o",
        str(out),
    ]


def _over_noise(pcm: Pcm, snr_db: float | None, text: str) -> Pcm:
    """At the loudness of a telephone, over a noise as loud as asked."""
    level = float(np.sqrt(np.mean(pcm.astype(np.float64) ** 2))) or 1.0
    sound = pcm.astype(np.float64) * LOUD / level
    if snr_db is not None:
        noise = _noise(len(sound), int(hashlib.sha256(text.encode()).hexdigest()[:8], 16))
        sound = sound + noise * LOUD * 10 ** (-snr_db / 20)
    return np.clip(np.rint(sound), -32767, 32767).astype(np.int16)


def _noise(length: int, seed: int) -> npt.NDArray[np.float64]:
    """Pink, of rms 1, swelling and fading a few times a second as rooms and streets do."""
    dice = np.random.default_rng(seed)
    spectrum = np.fft.rfft(dice.standard_normal(length))
    spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 1.0))
    pink = np.fft.irfft(spectrum, length)
    swell = 1.0 + 0.5 * np.interp(
        np.arange(length), np.linspace(0, length, max(4, length // RATE * 3)), _uneven(max(4, length // RATE * 3), seed)
    )
    shaped = pink * swell
    return np.asarray(shaped / (np.sqrt(np.mean(shaped**2)) or 1.0))


@cache
def _uneven(points: int, seed: int) -> npt.NDArray[np.float64]:
    return np.asarray(np.random.default_rng(seed).uniform(-1.0, 1.0, points))
