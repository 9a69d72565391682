"""Rendered speech by its name: 8 kHz μ-law, in memory the most recently used, on disk what was rendered ahead.

A file is the sound behind a checksum of its name and content, so that one cut short by a power failure, changed or put
in another's place is seen and rendered anew. A disk that is full or broken never costs a call its voice: it is counted,
logged once, and done without.
"""

import hashlib
import logging
import os
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

MEMORY_BYTES = 32 * 1024 * 1024  # more than an hour of speech
CHECKSUM_BYTES = 16


@dataclass(slots=True)
class CacheCounts:
    """Sentences spoken since the start, by where they came from (one spoken in parts was rendered when any part was),
    what they lasted, and what went wrong with the disk."""

    from_memory: int = 0
    from_disk: int = 0
    rendered: int = 0
    cached_ms: int = 0
    rendered_ms: int = 0
    disk_failures: int = 0
    damaged: int = 0  # files that did not hold what was written


def key_of(voice_key: str, sentence: str) -> str:
    """Name of a sentence's clip: engine, voice, scales and rate of speech stand in `voice_key`."""
    return hashlib.sha256(f"{voice_key}\n{sentence}".encode()).hexdigest()


class Clips:
    def __init__(self, *, folder: Path | None, memory_bytes: int, counts: CacheCounts) -> None:
        """Without a `folder` clips are kept in memory alone."""
        self._folder = folder
        self._memory = _Memory(memory_bytes)
        self._counts = counts
        self._disk_failure_logged = False

    def find(self, key: str) -> tuple[bytes, bool] | None:
        """The clip, and whether it had to come from the disk."""
        if (clip := self._memory.get(key)) is not None:
            return clip, False
        if (clip := self._read(key)) is None:
            return None
        self._memory.put(key, clip)
        return clip, True

    def keep(self, key: str, clip: bytes) -> None:
        self._memory.put(key, clip)

    def write(self, key: str) -> None:
        """Puts a clip that is kept in memory on the disk as well."""
        path, clip = self._path(key), self._memory.get(key)
        if path is None or clip is None:
            return
        unfinished = path.with_suffix(f".{os.getpid()}.part")  # renamed when whole: readers never see half a clip
        try:
            if path.is_file() and path.stat().st_size == CHECKSUM_BYTES + len(clip):
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(_checksum(key, clip) + clip)
            unfinished.replace(path)
        except OSError as failure:
            self._note_disk_failure("write", failure)
            _remove(unfinished)

    def prune(self, *, unused_s: float, now_s: float) -> int:
        """Deletes what nobody has read from the disk for so long, and what a stop left half written; returns how many
        files. `now_s`: seconds since the epoch."""
        if self._folder is None:
            return 0
        gone = 0
        try:
            for path in self._folder.glob("??/*"):
                if path.suffix in (".ulaw", ".part") and now_s - path.stat().st_mtime > unused_s:
                    path.unlink(missing_ok=True)
                    gone += 1
        except OSError as failure:
            self._note_disk_failure("prune", failure)
        return gone

    def _path(self, key: str) -> Path | None:
        return None if self._folder is None else self._folder / key[:2] / f"{key}.ulaw"

    def _read(self, key: str) -> bytes | None:
        if (path := self._path(key)) is None:
            return None
        try:
            content = path.read_bytes()
            os.utime(path)  # in use: see `prune`
        except FileNotFoundError:
            return None
        except OSError as failure:
            self._note_disk_failure("read", failure)
            return None
        clip = content[CHECKSUM_BYTES:]
        if not clip or content[:CHECKSUM_BYTES] != _checksum(key, clip):
            self._counts.damaged += 1
            log.warning("prompt cache: %s does not hold what was written; it is rendered anew", path.name)
            _remove(path)
            return None
        return clip

    def _note_disk_failure(self, what: str, failure: OSError) -> None:
        self._counts.disk_failures += 1
        if not self._disk_failure_logged:
            self._disk_failure_logged = True
            log.warning("prompt cache: cannot %s %s (%s); going on without the disk", what, self._folder, failure)


class _Memory:
    """The most recently used clips, up to so many bytes."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._held_bytes = 0
        self._clips: OrderedDict[str, bytes] = OrderedDict()

    def get(self, key: str) -> bytes | None:
        if key in self._clips:
            self._clips.move_to_end(key)
        return self._clips.get(key)

    def put(self, key: str, clip: bytes) -> None:
        self._held_bytes += len(clip) - len(self._clips.pop(key, b""))
        self._clips[key] = clip
        while self._held_bytes > self._limit_bytes and len(self._clips) > 1:
            _, oldest = self._clips.popitem(last=False)
            self._held_bytes -= len(oldest)


def _checksum(key: str, clip: bytes) -> bytes:
    return hashlib.sha256(key.encode() + clip).digest()[:CHECKSUM_BYTES]


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as failure:
        log.debug("prompt cache: %s stays behind (%s)", path, failure)
