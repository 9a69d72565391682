"""The two sides of a recorded call as shapes: the caller above the line, whom the caller heard below it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import soundfile

from telephony.sim.errors import AudioUnreadable
from telephony.story import Spoken
from voice.audio import Pcm

WIDTH = 1000  # of the drawing; a bar each
HALF = 46  # height of one side
QUIET = 0.6  # exponent on the peak: quiet speech stays visible beside loud


@dataclass(frozen=True, slots=True)
class Waveform:
    """`paths`: speaker → SVG path over `WIDTH` by 2 × `HALF`. Silence is not drawn."""

    length_ms: int
    paths: Mapping[str, str]


def waveform(wav: Path, spoken: Sequence[Spoken]) -> Waveform:
    """Raises `AudioUnreadable`. `spoken` says where on the right an agent speaks and not the system."""
    try:
        samples, rate = soundfile.read(wav, dtype="int16", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise AudioUnreadable(f"{wav}: the recording of a call expected, got {error}") from error
    length_ms = len(samples) * 1000 // rate
    left = peaks(samples[:, 0])
    right = peaks(samples[:, 1]) if samples.shape[1] > 1 else [0.0] * WIDTH
    agents = [(line.start_ms, line.end_ms) for line in spoken if line.speaker == "agent"]
    is_agent = [any(start <= (x + 0.5) * length_ms / WIDTH <= end for start, end in agents) for x in range(WIDTH)]
    return Waveform(
        length_ms,
        {
            "caller": _bars(left, up=True),
            "system": _bars([0.0 if agent else peak for peak, agent in zip(right, is_agent, strict=True)], up=False),
            "agent": _bars([peak if agent else 0.0 for peak, agent in zip(right, is_agent, strict=True)], up=False),
        },
    )


def peaks(side: Pcm) -> list[float]:
    """`WIDTH` peaks, 0..1."""
    edges = np.linspace(0, len(side), WIDTH + 1).astype(int)
    loud = np.abs(side.astype(np.int32))
    found = (int(loud[a:b].max()) if b > a else 0 for a, b in pairwise(edges))
    return [(peak / 32768) ** QUIET if peak >= 100 else 0.0 for peak in found]


def _bars(heights: Sequence[float], *, up: bool) -> str:
    sign = -1 if up else 1
    return "".join(f"M{x} {HALF}v{sign * max(1.0, height * HALF):.1f}" for x, height in enumerate(heights) if height)
