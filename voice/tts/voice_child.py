"""One running voice process: writes requests, sorts what comes back by request, and notices when nobody is at home.

A process that was killed closes its pipe. One that is stopped, swapped out or stuck does not, so whoever waits for a
piece longer than `QUIET_S` asks it for a sign of life, and without one it is killed: the text is then another's to say.
"""

import asyncio
import itertools
import os
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field

from voice.errors import VoiceFailed
from voice.tts.voice_wire import PROTOCOL, Header, lengths_of, message, parse_header

MAX_HELD = 16 * 1024 * 1024  # bytes of samples waiting for one slow listener: three minutes at 22.05 kHz

QUIET_S = 0.7
"""Both of waiting for a piece before a sign of life is asked for, and of waiting for that: at most 1.4 s of silence."""

ENVIRONMENT = {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}  # one thread a text; nothing is looked up outside

Options = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Piece:
    samples: bytes  # int16, little-endian, mono
    rate: int  # Hz


@dataclass(frozen=True, slots=True)
class Hello:
    """What the process can do: engine → version, and for each engine it lacks, why."""

    engines: Mapping[str, str]
    missing: Mapping[str, str]


class Died(VoiceFailed):
    """The process ended in the middle: asking again may help."""


@dataclass(slots=True)
class _Answer:
    """What came for one request and was not fetched yet; None ends it."""

    pieces: asyncio.Queue[Piece | VoiceFailed | None] = field(default_factory=asyncio.Queue)  # bounded by MAX_HELD
    held_bytes: int = 0


class Child:
    def __init__(self, process: asyncio.subprocess.Process, quiet_s: float) -> None:
        assert process.stdin and process.stdout
        self._process = process
        self._quiet_s = quiet_s
        self._stdin, self._stdout = process.stdin, process.stdout
        self._answers: dict[int, _Answer] = {}
        self._numbers = itertools.count(1)
        self._pieces = 0  # that came so far, for whomever
        self._reader: asyncio.Task[None] | None = None
        self._killed = False
        self.hello = Hello({}, {})

    @classmethod
    async def start(cls, command: Sequence[str], start_s: float, *, quiet_s: float = QUIET_S) -> "Child":
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
        child = cls(process, quiet_s)
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
        return self._reader is not None and not self._reader.done() and not self._killed

    async def ask(
        self,
        do: str,
        engine: str = "",
        texts: Sequence[str] = (),
        options: Options | None = None,
        *,
        answer_s: float,
        ahead: bool = False,
    ) -> AsyncGenerator[Piece, None]:
        """`answer_s` is how long to wait for each next piece. `ahead`: not before anything that somebody waits for."""
        number = next(self._numbers)
        answer = self._answers[number] = _Answer()
        finished = False
        header: Header = {"do": do, "id": number, "engine": engine, "texts": list(texts)}
        try:
            await self._send(header | {"options": dict(options or {}), "ahead": ahead})
            while True:
                piece = await self._next(answer, answer_s, watched=do == "speak", what=engine or do)
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

    async def _next(self, answer: _Answer, answer_s: float, *, watched: bool, what: str) -> Piece | VoiceFailed | None:
        before = self._pieces
        with suppress(TimeoutError):
            async with asyncio.timeout(min(self._quiet_s, answer_s)):
                return await answer.pieces.get()
        if watched and not await self._gives_a_sign():
            self._kill()
            return Died(f"{what}: the voice process gave no sign of life for {self._quiet_s} s and was killed")
        with suppress(TimeoutError):
            async with asyncio.timeout(answer_s - self._quiet_s):
                return await answer.pieces.get()
        if watched and self._pieces == before:  # nobody got anything: its workers are not busy but stuck
            self._kill()
        return VoiceFailed(f"{what}: the next piece within {answer_s:.1f} s expected, none came")

    async def _gives_a_sign(self) -> bool:
        try:
            async with aclosing(self.ask("ping", answer_s=self._quiet_s)) as nothing:
                async for _ in nothing:
                    pass
        except VoiceFailed:
            return False
        return True

    async def close(self) -> None:
        """Closing its input ends it; one that does not listen any more is killed, by its own handle."""
        self._stdin.close()
        try:
            async with asyncio.timeout(2):
                await self._process.wait()
        except TimeoutError:
            self._kill()
            await self._process.wait()
        if self._reader is not None:
            self._reader.cancel()
            with suppress(asyncio.CancelledError):
                await self._reader

    def _kill(self) -> None:
        self._killed = True
        with suppress(ProcessLookupError):
            self._process.kill()

    async def _send(self, header: Header) -> None:
        try:
            self._stdin.write(message(header))
            async with asyncio.timeout(self._quiet_s):
                await self._stdin.drain()
        except TimeoutError:
            self._kill()
            raise Died(f"the voice process took no request for {self._quiet_s} s and was killed") from None
        except (ConnectionError, RuntimeError) as failure:  # RuntimeError: uvloop's word for a closed transport
            raise Died(f"the voice process takes no requests any more: {failure!r}") from failure

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
            self._kill()
        finally:
            for answer in self._answers.values():
                answer.pieces.put_nowait(Died(f"the voice process ended in the middle of a text: {why}"))

    def _sort(self, header: Header, samples: bytes) -> None:
        answer = self._answers.get(int(str(header.get("id", 0))))
        if answer is None:  # cancelled: its last pieces were already on the way
            return
        match header.get("is"):
            case "piece":
                self._pieces += 1
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
