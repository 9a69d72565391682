"""Sentences that were rendered before, played without an engine: 0 ms and no processor time.

Kept as 8 kHz μ-law (8 kB a second). Prompts rendered ahead (`prerender`) lie on disk and in memory; a sentence first
spoken in a call stays in memory only, because it may hold what a caller told us. A disk that is full or broken never
costs a call its voice: it is counted, logged once, and done without.
"""

import hashlib
import logging
import os
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voice.audio import Pcm, silence
from voice.errors import VoiceFailed
from voice.g711 import mulaw_decode, mulaw_encode
from voice.tts import Synthesizer
from voice.tts.clauses import sentences
from voice.tts.say_text import say_text

log = logging.getLogger(__name__)

SENTENCE_GAP_MS = 180  # engines pause about this long at a full stop; rendered apart, sentences lose that pause
MEMORY_BYTES = 32 * 1024 * 1024  # more than an hour of speech


@dataclass(slots=True)
class CacheCounts:
    """Sentences since the start, by where they came from, and what went wrong with the disk."""

    from_memory: int = 0
    from_disk: int = 0
    rendered: int = 0
    disk_failures: int = 0


@dataclass(frozen=True, slots=True)
class Prerendered:
    ready: int  # sentences that can be played without the engine
    rendered: int  # of these, how many had to be rendered now
    failed: int


class CachedSynthesizer:
    def __init__(
        self,
        inner: Synthesizer,
        *,
        folder: Path | None,
        memory_bytes: int = MEMORY_BYTES,
        keep_spoken: bool = False,
    ) -> None:
        """Without a `folder` sentences are kept in memory alone. `keep_spoken`: those first spoken in a call go to disk
        as well, so that a replay sounds the same every time; never for real callers."""
        self.voice_key = inner.voice_key
        self.counts = CacheCounts()
        self._inner = inner
        self._folder = folder
        self._clips = _Clips(memory_bytes)
        self._keep_spoken = keep_spoken
        self._disk_failure_logged = False

    async def stream(self, text: str) -> AsyncGenerator[Pcm, None]:
        for number, sentence in enumerate(sentences(say_text(text))):
            if number:
                yield silence(SENTENCE_GAP_MS)
            if (clip := self._find(key_of(self.voice_key, sentence))) is not None:
                yield mulaw_decode(clip)
                continue
            async with aclosing(self._render(sentence)) as pieces:
                async for piece in pieces:
                    yield piece

    async def prerender(
        self, texts: Iterable[str], progress: Callable[[int, int], None] = lambda done, total: None
    ) -> Prerendered:
        """Renders what is not on disk yet; `progress(done, total)` counts sentences. A failed one is skipped."""
        wanted = list(dict.fromkeys(sentence for text in texts for sentence in sentences(say_text(text))))
        ready = rendered = 0
        for done, sentence in enumerate(wanted):
            progress(done, len(wanted))
            key = key_of(self.voice_key, sentence)
            if self._find(key) is None:
                try:
                    async with aclosing(self._render(sentence)) as pieces:
                        async for _ in pieces:
                            pass
                except VoiceFailed as failure:
                    log.warning("prompt not rendered: %s", failure)
                    continue
                rendered += 1
            if (clip := self._clips.get(key)) is not None:
                self._write(key, clip)
            ready += 1
        progress(len(wanted), len(wanted))
        return Prerendered(ready, rendered, failed=len(wanted) - ready)

    async def close(self) -> None:
        await self._inner.close()

    def _find(self, key: str) -> bytes | None:
        if (clip := self._clips.get(key)) is not None:
            self.counts.from_memory += 1
            return clip
        if (clip := self._read(key)) is not None:
            self.counts.from_disk += 1
            self._clips.put(key, clip)
        return clip

    async def _render(self, sentence: str) -> AsyncGenerator[Pcm, None]:
        """Hands pieces on as they come; only a sentence spoken to its end is kept."""
        pieces = []
        async with aclosing(self._inner.stream(sentence)) as stream:
            async for piece in stream:
                pieces.append(piece)
                yield piece
        self.counts.rendered += 1
        if pieces:
            key, clip = key_of(self.voice_key, sentence), mulaw_encode(np.concatenate(pieces))
            self._clips.put(key, clip)
            if self._keep_spoken:
                self._write(key, clip)

    def _path(self, key: str) -> Path | None:
        return None if self._folder is None else self._folder / key[:2] / f"{key}.ulaw"

    def _read(self, key: str) -> bytes | None:
        """None too for an empty file, which is what a power cut leaves of an unfinished write."""
        if (path := self._path(key)) is None:
            return None
        try:
            return path.read_bytes() or None
        except FileNotFoundError:
            return None
        except OSError as failure:
            self._note_disk_failure("read", failure)
            return None

    def _write(self, key: str, clip: bytes) -> None:
        path = self._path(key)
        if path is None:
            return
        unfinished = path.with_suffix(f".{os.getpid()}.part")  # renamed when whole: readers never see half a clip
        try:
            if path.is_file() and path.stat().st_size == len(clip):
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(clip)
            unfinished.replace(path)
        except OSError as failure:
            self._note_disk_failure("write", failure)
            _remove(unfinished)

    def _note_disk_failure(self, what: str, failure: OSError) -> None:
        self.counts.disk_failures += 1
        if not self._disk_failure_logged:
            self._disk_failure_logged = True
            log.warning("prompt cache: cannot %s %s (%s); going on without the disk", what, self._folder, failure)


class _Clips:
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


def key_of(voice_key: str, sentence: str) -> str:
    """Name of a sentence's clip: engine, voice, scales and rate of speech stand in `voice_key`."""
    return hashlib.sha256(f"{voice_key}\n{sentence}".encode()).hexdigest()


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as failure:
        log.debug("prompt cache: %s stays behind (%s)", path, failure)
