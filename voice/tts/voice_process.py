"""The separate process that holds the GPL engines, as seen from Warmline: texts go in, samples come out.

It is started from voice/tts/process/main.py with this Python, never imported, and ends when its input closes. Messages
go over its input and output, each as

    4 bytes  length of the header        big-endian
    4 bytes  length of the samples       big-endian
    header   JSON object, UTF-8
    samples  int16, little-endian, mono, at the engine's own rate

    to it     {"do": "open",   "id": 7, "engine": "piper", "options": {...}}      load the voice, answer "end"
              {"do": "speak",  "id": 8, "engine": "espeak", "texts": [...], "options": {...}, "ahead": false}
              {"do": "cancel", "id": 8}
              {"do": "ping",   "id": 9}                                           answer "end", at once
    from it   {"is": "hello", "protocol": 2, "engines": {"espeak": "0.2.4 library"}, "missing": {"piper": "why"}}
              {"is": "piece", "id": 8, "rate": 22050} + samples
              {"is": "end",   "id": 8}
              {"is": "error", "id": 8, "message": "..."}

Several requests may be open; pieces of different requests may come mixed, because a worker speaks the text whose sound
is needed first: those spoken `ahead` of any need come last.

When the process dies or is stuck it is started again once, and the voices that were open are loaded anew while the
others speak already. When it dies again within `restart_pause_s` every request fails at once, so that the next voice of
the chain takes over instead of the caller waiting.
"""

import asyncio
import logging
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Protocol

from voice.errors import VoiceFailed
from voice.tts.voice_child import QUIET_S, Child, Died, Hello, Options, Piece

log = logging.getLogger(__name__)

MAIN = Path(__file__).parent / "process" / "main.py"
MAX_TEXT = 2000  # characters a request: two minutes of speech, ten times the longest prompt


class VoiceSource(Protocol):
    """What a voice needs of whoever runs its engine."""

    def stream(self, engine: str, texts: Sequence[str], options: Options) -> AsyncGenerator[Piece, None]: ...


class VoiceProcess:
    def __init__(
        self,
        *,
        command: Sequence[str] = (sys.executable, str(MAIN)),
        workers: int = 2,
        start_s: float = 20.0,
        answer_s: float = 4.0,
        quiet_s: float = QUIET_S,
        restart_pause_s: float = 30.0,
    ) -> None:
        """`answer_s`: the longest wait for a piece; a clause of Piper takes up to 0.5 s on a core of its own."""
        self._command = [*command, "--workers", str(workers)]
        self._start_s = start_s
        self._answer_s = answer_s
        self._quiet_s = quiet_s
        self._restart_pause_s = restart_pause_s
        self._child: Child | None = None
        self._starting = asyncio.Lock()
        self._restarted_at_s: float | None = None
        self._opened: list[tuple[str, Options]] = []
        self._loading: set[str] = set()  # engines whose voices are being loaded again
        self._loader: asyncio.Task[None] | None = None
        self._closed = False
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        return None if self._child is None else self._child.pid

    @property
    def ahead(self) -> VoiceSource:
        """The same engines for what nobody waits for: it is spoken when no other text is to be."""
        return _Ahead(self)

    async def start(self) -> Hello:
        """Starts the process when it does not run. Raises VoiceFailed when it cannot be started."""
        return (await self._running()).hello

    async def open(self, engine: str, options: Options, *, slow: bool = True) -> None:
        """Loads a voice, which takes Piper seconds: before the first line opens, not during a call. A `slow` one is
        loaded again after a restart, and its texts are other voices' meanwhile."""
        await self._load(await self._running(), engine, options)
        if slow and (engine, options) not in self._opened:
            self._opened.append((engine, options))

    async def stream(
        self, engine: str, texts: Sequence[str], options: Options, *, ahead: bool = False
    ) -> AsyncGenerator[Piece, None]:
        """Speaks the texts in order. Closing the iterator stops the engine. Raises VoiceFailed."""
        if (length := sum(map(len, texts))) > MAX_TEXT:
            raise VoiceFailed(f"{engine}: a text of at most {MAX_TEXT} characters expected, {length} came")
        for attempt in (1, 2):
            heard = False
            child = await self._running()
            if engine in self._loading:
                raise VoiceFailed(f"{engine}: a loaded voice expected, it is being loaded again")
            asked = child.ask("speak", engine, texts, options, answer_s=self._answer_s, ahead=ahead)
            try:
                async with aclosing(asked) as pieces:
                    async for piece in pieces:
                        heard = True
                        yield piece
                return
            except Died:
                if heard or attempt == 2:
                    raise

    async def close(self) -> None:
        self._closed = True
        await self._stop_loading()
        if self._child is not None:
            await self._child.close()

    async def _running(self) -> Child:
        async with self._starting:
            if self._closed:
                raise VoiceFailed("the voice process is closed; nothing can be said any more")
            if self._child is not None and self._child.alive:
                return self._child
            if self._child is None:
                self._child = await self._start()
                return self._child
            self._note_restart()
            await self._stop_loading()
            await self._child.close()
            self._child = await self._start()
            if self._opened:
                self._loading = {engine for engine, _ in self._opened}
                self._loader = asyncio.create_task(self._load_again(self._child), name="voice-process-loader")
            return self._child

    async def _start(self) -> Child:
        return await Child.start(self._command, self._start_s, quiet_s=self._quiet_s)

    def _note_restart(self) -> None:
        now_s = asyncio.get_running_loop().time()
        if self._restarted_at_s is not None and now_s - self._restarted_at_s < self._restart_pause_s:
            raise VoiceFailed(
                f"the voice process ended twice within {self._restart_pause_s:.0f} s; it is tried again after a pause"
            )
        self._restarted_at_s = now_s
        self.restarts += 1
        log.warning("voice process ended, starting it again")

    async def _load(self, child: Child, engine: str, options: Options) -> None:
        async with aclosing(child.ask("open", engine, (), options, answer_s=self._start_s)) as nothing:
            async for _ in nothing:
                pass

    async def _load_again(self, child: Child) -> None:
        for engine, options in self._opened:
            try:
                await self._load(child, engine, options)
            except VoiceFailed as failure:  # each text will meet it, and be another voice's to say
                log.warning("a voice could not be loaded again: %s", failure)
            self._loading.discard(engine)

    async def _stop_loading(self) -> None:
        if self._loader is not None:
            self._loader.cancel()
            with suppress(asyncio.CancelledError):
                await self._loader
            self._loader = None


class _Ahead:
    def __init__(self, process: VoiceProcess) -> None:
        self._process = process

    def stream(self, engine: str, texts: Sequence[str], options: Options) -> AsyncGenerator[Piece, None]:
        return self._process.stream(engine, texts, options, ahead=True)
