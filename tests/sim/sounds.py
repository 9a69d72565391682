"""Sounds of machines at the far end: tones and music on hold, made up."""

import numpy as np

from voice.audio import RATE, Pcm

CHORDS = ((262, 330, 392), (220, 262, 330), (175, 220, 262), (196, 247, 294))


def tone(hz: float, milliseconds: int) -> Pcm:
    t = np.arange(RATE * milliseconds // 1000) / RATE
    return (6000 * np.sin(2 * np.pi * hz * t)).astype(np.int16)


def hold_music(seconds: int, *, drums: bool = False) -> Pcm:
    """Plucked chords, two beats a second, with overtones; with `drums` a rattle on each beat."""
    sound = np.zeros(seconds * RATE)
    random = np.random.default_rng(seconds)
    for beat in range(2 * seconds):
        start = beat * RATE // 2
        t = np.arange(min(RATE, len(sound) - start)) / RATE
        chord = CHORDS[beat // 4 % len(CHORDS)]
        for hz in (*chord, 2 * chord[beat % 3]):
            for overtone in (1, 2, 3):
                note = np.sin(2 * np.pi * hz * overtone * t) / 2 ** (overtone - 1)
                sound[start : start + len(t)] += np.exp(-1.5 * t) * note
        if drums:
            sound[start : start + 800] += random.normal(0, 1.0, 800) * np.exp(-np.arange(800) / 200)
    return (sound / np.abs(sound).max() * 8000).astype(np.int16)
