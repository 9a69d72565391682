"""What is said and made over a prompt in the barge-in bench: words that shall stop it, and sounds that shall not."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from telephony.sim.telephone import telephone
from tests.data import data_folder
from voice.audio import RATE, Pcm, silence

COMMANDS = slice(100, 180)  # by name; the first hundred serve other measurements
DIGITS = 40
SPEECH_SHARE = 0.03  # of a clip's usual loudness, -30 dB: where its first sound begins
NOISE_TIMES = 4.0  # of the room's noise, 12 dB
KITCHEN_SECONDS = 3
LISTENING = ("mm-hmm.", "uh-huh.", "okay.", "right.", "hmm.", "I see.")
HUMMED = {
    "flite": {"mm-hmm.": "pau m m hh m m pau", "hmm.": "pau hh m m m pau"},
    "espeak-ng": {"mm-hmm.": "[[m:-h'm:]]", "hmm.": "[[h'm:]]"},
}
"""As sounds: of their letters both engines make names of letters, "em em aitch em em"."""


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """`onset_ms`: its first speech sample, found on the recording before the telephone."""

    name: str
    kind: str
    pcm: Pcm
    onset_ms: float = 0.0


def human_words() -> Iterator[Clip]:
    """Commands of many people to a machine, and single digits: each through the telephone chain."""
    folder = data_folder("commands-picovoice")
    names = sorted(p.name for p in folder.glob("*.flac") if not p.name.startswith("noise"))
    for name in names[COMMANDS]:
        yield _clip(name, "command", *soundfile.read(folder / name, dtype="int16"))
    digits = sorted(data_folder("digits-fsdd").glob("*.flac"))
    for path in digits[:: max(1, len(digits) // DIGITS)][:DIGITS]:
        yield _clip(path.name, "digit", *soundfile.read(path, dtype="int16"))


def sounds(seed: int) -> Iterator[Clip]:
    """Coughs, breaths, clicks and a kitchen, then "mm-hm" and the like in every voice there is."""
    rng = np.random.default_rng(seed)
    for number in range(30):
        yield Clip(f"cough-{number}", "cough", telephone(_cough(rng), RATE))
    for number in range(20):
        yield Clip(f"breath-{number}", "breath", telephone(_breath(rng), RATE))
    for number in range(20):
        yield Clip(f"click-{number}", "click", telephone(_click(rng), RATE))
    yield from _kitchen()
    yield from _listening()


def _clip(name: str, kind: str, pcm: Pcm, rate: int) -> Clip:
    lead = np.zeros(rate * 300 // 1000, dtype=np.int16)  # so that no clip begins in the middle of a sound
    return Clip(name, kind, telephone(np.concatenate([lead, pcm]), rate), 300 + _onset_ms(pcm, rate))


def _onset_ms(pcm: Pcm, rate: int) -> float:
    step = rate // 200  # 5 ms
    whole = pcm[: len(pcm) // step * step].reshape(-1, step).astype(np.float64)
    loudness = np.sqrt((whole * whole).mean(axis=1))
    noise = np.percentile(loudness, 10) if len(pcm) > 2 * rate else 0.0  # of a room; short clips have none
    loud = loudness > max(SPEECH_SHARE * np.percentile(loudness, 95), NOISE_TIMES * noise)
    lasting = [at for at in range(len(loud) - 6) if loud[at] and loud[at : at + 6].sum() >= 5]
    return 5.0 * (lasting[0] if lasting else 0)


Wave = npt.NDArray[np.float64]


def _cough(rng: np.random.Generator) -> Pcm:
    """Two or three bursts of noise, each a sharp beginning and a fall, with a little of the throat's own tone."""
    bursts: list[Wave] = []
    for _ in range(int(rng.integers(1, 4))):
        n = int(RATE * rng.uniform(0.10, 0.22))
        t = np.arange(n) / RATE
        fall = np.exp(-t / rng.uniform(0.03, 0.07))
        tone = np.sin(2 * np.pi * rng.uniform(120, 300) * t * (1 - 0.5 * t))
        bursts += [fall * (rng.standard_normal(n) + 0.6 * tone), np.zeros(int(RATE * rng.uniform(0.05, 0.25)))]
    return _at_level(np.concatenate(bursts), rng.uniform(0.1, 0.4))


def _breath(rng: np.random.Generator) -> Pcm:
    """Air in the microphone: soft noise that swells and falls."""
    n = int(RATE * rng.uniform(0.3, 1.0))
    noise = np.convolve(rng.standard_normal(n), np.ones(3) / 3, mode="same")
    return _at_level(noise * np.hanning(n), rng.uniform(0.02, 0.12))


def _click(rng: np.random.Generator) -> Pcm:
    """Keys, a cup set down, a receiver that is moved."""
    pieces: list[Wave] = []
    for _ in range(int(rng.integers(1, 7))):
        n = int(RATE * rng.uniform(0.005, 0.04))
        pieces += [
            rng.standard_normal(n) * np.exp(-np.arange(n) / (n / 4)),
            np.zeros(int(RATE * rng.uniform(0.04, 0.3))),
        ]
    return _at_level(np.concatenate(pieces), rng.uniform(0.2, 0.7))


def _at_level(wave: Wave, peak: float) -> Pcm:
    return np.asarray(wave / max(1e-9, np.abs(wave).max()) * peak * 32767, dtype=np.int16)


def _kitchen() -> Iterator[Clip]:
    """As recorded, and 10 dB louder."""
    pcm, rate = soundfile.read(data_folder("commands-picovoice") / "noise-kitchen.flac", dtype="int16")
    step = KITCHEN_SECONDS * rate
    for number, at in enumerate(range(0, len(pcm) - step, step)):
        louder = np.clip(pcm[at : at + step] * (3.16 if number % 2 else 1.0), -32768, 32767).astype(np.int16)
        yield Clip(f"kitchen-{number}", "kitchen", telephone(louder, rate))


def _listening() -> Iterator[Clip]:
    with tempfile.TemporaryDirectory() as folder:
        for number, (command, text) in enumerate((c, t) for c in _voices() for t in LISTENING):
            path = Path(folder) / f"{number}.wav"
            subprocess.run([*command, str(path), *_text(command, text)], check=True, capture_output=True, timeout=30)
            pcm, rate = soundfile.read(path, dtype="int16")
            yield Clip(f"{command[-2]}:{text}", "mm-hm", np.concatenate([telephone(pcm, rate), silence(100)]))


def _voices() -> Iterator[list[str]]:
    if shutil.which("flite"):
        for voice in ("kal", "awb", "rms", "slt"):
            yield ["flite", "-voice", voice, "-o"]
    if shutil.which("espeak-ng"):
        for voice in ("en-us", "en-gb", "en-us+f3", "en-us+m7"):
            yield ["espeak-ng", "-v", voice, "-w"]


def _text(command: list[str], text: str) -> list[str]:
    engine, sounds = command[0], HUMMED[command[0]].get(text)
    if engine == "flite":
        return ["-p", sounds] if sounds else ["-t", text]
    return [sounds or text]
