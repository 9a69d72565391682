"""The training clips on disk: shards of spoken sentences, and batches of like lengths drawn from them.

A shard is one .npz: `samples` (int16, 16 kHz, all clips behind each other), `ends`, `texts`, `voices`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from models.training.speech.callers import RATE, Clip
from models.training.speech.phrases import words_only

SHARD = 2_000
WINDOWS_S = (5, 8, 10, 15)  # what the recogniser will be handed, so what it is taught on: sound, then zeros
MARGIN_S = 1.0  # of zeros at least; and a clip may be slowed down to 1 / 0.82 of its pace


def write(clips: Iterable[Clip], folder: Path) -> int:
    """Writes shards into `folder`, which is made; how many clips."""
    folder.mkdir(parents=True, exist_ok=True)
    source, count = iter(clips), 0
    while shard := list(islice(source, SHARD)):
        np.savez(
            folder / f"{count:08d}.npz",
            samples=np.concatenate([clip.samples for clip in shard]),
            ends=np.cumsum([len(clip.samples) for clip in shard]),
            texts=np.array([clip.text for clip in shard]),
            voices=np.array([clip.voice for clip in shard]),
        )
        count += len(shard)
    return count


def read(folder: Path) -> list[Clip]:
    """All clips of a folder's shards. Raises `FileNotFoundError` when there are none."""
    found: list[Clip] = []
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as shard:
            parts = np.split(shard["samples"], shard["ends"][:-1])
            found += [Clip(str(t), str(v), s) for t, v, s in zip(shard["texts"], shard["voices"], parts, strict=True)]
    if not found:
        raise FileNotFoundError(f"shards (*.npz) of spoken sentences expected in {folder}, found none")
    return found


@dataclass(frozen=True, slots=True)
class Recordings:
    """People, by the operator's own list: a line a recording, `file<TAB>text<TAB>speaker`, files relative to it."""

    taught: list[Clip]
    held_out: list[Clip]  # of every fifth speaker: never heard in training


def recordings(manifest: Path) -> Recordings:
    rows = [line.split("\t") for line in manifest.read_text(encoding="utf-8").splitlines() if line.strip()]
    if bad := next((row for row in rows if len(row) != 3), None):
        raise ValueError(f"{manifest}: file, text and speaker expected, tabs between, got {bad}")
    kept_back = set(sorted({speaker for _, _, speaker in rows})[::5])
    taught: list[Clip] = []
    held_out: list[Clip] = []
    for file, text, speaker in rows:
        samples, rate = soundfile.read(manifest.parent / file, dtype="float32", always_2d=True)
        wide = np.asarray(soxr.resample(samples[:, 0], rate, RATE) * 32767, np.int16)
        (held_out if speaker in kept_back else taught).append(Clip(words_only(text), speaker, wide))
    return Recordings(taught, held_out)


def window_s(samples: int) -> int:
    """The shortest window that holds so much sound and its margin; the longest for what fits into none."""
    needed = samples / RATE + MARGIN_S
    return next((window for window in WINDOWS_S if needed <= window), WINDOWS_S[-1])


def batches(
    clips: Sequence[Clip], size: int, dice: np.random.Generator, *, shorter_than_s: float = WINDOWS_S[-1]
) -> Iterator[list[Clip]]:
    """Endless. Clips of one window stand together, so that little of a batch is padding."""
    fitting = [clip for clip in clips if len(clip.samples) / 0.82 <= min(shorter_than_s, WINDOWS_S[-1] - 1) * RATE]
    by_window: dict[int, list[Clip]] = {}
    for clip in fitting:
        by_window.setdefault(window_s(int(len(clip.samples) / 0.82)), []).append(clip)
    if not by_window:
        raise ValueError(f"clips of less than {shorter_than_s} s expected, got {len(clips)} longer ones")
    windows = sorted(by_window)
    shares = np.array([len(by_window[window]) for window in windows], float)
    while True:
        group = by_window[int(dice.choice(windows, p=shares / shares.sum()))]
        yield [group[int(number)] for number in dice.integers(0, len(group), size)]


def waves(batch: Sequence[Clip]) -> npt.NDArray[np.float32]:
    """(batch, samples of the longest one's window), each with silence of up to 0.3 s before it."""
    length = max(window_s(int(len(clip.samples) / 0.82)) for clip in batch) * RATE
    out = np.zeros((len(batch), length), np.float32)
    for row, clip in zip(out, batch, strict=True):
        samples = clip.samples[: length - RATE // 2]
        before = (len(samples) * 7919) % int(0.3 * RATE)  # some, and always the same
        row[before : before + len(samples)] = samples.astype(np.float32) / 32768
    return out
