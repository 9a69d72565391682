"""How much of Whisper's 30 s window is encoded, and which lengths these weights were shown to bear.

The encoder's window is the cost: 30 s takes twenty times as long as 5 s [measured]. A shorter one may lose words, so
only those that `warmline calibrate stt` found safe for these very weights are used (`window = "gated"`).
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

log = logging.getLogger(__name__)

FULL_SECONDS = 30.0
FRAMES_PER_SECOND = 100  # of 10 ms
GATE_FILE = "window-gate.json"

Choice = Literal["gated", "short", "full"]


@dataclass(frozen=True, slots=True)
class Windows:
    """Lengths in seconds, and the silence that each must hold after the sound."""

    seconds: tuple[float, ...] = (5.0, 8.0, 10.0, 15.0, FULL_SECONDS)  # below 5 s words are lost
    margin_s: float = 2.5  # less than whisper.cpp's 128 positions of 20 ms, and the decoder repeats or invents

    def __post_init__(self) -> None:
        if list(self.seconds) != sorted(set(self.seconds)) or self.seconds[-1:] != (FULL_SECONDS,):
            raise ValueError(f"windows that grow up to {FULL_SECONDS:.0f} s expected, got {list(self.seconds)}")
        if self.seconds[0] <= self.margin_s or self.margin_s < 0:
            raise ValueError(f"a margin from 0 s to below the shortest window expected, got {self.margin_s} s")

    @property
    def short(self) -> frozenset[float]:
        return frozenset(self.seconds[:-1])

    def wanted(self, sound_s: float) -> float:
        """The window that so much sound would have if all were safe."""
        return self.of(sound_s, self.short)

    def of(self, sound_s: float, safe: Iterable[float]) -> float:
        """The shortest safe window that holds the sound and the margin; the full one is always safe."""
        allowed = {*safe, FULL_SECONDS}
        return next(s for s in self.seconds if s in allowed and s >= min(FULL_SECONDS, sound_s + self.margin_s))


def frames(seconds: float) -> int:
    return round(seconds * FRAMES_PER_SECOND)


def gate_key(weights: Path, windows: Windows) -> dict[str, object]:
    """What a gate record must agree with to count: these very weights, windows and margin."""
    with (weights / "model.bin").open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"sha256": digest, "windows_s": list(windows.seconds), "margin_s": windows.margin_s}


def gate_files(weights: Path, records: Path | None) -> list[Path]:
    """Where the record may lie: beside the weights, or among the service's records where weights may not be written."""
    return [weights / GATE_FILE, *([records / f"{weights.name}-{GATE_FILE}"] if records else [])]


def safe_windows(choice: Choice, weights: Path, windows: Windows, *, records: Path | None = None) -> frozenset[float]:
    """The short windows that may be used. A record of other weights, or one that cannot be read, allows none."""
    if choice != "gated":
        return windows.short if choice == "short" else frozenset()
    found = [file for file in gate_files(weights, records) if file.is_file()]
    if not found:
        return frozenset()
    key = gate_key(weights, windows)
    for file in found:
        if (safe := _safe_by(file, key)) is not None:
            return safe & windows.short
    log.warning("%s: the gate record is of other weights or windows: the full window is used", found[0])
    return frozenset()


def _safe_by(file: Path, key: Mapping[str, object]) -> frozenset[float] | None:
    try:
        record: Any = json.loads(file.read_text(encoding="utf-8"))
        if any(record[name] != value for name, value in key.items()):
            return None
        return frozenset(float(seconds) for seconds in record["safe_s"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("%s: a gate record expected, got %r", file, error)
        return None
