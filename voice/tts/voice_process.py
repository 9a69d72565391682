"""The separate process that holds the GPL engines, as seen from Warmline: texts go in, samples come out.

It is started from voice/tts/process/main.py with this Python, never imported, and ends when its input closes. Messages
go over its input and output, each as

    4 bytes  length of the header        big-endian
    4 bytes  length of the samples       big-endian
    header   JSON object, UTF-8
    samples  int16, little-endian, mono, at the engine's own rate

    to it     {"do": "open",   "id": 7, "engine": "piper", "options": {...}}      load the voice, answer "end"
              {"do": "speak",  "id": 8, "engine": "espeak", "texts": [...], "options": {...}}
              {"do": "cancel", "id": 8}
    from it   {"is": "hello", "protocol": 1, "engines": {"espeak": "0.2.4 library"}, "missing": {"piper": "why"}}
              {"is": "piece", "id": 8, "rate": 22050} + samples
              {"is": "end",   "id": 8}
              {"is": "error", "id": 8, "message": "..."}

Several requests may be open; pieces of different requests may come mixed. When the process dies it is started again
once: what it was saying fails, unless nothing of it had been heard yet. When it dies again within `restart_pause_s`
every request fails at once, so that the next voice of the chain takes over instead of the caller waiting.
"""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from voice.errors import VoiceFailed
from voice.tts.voice_wire import PROTOCOL, Header, lengths_of, message, parse_header

log = logging.getLogger(__name__)

MAIN = Path(__file__).parent / "process" / "main.py"
MAX_TEXT = 2000  # characters a request: two minutes of speech, ten times the longest prompt
MAX_HELD = 16 * 1024 * 1024  # bytes of samples waiting for one slow listener: three minutes at 22.05 kHz

ENVIRONMENT = {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}  # one thread a text; nothing is looked up outside

Options = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Piece:
    samples: bytes  # int16, little-endian, mono
    rate: int  # Hz


class VoiceSource(Protocol):
    """What a voice needs of whoever runs its engine."""

    def stream(self, engine: str, texts: Sequence[str], options: Options) -> AsyncGenerator[Piece, None]: ...


@dataclass(frozen=True, slots=True)
class Hello:
    """What the process can do: engine → version, and for each engine it lacks, why."""

    engines: Mapping[str, str]
    missing: Mapping[str, str]


class _Died(VoiceFailed):
    """The process ended in the middle: asking again may help."""


@dataclass(slots=True)
class _Answer:
    """What came for one request and was not fetched yet; None ends it."""

    pieces: asyncio.Queue[Piece | VoiceFailed | None] = field(default_factory=asyncio.Queue)  # bounded by MAX_HELD
    held_bytes: int = 0


class VoiceProcess:
    def __init__(
        self,
        *,
        command: Sequence[str] = (sys.executable, str(MAIN)),
        workers: int = 2,
        start_s: float = 20.0,
        answer_s: float = 10.0,
        restart_pause_s: float = 30.0,
    ) -> None:
        self._command = [*command, "--workers", str(workers)]
        self._start_s = start_s
        self._answer_s = answer_s
        self._restart_pause_s = restart_pause_s
        self._child: _Child | None = None
        self._starting = asyncio.Lock()
        self._restarted_at_s: float | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        return None if self._child is None else self._child.pid

    async def start(self) -> Hello:
        """Starts the process when it does not run. Raises VoiceFailed when it cannot be started."""
        return (await self._running()).hello

    async def open(self, engine: str, options: Options) -> None:
        """Loads a voice, which takes Piper seconds: before the first line opens, not during a call."""
        child = await self._running()
        async with aclosing(child.ask("open", engine, (), options, self._start_s)) as nothing:
            async for _ in nothing:
                pass

    async def stream(self, engine: str, texts: Sequence[str], options: Options) -> AsyncGenerator[Piece, None]:
        """Speaks the texts in order. Closing the iterator stops the engine. Raises VoiceFailed."""
        if (length := sum(map(len, texts))) > MAX_TEXT:
            raise VoiceFailed(f"{engine}: a text of at most {MAX_TEXT} characters expected, {length} came")
        for attempt in (1, 2):
            heard = False
            child = await self._running()
            try:
                async with aclosing(child.ask("speak", engine, texts, options, self._answer_s)) as pieces:
                    async for piece in pieces:
                        heard = True
                        yield piece
                return
            except _Died:
                if heard or attempt == 2:
                    raise

    async def close(self) -> None:
        self._closed = True
        if self._child is not None:
            await self._child.close()

    async def _running(self) -> "_Child":
        async with self._starting:
            if self._closed:
                raise VoiceFailed("the voice process is closed; nothing can be said any more")
            if self._child is not None and self._child.alive:
                return self._child
            if self._child is not None:
                self._note_restart()
                await self._child.close()
            self._child = await _Child.start(self._command, self._start_s)
            return self._child

    def _note_restart(self) -> None:
        now_s = asyncio.get_running_loop().time()
        if self._restarted_at_s is not None and now_s - self._restarted_at_s < self._restart_pause_s:
            raise VoiceFailed(
                f"the voice process ended twice within {self._restart_pause_s:.0f} s; it is tried again after a pause"
            )
        self._restarted_at_s = now_s
        log.warning("voice process ended, starting it again")


class _Child:
    """One running process: writes requests, sorts what comes back by request."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin and process.stdout
        self._process = process
        self._stdin, self._stdout = process.stdin, process.stdout
        self._answers: dict[int, _Answer] = {}
        self._last_id = 0
        self._reader: asyncio.Task[None] | None = None
        self.hello = Hello({}, {})

    @classmethod
    async def start(cls, command: Sequence[str], start_s: float) -> "_Child":
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env=os.environ | ENVIRONMENT,
                start_new_session=True,  # the terminal's Ctrl-C is the service's to handle: calls end first
            )
        except OSError as failure:
            raise VoiceFailed(f"the voice process cannot be started ({command[0]}): {failure}") from failure
        child = cls(process)
        try:
            async with asyncio.timeout(start_s):
                header, _ = await child._read()
        except (TimeoutError, asyncio.IncompleteReadError, VoiceFailed) as failure:
            await child.close()
            raise VoiceFailed(
                f"the voice process: a hello within {start_s:.0f} s expected, {failure!r} came"
            ) from failure
        if header.get("is") != "hello" or header.get("protocol") != PROTOCOL:
            await child.close()
            raise VoiceFailed(f"the voice process: hello of protocol {PROTOCOL} expected, {header} came")
        child.hello = Hello(_words(header.get("engines")), _words(header.get("missing")))
        child._reader = asyncio.create_task(child._read_all(), name="voice-process-reader")
        return child

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._reader is not None and not self._reader.done()

    async def ask(
        self, do: str, engine: str, texts: Sequence[str], options: Options, answer_s: float
    ) -> AsyncGenerator[Piece, None]:
        """`answer_s` is how long to wait for each next piece."""
        self._last_id += 1
        number = self._last_id
        answer = self._answers[number] = _Answer()
        finished = False
        try:
            await self._send({"do": do, "id": number, "engine": engine, "texts": list(texts), "options": dict(options)})
            while True:
                try:
                    async with asyncio.timeout(answer_s):
                        piece = await answer.pieces.get()
                except TimeoutError:
                    raise VoiceFailed(f"{engine}: the next piece within {answer_s:.0f} s expected, none came") from None
                if isinstance(piece, Piece):
                    answer.held_bytes -= len(piece.samples)
                    yield piece
                    continue
                finished = True
                if piece is not None:
                    raise piece
                return
        finally:
            del self._answers[number]
            if not finished and self.alive:
                self._stdin.write(message({"do": "cancel", "id": number}))

    async def close(self) -> None:
        """Closing its input ends it; one that does not listen any more is killed, by its own handle."""
        self._stdin.close()
        try:
            async with asyncio.timeout(2):
                await self._process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        if self._reader is not None:
            self._reader.cancel()
            with suppress(asyncio.CancelledError):
                await self._reader

    async def _send(self, header: Header) -> None:
        try:
            self._stdin.write(message(header))
            await self._stdin.drain()
        except (ConnectionError, RuntimeError) as failure:  # RuntimeError: uvloop's word for a closed transport
            raise _Died(f"the voice process takes no requests any more: {failure!r}") from failure

    async def _read(self) -> tuple[Header, bytes]:
        header_bytes, sample_bytes = lengths_of(await self._stdout.readexactly(8))
        header = parse_header(await self._stdout.readexactly(header_bytes))
        return header, await self._stdout.readexactly(sample_bytes)

    async def _read_all(self) -> None:
        why = "its output closed"
        try:
            while True:
                self._sort(*await self._read())
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        except VoiceFailed as failure:  # not our protocol: the process cannot be trusted any further
            why = str(failure)
            with suppress(ProcessLookupError):
                self._process.kill()
        finally:
            for answer in self._answers.values():
                answer.pieces.put_nowait(_Died(f"the voice process ended in the middle of a text: {why}"))

    def _sort(self, header: Header, samples: bytes) -> None:
        answer = self._answers.get(int(str(header.get("id", 0))))
        if answer is None:  # cancelled: its last pieces were already on the way
            return
        match header.get("is"):
            case "piece":
                answer.held_bytes += len(samples)
                if answer.held_bytes > MAX_HELD:
                    answer.pieces.put_nowait(VoiceFailed(f"at most {MAX_HELD} waiting bytes expected, more came"))
                    return
                answer.pieces.put_nowait(Piece(samples, int(str(header["rate"]))))
            case "end":
                answer.pieces.put_nowait(None)
            case "error":
                answer.pieces.put_nowait(VoiceFailed(str(header.get("message"))))
            case other:
                raise VoiceFailed(f"the voice process: piece, end or error expected, {other!r} came")


def _words(table: object) -> Mapping[str, str]:
    return {str(key): str(value) for key, value in table.items()} if isinstance(table, dict) else {}
