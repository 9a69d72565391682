"""A growing two-channel WAV (RIFF, 16 bit PCM). Its header is true after every block: a crash leaves it playable."""

import os
import struct
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from telephony.records.stereo import Frames
from voice.audio import RATE, Pcm

CHANNELS = 2
FRAME_BYTES = 2 * CHANNELS
HEADER_BYTES = 44


def header(samples: int, *, channels: int = CHANNELS) -> bytes:
    """The canonical 44 bytes; sizes as RIFF counts them."""
    frame = 2 * channels
    data = samples * frame
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", data + HEADER_BYTES - 8, b"WAVE", b"fmt ", 16, 1, channels, RATE, RATE * frame, frame, 16,
        b"data", data,
    )  # fmt: skip


def mono(pcm: Pcm) -> bytes:
    """A whole WAV of one channel."""
    return header(len(pcm), channels=1) + pcm.astype("<i2").tobytes()


def read_frames(path: Path, first: int, last: int) -> Frames:
    """The frames `first`..`last` (exclusive) of a `WavFile`, fewer where it is shorter. Raises `OSError`."""
    with path.open("rb") as file:
        file.seek(HEADER_BYTES + first * FRAME_BYTES)
        data = file.read(max(0, last - first) * FRAME_BYTES)
    whole = len(data) // FRAME_BYTES * FRAME_BYTES
    return np.frombuffer(data[:whole], dtype="<i2").reshape(-1, CHANNELS).astype(np.int16)


class WavFile:
    """Blocks may leave gaps: a gap reads as silence. Every method raises `OSError` when the disk will not."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        self.samples = 0
        try:
            os.pwrite(self._file, header(0), 0)
        except OSError:
            os.close(self._file)
            raise

    def put(self, at: int, frames: Frames) -> None:
        data = frames.astype("<i2").tobytes()
        offset = HEADER_BYTES + at * FRAME_BYTES
        while data:
            written = os.pwrite(self._file, data, offset)  # may be short on a disk that is nearly full
            data, offset = data[written:], offset + written
        self.samples = max(self.samples, at + len(frames))
        os.pwrite(self._file, header(self.samples), 0)

    def close(self) -> None:
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
