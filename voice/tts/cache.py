"""Sentences that were rendered before, played without an engine: 0 ms and no processor time.

Prompts rendered ahead (`prerender`) lie on disk and in memory; a sentence first spoken in a call stays in memory only,
because it may hold what a caller told us. A sentence that is new as a whole is taken apart at its commas and colons:
the clauses that are known come from the cache, and the others are rendered while those play.
"""

import logging
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voice.audio import RATE, Pcm
from voice.errors import VoiceFailed
from voice.g711 import mulaw_decode, mulaw_encode
from voice.tts import Synthesizer
from voice.tts.clauses import parts, sentences
from voice.tts.clips import MEMORY_BYTES, CacheCounts, Clips, key_of
from voice.tts.pauses import pause, pause_after
from voice.tts.say_text import say_text

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Prerendered:
    ready: int  # sentences that can be played without the engine
    rendered: int  # of these, how many had to be rendered now
    failed: int


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch to be spoken: `clip` where it is known."""

    text: str
    clip: bytes | None
    sentence: int  # number of the sentence it belongs to


class CachedSynthesizer:
    def __init__(
        self,
        inner: Synthesizer,
        *,
        folder: Path | None,
        memory_bytes: int = MEMORY_BYTES,
        keep_spoken: bool = False,
        ahead: Synthesizer | None = None,
    ) -> None:
        """Without a `folder` sentences are kept in memory alone. `keep_spoken`: those first spoken in a call go to disk
        as well, so that a replay sounds the same every time; never for real callers. `ahead`: the same voice for what
        nobody waits for."""
        self.voice_key = inner.voice_key
        self.counts = CacheCounts()
        self._inner = inner
        self._ahead = ahead or inner
        self._clips = Clips(folder=folder, memory_bytes=memory_bytes, counts=self.counts)
        self._keep_spoken = keep_spoken

    async def stream(self, text: str) -> AsyncGenerator[Pcm, None]:
        """Whoever plays it reads ahead, so that what must be rendered is while what stands before it is heard."""
        spoken = sentences(say_text(text))
        plan = [part for number, sentence in enumerate(spoken) for part in self._plan(sentence, number)]
        before: _Part | None = None
        heard: Pcm | None = None
        for part in plan:
            try:
                async with aclosing(self._sound(part)) as pieces:
                    async for piece in pieces:
                        if before is not None and heard is not None:
                            ended = before.sentence != part.sentence
                            lacking = pause(heard, piece, pause_after("." if ended else before.text))
                            if len(lacking):
                                yield lacking
                        before, heard = None, piece
                        yield piece
            except VoiceFailed as failure:
                failure.unsaid = " ".join(one.text for one in plan if one.sentence >= part.sentence)
                raise
            before = part

    async def prerender(
        self, texts: Iterable[str], progress: Callable[[int, int], None] = lambda done, total: None
    ) -> Prerendered:
        """Renders what is not on disk yet; `progress(done, total)` counts sentences. A failed one is skipped."""
        wanted = list(dict.fromkeys(sentence for text in texts for sentence in sentences(say_text(text))))
        ready = rendered = 0
        for done, sentence in enumerate(wanted):
            progress(done, len(wanted))
            key = key_of(self.voice_key, sentence)
            if self._clips.find(key) is None:
                try:
                    async with aclosing(self._render(sentence, self._ahead)) as pieces:
                        async for _ in pieces:
                            pass
                except VoiceFailed as failure:
                    log.warning("prompt not rendered: %s", failure)
                    continue
                rendered += 1
            self._clips.write(key)
            ready += 1
        progress(len(wanted), len(wanted))
        return Prerendered(ready, rendered, failed=len(wanted) - ready)

    def prune(self, *, unused_s: float, now_s: float) -> int:
        """Of every voice in this folder: see `Clips.prune`."""
        return self._clips.prune(unused_s=unused_s, now_s=now_s)

    def ready(self, texts: Iterable[str]) -> tuple[int, int]:
        """How many sentences of `texts` can be played without the engine, and how many there are."""
        wanted = {sentence for text in texts for sentence in sentences(say_text(text))}
        return sum(self._clips.find(key_of(self.voice_key, sentence)) is not None for sentence in wanted), len(wanted)

    async def close(self) -> None:
        await self._inner.close()

    def _plan(self, sentence: str, number: int) -> list[_Part]:
        """The sentence whole where it is known, or where none of its clauses is; else known and new stretches."""
        if (found := self._clips.find(key_of(self.voice_key, sentence))) is not None:
            self._count(from_disk=found[1])
            return [_Part(sentence, found[0], number)]
        clauses = parts(sentence)
        if len(clauses) == 1:
            self.counts.rendered += 1
            return [_Part(sentence, None, number)]
        clips = [(text, self._clips.find(key_of(self.voice_key, text))) for text in clauses]
        if all(found is not None for _, found in clips):
            self._count(from_disk=any(found is not None and found[1] for _, found in clips))
        else:
            self.counts.rendered += 1
        return [_Part(text, clip, number) for text, clip in _stretches(clips)]

    def _count(self, *, from_disk: bool) -> None:
        if from_disk:
            self.counts.from_disk += 1
        else:
            self.counts.from_memory += 1

    async def _sound(self, part: _Part) -> AsyncGenerator[Pcm, None]:
        if part.clip is not None:
            pcm = mulaw_decode(part.clip)
            self.counts.cached_ms += len(pcm) * 1000 // RATE
            yield pcm
            return
        async with aclosing(self._render(part.text, self._inner)) as pieces:
            async for piece in pieces:
                self.counts.rendered_ms += len(piece) * 1000 // RATE
                yield piece

    async def _render(self, text: str, voice: Synthesizer) -> AsyncGenerator[Pcm, None]:
        """Hands pieces on as they come; only a text spoken to its end is kept."""
        pieces = []
        async with aclosing(voice.stream(text)) as stream:
            async for piece in stream:
                pieces.append(piece)
                yield piece
        if pieces:
            key = key_of(self.voice_key, text)
            self._clips.keep(key, mulaw_encode(np.concatenate(pieces)))
            if self._keep_spoken:
                self._clips.write(key)


def _stretches(clips: list[tuple[str, tuple[bytes, bool] | None]]) -> Iterator[tuple[str, bytes | None]]:
    """Neighbours that are new are rendered as one: a voice speaks three clauses better than each alone."""
    new: list[str] = []
    for text, found in clips:
        if found is None:
            new.append(text)
            continue
        if new:
            yield " ".join(new), None
            new = []
        yield text, found[0]
    if new:
        yield " ".join(new), None
