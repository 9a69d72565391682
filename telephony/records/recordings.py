"""Calls as sound: one WAV a call, written by one thread for all of them, so that no call waits for the disk.

A full disk stops the recording, never the call; a caller who declines leaves no file.
"""

import queue
import re
import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from telephony.records.stereo import Frames, Places, Stereo
from telephony.records.wav import WavFile, mono, read_frames
from voice.audio import RATE, Pcm

RESERVE_BYTES = 64 * 1024 * 1024
"""Kept free for the database and its spill: recording stops first."""

KNOWN_CALLS = 1000
"""Calls whose gaps are remembered for clips, the latest; of earlier ones a clip may begin a little early."""

CLIP_SECONDS_MAX = 20.0

BLOCKS = 1024
"""Blocks of a second that may wait for the disk: ten seconds of a hundred calls, 32 MB."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A finished recording. `complete` is false when the disk ended it."""

    call: str
    path: Path
    seconds: float
    complete: bool
    started_wall: float


@dataclass(frozen=True, slots=True)
class _Block:
    recording: "Recording"
    at: int
    frames: Frames


@dataclass(frozen=True, slots=True)
class _End:
    recording: "Recording"
    keep: bool


class Recording:
    """One call's recording; implements `voice.pipeline.tap.Recorder`. Made by `Recordings.begin`."""

    def __init__(self, call: str, path: Path, started_wall: float, *, house: "Recordings") -> None:
        self.call = call
        self.path = path
        self.started_wall = started_wall
        self._stereo = Stereo()
        self._house = house
        self._over = False
        self.file: WavFile | None = None  # these two belong to the writing thread
        self.failed = False

    @property
    def places(self) -> Places:
        return self._stereo.places

    def said(self, pcm: Pcm) -> None:
        if not self._over:
            self._stereo.said(pcm)
            self._send_when_full()

    def heard(self, pcm: Pcm) -> None:
        if not self._over:
            self._stereo.heard(pcm)
            self._send_when_full()

    def pause(self) -> None:
        """Silence is kept from here on: something sensitive is said or keyed."""
        self._stereo.pause()

    def resume(self) -> None:
        self._stereo.resume()

    def close(self) -> None:
        """Writes the rest and finishes the file."""
        self._finish(keep=True)

    def discard(self) -> None:
        """The caller declined: the file goes, with all that was recorded."""
        self._finish(keep=False)

    def _send_when_full(self) -> None:
        if self._stereo.settled >= RATE:
            self._send(everything=False)

    def _send(self, *, everything: bool) -> None:
        at, frames = self._stereo.take(everything=everything)
        if len(frames):
            self._house.send(_Block(self, at, frames))

    def _finish(self, *, keep: bool) -> None:
        if self._over:
            return
        self._over = True
        if keep:
            self._send(everything=True)
        self._house.send(_End(self, keep))


class Recordings:
    """All recordings, in `folder`. Both callbacks are called from the writing thread, `problem` once a recording.

    `inline` writes at once instead, for virtual time. `free_bytes` tells the room on the folder's disk.
    """

    def __init__(
        self,
        folder: Path,
        *,
        done: Callable[[Recorded], None],
        problem: Callable[[str, str], None],
        inline: bool = False,
        free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        self._folder = folder
        self._done = done
        self._problem = problem
        self._free_bytes = free_bytes
        self._places: OrderedDict[str, Places] = OrderedDict()
        self._jobs: queue.SimpleQueue[_Block | _End | None] = queue.SimpleQueue()
        self._thread = None if inline else threading.Thread(target=self._run, name="recordings", daemon=True)
        folder.mkdir(parents=True, exist_ok=True)
        if self._thread is not None:
            self._thread.start()

    def begin(self, call: str, *, wall: float) -> Recording:
        """A recording of `call`, named after it. The file appears with the first second."""
        if not _NAME.fullmatch(call):
            raise ValueError(f"a call id that can be a file's name expected, got {call!r}")
        recording = Recording(call, self._folder / f"{call}.wav", wall, house=self)
        self._places[call] = recording.places
        while len(self._places) > KNOWN_CALLS:
            self._places.popitem(last=False)
        return recording

    def clip(self, call: str, start_ms: int, end_ms: int) -> bytes | None:
        """What the caller said between these times, as a WAV of one channel; None when it is not on the disk (yet, or
        any more). Reads the disk."""
        if not _NAME.fullmatch(call):
            return None
        places = self._places.get(call, Places())
        first, last = (places.of(ms * RATE // 1000) for ms in (start_ms, end_ms))
        last = min(last, first + round(CLIP_SECONDS_MAX * RATE))
        try:
            frames = read_frames(self._folder / f"{call}.wav", first, last)
        except OSError:
            return None
        return mono(frames[:, 0]) if len(frames) == last - first else None

    def send(self, job: _Block | _End) -> None:
        """For `Recording`. A block that finds no room becomes silence; an end comes once a call and always fits."""
        if self._thread is None:
            self._do(job)
            return
        if isinstance(job, _End) or self._jobs.qsize() < BLOCKS:
            self._jobs.put(job)

    def close(self) -> None:
        """Waits until everything is written."""
        if self._thread is not None and self._thread.is_alive():
            self._jobs.put(None)
            self._thread.join()

    # --- the writing thread -------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._do(job)

    def _do(self, job: _Block | _End) -> None:
        match job:
            case _Block(recording, at, frames):
                self._write(recording, at, frames)
            case _End(recording, keep):
                self._end(recording, keep)

    def _write(self, recording: Recording, at: int, frames: Frames) -> None:
        if recording.failed:
            return
        try:
            if self._free_bytes(self._folder) < RESERVE_BYTES:
                self._fail(recording, f"{RESERVE_BYTES // 2**20} MB free on the disk expected, got less")
                return
            if recording.file is None:
                recording.file = WavFile(recording.path)
            recording.file.put(at, frames)
        except OSError as error:
            self._fail(recording, f"room for the recording expected, got {error.strerror}")

    def _fail(self, recording: Recording, what: str) -> None:
        recording.failed = True
        self._problem(recording.call, f"{what}; the call goes on unrecorded")

    def _end(self, recording: Recording, keep: bool) -> None:
        file, recording.file = recording.file, None
        if file is None:
            return
        file.close()
        if not keep:
            recording.path.unlink(missing_ok=True)
            return
        seconds = file.samples / RATE
        self._done(Recorded(recording.call, recording.path, seconds, not recording.failed, recording.started_wall))
