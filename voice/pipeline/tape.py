"""One prompt's audio as it is rendered, kept until the prompt has ended so that it can go on from an earlier place.

A reader runs ahead of what is sent: an engine that pauses between two clauses is not heard to do so, although little
audio lies in the output.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from types import TracebackType

import numpy as np

from voice.audio import RATE, Pcm

READ_AHEAD_SAMPLES = 2 * RATE
"""2 s: longer than an engine thinks about a clause, and little to throw away when the caller barges in."""


class Tape:
    """`async with` it: the reader and its engine stop when it is left. `at` is the next sample to be sent."""

    def __init__(self, pieces: AsyncGenerator[Pcm, None]) -> None:
        self.at = 0
        self._pieces = pieces
        self._kept = bytearray()
        self._silences: list[int] = []  # where a piece without any sound begins: between two sentences
        self._over = False
        self._halted = False
        self._grown = asyncio.Event()
        self._taken = asyncio.Event()
        self._reader: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Tape":
        self._reader = asyncio.create_task(self._read(), name="prompt reader")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait({self._reader})

    @property
    def samples(self) -> int:
        """Rendered so far."""
        return len(self._kept) // 2

    def pcm(self, start: int, end: int) -> Pcm:
        return np.frombuffer(bytes(self._kept[2 * start : 2 * end]), dtype=np.int16)

    async def take(self, samples: int) -> Pcm:
        """The next so many samples, fewer at the end, none after it nor once it is halted."""
        while self.samples - self.at < samples and not self._over and not self._halted:
            self._grown.clear()
            await self._grown.wait()
        if self._halted:
            return self.pcm(0, 0)
        piece = self.pcm(self.at, self.at + samples)
        self.at += len(piece)
        self._taken.set()
        return piece

    def halt(self) -> None:
        """Nothing is taken until it goes on."""
        self._halted = True
        self._grown.set()

    def go_on_at(self, sample: int) -> None:
        self.at = min(sample, self.at)
        self._halted = False

    def silence_from(self, sample: int) -> int | None:
        """Where the first pause between two sentences begins, from `sample` on and before what was taken ends."""
        return next((at for at in self._silences if sample <= at < self.at), None)

    async def _read(self) -> None:
        try:
            async with aclosing(self._pieces) as pieces:
                async for piece in pieces:
                    if len(piece) and not piece.any():
                        self._silences.append(self.samples)
                    self._kept += piece.tobytes()
                    self._grown.set()
                    while self.samples - self.at >= READ_AHEAD_SAMPLES:
                        self._taken.clear()
                        await self._taken.wait()
        finally:
            self._over = True
            self._grown.set()
