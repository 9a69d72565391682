"""What a telephone line carries that nobody said: tones, hum, hiss, clatter, music. Seeded, so that a count can be made
again. Every kind is a function of samples and chance; levels are set by who plays them."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import numpy.typing as npt

from voice.audio import RATE
from voice.music import hold_music

Floats = npt.NDArray[np.float64]
Chance = np.random.Generator
Kind = Callable[[int, Chance], Floats]


def _time(samples: int) -> Floats:
    return np.arange(samples) / RATE


def tones(samples: int, chance: Chance, *, hertz: tuple[float, ...], on_s: float = 1e9, off_s: float = 0.0) -> Floats:
    time = _time(samples) + chance.uniform(0, on_s + off_s if off_s else 1)
    sound = np.sum([np.sin(2 * np.pi * one * time) for one in hertz], axis=0)
    return np.asarray(sound * (time % (on_s + off_s) < on_s), np.float64)


def silence(samples: int, chance: Chance) -> Floats:
    return np.zeros(samples)


def coloured(samples: int, chance: Chance, *, slope: float) -> Floats:
    hertz = np.maximum(np.fft.rfftfreq(samples, 1 / RATE), 20)
    spectrum = chance.standard_normal(len(hertz)) + 1j * chance.standard_normal(len(hertz))
    return np.asarray(np.fft.irfft(spectrum / hertz ** (slope / 2), samples))


def hum(samples: int, chance: Chance, *, mains_hz: float) -> Floats:
    """The mains and what rectifiers make of them; a telephone passes the harmonics."""
    time = _time(samples)
    return np.asarray(
        sum(chance.uniform(0.2, 1) / n * np.sin(2 * np.pi * n * mains_hz * time + chance.uniform(0, 6))
            for n in range(1, 20))
    )  # fmt: skip


def clicks(samples: int, chance: Chance) -> Floats:
    sound = np.zeros(samples)
    at = chance.integers(0, samples, int(chance.integers(3, 40)))
    sound[at] = chance.uniform(-1, 1, len(at))
    return np.convolve(sound, np.exp(-np.arange(40) / 8), mode="same")


def clatter(samples: int, chance: Chance) -> Floats:
    """Dishes, keys, a door: struck things that ring."""
    sound = np.zeros(samples)
    for at in chance.integers(0, samples - 1, int(chance.integers(4, 25))):
        length = int(chance.uniform(200, 2500))
        time = np.arange(length)
        ring = np.sum([np.sin(2 * np.pi * hz * time / RATE) for hz in chance.uniform(400, 3300, 3)], axis=0)
        struck = np.exp(-6 * time / length) * (chance.uniform() * ring + chance.standard_normal(length))
        sound[at : at + length] += struck[: samples - at]
    return sound


def gusts(samples: int, chance: Chance) -> Floats:
    """Wind, a passing car: rumble that swells."""
    swell = 1 + np.sin(2 * np.pi * chance.uniform(0.1, 0.7) * _time(samples) + chance.uniform(0, 6))
    return coloured(samples, chance, slope=chance.uniform(1, 2)) * swell


def dtmf(samples: int, chance: Chance) -> Floats:
    rows, columns = (697, 770, 852, 941), (1209, 1336, 1477)
    sound, at = np.zeros(samples), int(chance.integers(800, 8000))
    while at + 1600 < samples:
        length = int(chance.integers(640, 1600))
        time = _time(length)
        keys = (chance.choice(rows), chance.choice(columns))
        sound[at : at + length] = np.sum([np.sin(2 * np.pi * hz * time) for hz in keys], axis=0)
        at += length + int(chance.integers(500, 4000))
    return sound


def modem(samples: int, chance: Chance) -> Floats:
    """Frequency-shift keying as V.21: 300 bits a second on two tones."""
    low, high = ((980, 1180), (1650, 1850))[int(chance.integers(2))]
    bits = np.repeat(chance.integers(0, 2, samples * 300 // RATE + 1), -(-RATE // 300))[:samples]
    return np.sin(2 * np.pi * np.cumsum(np.where(bits, low, high)) / RATE)


def sweep(samples: int, chance: Chance) -> Floats:
    hertz = np.geomspace(*chance.permutation([300.0, 3300.0]), samples)
    return np.sin(2 * np.pi * np.cumsum(hertz) / RATE)


def waiting(samples: int, chance: Chance) -> Floats:
    """Our own hold music, from anywhere in it."""
    return np.roll(hold_music(), int(chance.integers(len(hold_music()))))[:samples].astype(np.float64)


def melody(samples: int, chance: Chance) -> Floats:
    """One instrument with vibrato, on a scale."""
    return _voice(samples, chance, octave=chance.choice([1.0, 2.0]), vibrato=chance.uniform(0.003, 0.02))


def band(samples: int, chance: Chance) -> Floats:
    """Three instruments and drums."""
    played = [_voice(samples, chance, octave=o, vibrato=chance.uniform(0, 0.015)) for o in (0.5, 1.0, 2.0)]
    return np.asarray(sum(played) + chance.uniform(0.5, 2) * drums(samples, chance))


def drums(samples: int, chance: Chance) -> Floats:
    sound, beat = np.zeros(samples), int(RATE * 60 / chance.uniform(70, 160) / 2)
    for number, at in enumerate(range(0, samples - 1, beat)):
        length = min(beat, samples - at)
        time = _time(length)
        low = np.sin(2 * np.pi * 80 * time) if number % 4 == 0 else chance.standard_normal(length)
        sound[at : at + length] = low * np.exp(-time * chance.uniform(15, 50))
    return sound


SCALE = 2.0 ** (np.array([0, 2, 4, 5, 7, 9, 11]) / 12)


def _voice(samples: int, chance: Chance, *, octave: float, vibrato: float) -> Floats:
    sound, at, shine = np.zeros(samples), 0, chance.uniform(0.2, 0.7)
    while at < samples:
        length = min(int(RATE * chance.choice([0.2, 0.3, 0.4, 0.6, 1.0])), samples - at)
        time = _time(length)
        pitch = 220 * octave * chance.choice(SCALE) * (1 + vibrato * np.sin(2 * np.pi * 5.5 * time))
        phase = 2 * np.pi * np.cumsum(pitch) / RATE
        note = np.sum([shine**n * np.sin((n + 1) * phase) for n in range(6)], axis=0)
        sound[at : at + length] = note * np.minimum(1, time * 50) * np.exp(-time * chance.uniform(0.5, 4))
        at += length
    return sound


KINDS: Mapping[str, Kind] = {
    "silence": silence,
    "comfort noise": partial(coloured, slope=0.5),
    "hiss": partial(coloured, slope=0.0),
    "room": partial(coloured, slope=1.0),
    "rumble": partial(coloured, slope=2.0),
    "gusts": gusts,
    "hum 50 Hz": partial(hum, mains_hz=50.0),
    "hum 60 Hz": partial(hum, mains_hz=60.0),
    "ring-back": partial(tones, hertz=(440.0, 480.0), on_s=2.0, off_s=4.0),
    "ring-back, Europe": partial(tones, hertz=(425.0,), on_s=1.0, off_s=4.0),
    "busy": partial(tones, hertz=(480.0, 620.0), on_s=0.5, off_s=0.5),
    "dial tone": partial(tones, hertz=(350.0, 440.0)),
    "call waiting": partial(tones, hertz=(440.0,), on_s=0.3, off_s=3.0),
    "fax calling": partial(tones, hertz=(1100.0,), on_s=0.5, off_s=3.0),
    "fax answering": partial(tones, hertz=(2100.0,)),
    "modem": modem,
    "keys": dtmf,
    "sweep": sweep,
    "clicks": clicks,
    "clatter": clatter,
    "hold music": waiting,
    "melody": melody,
    "band": band,
    "drums": drums,
}
