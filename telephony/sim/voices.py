"""Speaks a caller's words with flite's voices through the telephone chain; the system's own voice is never one of them.

The same words in the same voice give the same samples. A clip is looked for under its name first (`clip_name`), in
the folders given, so whoever has the clips needs no flite.
"""

import hashlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from telephony.sim.errors import AudioUnreadable, VoiceMissing
from telephony.sim.telephone import telephone
from voice.audio import RATE, Pcm
from voice.resample import resample

VOICES = ("slt", "rms", "awb", "kal16")  # of Debian's flite: a woman and three men
PAD_MS = 60  # flite begins and ends on the very sample; a telephone line does not
SECONDS_MAX = 20  # flite speaks 100 words in 40 s; a turn is a sentence or two
FULL_SCALE = 32767


@dataclass(frozen=True, slots=True)
class Words:
    """What to speak and how. `noise_db`: white noise relative to full scale, None for none."""

    text: str
    voice: str = "slt"
    gain_db: float = 0.0
    noise_db: float | None = None


class Voices:
    """`shipped` folders are only read; what is spoken anew is kept in `cache`."""

    def __init__(self, cache: Path, *, shipped: Sequence[Path] = ()) -> None:
        self._cache = cache
        self._shipped = tuple(shipped)

    def speak(self, words: Words) -> Pcm:
        """Int16 mono 8 kHz. Raises `VoiceMissing` when it must be spoken anew and cannot."""
        name = clip_name(words)
        for folder in (*self._shipped, self._cache):
            if (folder / name).is_file():
                return read(folder / name)
        self._cache.mkdir(parents=True, exist_ok=True)
        write(self._cache / name, render(words))
        return read(self._cache / name)


def clip_name(words: Words) -> str:
    """Readable, and another one for every other text, voice, gain or noise."""
    slug = "-".join(re.findall(r"[a-z0-9]+", words.text.lower().replace("'", "")))[:40].strip("-")
    exact = f"{words.text}|{words.voice}|{words.gain_db:g}|{words.noise_db}"
    return f"{slug}-{words.voice}-{hashlib.sha256(exact.encode()).hexdigest()[:8]}.flac"


def render(words: Words) -> Pcm:
    """Speaks `words` anew."""
    pcm, rate = _flite(words.text, words.voice)
    pad = np.zeros(rate * PAD_MS // 1000, dtype=np.int16)
    louder = np.concatenate([pad, pcm, pad]).astype(np.float64) * 10 ** (words.gain_db / 20)
    if words.noise_db is not None:
        seed = int(hashlib.sha256(words.text.encode()).hexdigest()[:8], 16)
        noise = np.random.default_rng(seed).standard_normal(len(louder))
        louder += noise * FULL_SCALE * 10 ** (words.noise_db / 20)
    return telephone(np.clip(np.rint(louder), -FULL_SCALE, FULL_SCALE).astype(np.int16), rate)


def _came(path: Path, error: soundfile.LibsndfileError | OSError) -> str:
    """libsndfile's own words for a file that is not there, or a folder, name neither."""
    if not path.is_file():
        return "got a folder" if path.is_dir() else "but there is no such file"
    return f"got {error.error_string if isinstance(error, soundfile.LibsndfileError) else error.strerror}"


def read(path: Path, channel: str | None = None) -> Pcm:
    """A file of any format that libsndfile knows, as int16 mono 8 kHz. `channel`: left or right of two."""
    try:
        samples, rate = soundfile.read(path, dtype="int16", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        what = f"{path}: an audio file expected (wav, flac, mp3, ogg, ...), {_came(path, error)}"
        raise AudioUnreadable(what) from error
    if not len(samples):
        raise AudioUnreadable(f"{path}: audio expected, got none (0 samples)")
    column = {"left": 0, "right": 1}[channel or "left"]
    if column >= samples.shape[1]:
        raise AudioUnreadable(f"{path}: a {channel} channel expected, got one channel only")
    return resample(np.ascontiguousarray(samples[:, column]), rate, RATE)


def write(path: Path, pcm: Pcm) -> None:
    """Whole or not at all: two that speak the same words at once both end well."""
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        soundfile.write(part, pcm, RATE, format="FLAC", subtype="PCM_16")
    Path(part.name).chmod(0o644)  # a temporary file is its owner's alone
    Path(part.name).replace(path)


def _flite(text: str, voice: str) -> tuple[Pcm, int]:
    if voice not in VOICES:
        raise VoiceMissing(f"one of the voices {', '.join(VOICES)} expected, got {voice!r}")
    program = shutil.which("flite")
    if program is None:
        raise VoiceMissing(f"flite is needed to speak {text[:40]!r}; on Debian: apt-get install flite")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "words.wav"
        command = [program, "-voice", voice, "-t", text, "-o", str(out)]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=SECONDS_MAX)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise VoiceMissing(f"flite was expected to speak {text[:40]!r} with voice {voice}, got {error}") from error
        samples, rate = soundfile.read(out, dtype="int16")
    return samples, int(rate)
