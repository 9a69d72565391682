"""The pool as seen from its wire: one client's messages in, answers out. What is wrong gets an error, never the end.

States: a client says hello (with its protocol), then has the engines opened, then calls. docs/inference-protocol.md
describes every message.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from enum import Enum, auto
from functools import partial
from typing import Any, cast

from models.codec import Packed
from models.errors import InferenceError
from models.inference import wire
from models.inference.stats import PoolStats
from models.inference.threads import InferencePool, Late
from models.inference.wire import Header, Message, Reader, WireError

log = logging.getLogger(__name__)

WORKERS_MAX = 1024
QUEUE_MAX = 65_536
SAID_MAX = 2000  # characters of an error's or a log's message


class State(Enum):
    GREETING = auto()
    OPENING = auto()
    SERVING = auto()
    CLOSED = auto()


@dataclass(frozen=True, slots=True)
class Opening:
    """What a client wants opened: engine → recipe."""

    recipes: Mapping[str, Any]
    workers: int
    queue_limit: int
    log_level: int = logging.WARNING


Open = Callable[[Opening], InferencePool]
"""Gives a pool whose engines take and return `Packed`. Raises InferenceError or ValueError."""


class Server(asyncio.Protocol):
    def __init__(self, open: Open, *, opened: Callable[[], None] = lambda: None) -> None:
        """`opened` is called when the engines are ready, before the client is told so."""
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._open, self._opened = open, opened
        self._reader = Reader()
        self._state = State.GREETING
        self._transport: asyncio.Transport | None = None
        self._pool: InferencePool | None = None
        self._calls: dict[int, _Call] = {}
        self._opening: asyncio.Task[None] | None = None

    # --- the connection -----------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are none of asyncio's by class

    def connection_lost(self, error: Exception | None) -> None:
        self._state = State.CLOSED
        for call in self._calls.values():
            call.task.cancel()
        if self._opening is not None:
            self._opening.cancel()
        if not self.closed.done():
            self.closed.set_result(None)

    def data_received(self, data: bytes) -> None:
        for message in self._reader.feed(data):
            if self._state is State.CLOSED:
                return
            try:
                if isinstance(message, WireError):
                    raise message
                self._take(message)
            except WireError as error:
                self._refuse(message, error)

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()

    # --- messages -----------------------------------------------------------------------------------------------

    def _take(self, message: Message) -> None:
        header = message.header
        do = wire.word_of(header, "do")
        match self._state, do:
            case State.GREETING, "hello":
                self._greet(header)
            case State.OPENING, "open":
                self._begin_opening(message)
            case State.SERVING, "call":
                self._call(message)
            case State.SERVING, "hurry":
                self._hurry(header)
            case State.SERVING, "forget":
                self._forget(wire.number_of(header))
            case ((State.OPENING | State.SERVING), "ping"):
                self._pong(wire.number_of(header))
            case State.SERVING, "stats":  # after the calls before it have reached the pool
                asyncio.get_running_loop().call_soon(self._tell, wire.number_of(header))
            case _:
                raise WireError(f"{_EXPECTED[self._state]} expected, {do!r:.80} came")

    def _greet(self, header: Header) -> None:
        if header.get("protocol") != wire.PROTOCOL:
            came = header.get("protocol")
            raise WireError(f"a client of protocol {wire.PROTOCOL} expected, one of {came!r:.80} came", fatal=True)
        self._state = State.OPENING
        self.send({"is": "hello", "protocol": wire.PROTOCOL})

    def _begin_opening(self, message: Message) -> None:
        number = wire.number_of(message.header)
        opening = Opening(
            wire.json_of(message.blob),
            wire.count_of(message.header, "workers", most=WORKERS_MAX),
            wire.count_of(message.header, "queue_limit", most=QUEUE_MAX),
            wire.count_of({"log_level": logging.WARNING} | message.header, "log_level", most=logging.CRITICAL),
        )
        if self._opening is not None:
            raise WireError("engines being opened once expected, a second request came")
        self._opening = asyncio.create_task(self._open_all(number, opening), name="opening engines")

    async def _open_all(self, number: int, opening: Opening) -> None:
        pool: InferencePool | None = None
        try:
            pool = self._open(opening)
            await pool.warm_up()
        except Exception as failure:  # of whatever kind: the client is told, and decides
            self._opening = None
            self._answer_error(number, failure)
            if pool is not None:
                await pool.close()
            return
        self._opened()
        self._pool, self._state = pool, State.SERVING
        self.send({"is": "result", "id": number, "value": {}})

    def _call(self, message: Message) -> None:
        header = message.header
        number = wire.number_of(header)
        if number in self._calls:
            raise WireError(f"a new id expected for a call, {number} is in use")
        name, key = wire.word_of(header, "engine"), wire.word_of(header, "key")
        packed = Packed(wire.object_of(header, "args"), message.blob)
        priority, deadline_s = wire.priority_of(header), wire.deadline_s_of(header)
        assert self._pool is not None
        if name not in self._pool.names:
            raise WireError(f"an engine out of {sorted(self._pool.names)} expected, {name!r:.80} came")
        work = partial(self._pool.call, name, packed, key=key, priority=priority, deadline_s=deadline_s)
        self._calls[number] = _Call(asyncio.create_task(self._answer(number, work), name=f"call {number}"), name, key)

    async def _answer(self, number: int, work: Callable[[], Awaitable[Packed]]) -> None:
        try:
            packed = await work()
            self.send({"is": "result", "id": number, "value": dict(packed.head)}, packed.blob)
        except asyncio.CancelledError:
            raise
        except Exception as failure:  # of whatever kind: it is the client's answer
            self._answer_error(number, failure)
        finally:
            self._calls.pop(number, None)

    def _hurry(self, header: Header) -> None:
        """A call that has been answered meanwhile is none to hurry."""
        number = wire.number_of(header)
        priority, deadline_s = wire.priority_of(header), wire.deadline_s_of(header)
        call, pool = self._calls.get(number), self._pool
        if call is None or pool is None:
            return
        hurry = partial(pool.hurry, call.engine, call.key, priority=priority, deadline_s=deadline_s)
        if not hurry():  # it came in the same breath as the call, which has not reached the pool yet
            asyncio.get_running_loop().call_soon(hurry)

    def _forget(self, number: int) -> None:
        if (call := self._calls.pop(number, None)) is not None:
            asyncio.get_running_loop().call_soon(call.task.cancel)  # likewise

    # --- answers ------------------------------------------------------------------------------------------------

    def send(self, header: Header, blob: bytes = b"") -> None:
        if self._transport is not None and self._state is not State.CLOSED:
            self._transport.write(wire.frame(header, blob))

    def _tell(self, number: int) -> None:
        if self._pool is not None:
            self.send({"is": "stats", "id": number, "stats": as_json(self._pool.stats())})

    def _pong(self, number: int) -> None:
        late = self._pool.latest() if self._pool else Late(0.0, 0.0)
        overdue_ms, running_ms = (round(max(0.0, s) * 1000) for s in (late.overdue_s, late.running_s))
        self.send({"is": "pong", "id": number, "overdue_ms": overdue_ms, "running_ms": running_ms})

    def say(self, level: int, logger: str, message: str) -> None:
        """What this process logs, for the client's log."""
        self.send({"is": "log", "level": level, "logger": logger, "message": message[:SAID_MAX]})

    def _refuse(self, message: "Message | WireError", error: WireError) -> None:
        """Says what was wrong. What cannot be read on, or was said by another protocol, ends the connection."""
        number = message.header.get("id") if isinstance(message, Message) else None
        self._answer_error(number if isinstance(number, int) and not isinstance(number, bool) else 0, error)
        if error.fatal:
            self._state = State.CLOSED
            if self._transport is not None:
                self._transport.close()

    def _answer_error(self, number: int, failure: Exception) -> None:
        kind = type(failure).__name__ if isinstance(failure, InferenceError) else wire.REQUEST
        said = str(failure) if isinstance(failure, (InferenceError, WireError, ValueError)) else repr(failure)
        self.send({"is": "error", "id": number, "kind": kind, "message": said[:SAID_MAX]})


@dataclass(frozen=True, slots=True)
class _Call:
    task: "asyncio.Task[None]"
    engine: str
    key: str


_EXPECTED = {
    State.GREETING: '"hello"',
    State.OPENING: '"open" or "ping"',
    State.SERVING: '"call", "hurry", "forget", "ping" or "stats"',
}


def as_json(stats: PoolStats) -> Header:
    table = asdict(stats)
    table["by_priority"] = {priority.name.lower(): asdict(t) for priority, t in stats.by_priority.items()}
    table["batches"] = {str(size): times for size, times in stats.batches.items()}
    return table
