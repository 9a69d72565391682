"""Engines that keep the interpreter to themselves (as pocketsphinx does): a process for each worker.

They are forked from the pool process when the engine is open and no thread has begun, so all share its memory. A worker
thread of the pool holds the other end of a socket pair and waits there, which keeps nobody from working. Messages are
those of `wire`: {"do": "run"} with the arguments, answered by a result or an error, with what the engine logged.
"""

import gc
import logging
import os
import socket
import traceback
from collections.abc import Callable, Iterator
from typing import NoReturn

from models.codec import Packed
from models.engines import Engine, EngineFactory, Engines
from models.errors import EngineFailed
from models.inference import parent, wire
from models.inference.packed import PackedEngine, codec_of
from models.inference.wire import Message, Reader

log = logging.getLogger(__name__)

STOPPED = 3
"""The pool process's exit status when one of its forks has ended: whoever started it opens all of them anew."""

_READ = 1 << 16


def forked(name: str, factory: EngineFactory, workers: int) -> EngineFactory:
    """Opens the engine, here and now, and forks. What comes back opens, for each worker, the way to a fork of its own.

    Raises EngineFailed. To be called before any thread begins: a fork has only the thread that forked it.
    """
    codec = codec_of(name, factory)
    own: dict[str, Engine] = {}
    engines = Engines({name: EngineFactory(lambda: PackedEngine(name, factory.open(), codec))})
    engines.get(name, own)
    gc.collect()
    gc.freeze()  # a collection in a fork would write to, and so copy, pages that all could share: 4 MB each [measured]
    ways = [_fork(name, lambda packed: engines.run(name, (packed,), own)) for _ in range(workers)]
    return EngineFactory(ways.pop)


def _fork(name: str, run: Callable[[Packed], Packed]) -> "Fork":
    ours, theirs = socket.socketpair()
    here = os.getpid()
    pid = os.fork()
    if not pid:
        _be_the_fork(theirs, run, here)
    theirs.close()
    return Fork(name, ours)


class Fork:
    """The pool's side: an engine whose work is done elsewhere. One job at a time."""

    def __init__(self, name: str, way: socket.socket, *, ended: Callable[[str], None] | None = None) -> None:
        self._name = name
        self._way = way
        self._messages = _messages(way)
        self._ended = ended or _end_the_pool

    def __call__(self, packed: Packed) -> Packed:
        try:
            self._way.sendall(wire.frame({"do": "run", "args": dict(packed.head)}, packed.blob))
            answer = next(self._messages)
        except (OSError, StopIteration):
            self._ended(self._name)
            raise EngineFailed(f"{self._name}: the process that runs it has ended") from None
        for level, logger, message in answer.header.get("logs", ()):
            logging.getLogger(logger).log(level, "%s", message)
        if answer.header.get("is") == "error":
            raise EngineFailed(str(answer.header.get("message")))
        return Packed(answer.header["value"], answer.blob)


def _end_the_pool(name: str) -> NoReturn:
    """Simpler than forking in the midst of threads, and as quick: the service starts a pool process anew at once."""
    log.error("%s: the process of a worker has ended; the pool ends with it", name)
    os._exit(STOPPED)


# --- in the fork ------------------------------------------------------------------------------------------------


class _Kept(logging.Handler):
    """What the engine says while it runs goes along with its answer."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[int, str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        if len(self.said) < 20:
            self.said.append((record.levelno, record.name, self.format(record)[:500]))

    def taken(self) -> list[tuple[int, str, str]]:
        said, self.said = self.said, []
        return said


def _be_the_fork(way: socket.socket, run: Callable[[Packed], Packed], pool: int) -> NoReturn:
    """Never comes back to the code that forked it, whatever happens."""
    try:
        parent.end_with_it(pool)
        os.closerange(3, way.fileno())  # else the service would not see the pool's connection close
        os.closerange(way.fileno() + 1, os.sysconf("SC_OPEN_MAX"))
        kept = _Kept()
        logging.getLogger().handlers = [kept]
        for message in _messages(way):
            way.sendall(_answer(message, run, kept))
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


def _answer(message: Message, run: Callable[[Packed], Packed], kept: _Kept) -> bytes:
    try:
        result = run(Packed(message.header["args"], message.blob))
        return wire.frame({"is": "result", "value": dict(result.head), "logs": kept.taken()}, result.blob)
    except Exception as failure:  # of whatever kind: it is the answer
        return wire.frame({"is": "error", "message": str(failure)[:2000], "logs": kept.taken()})


def _messages(way: socket.socket) -> Iterator[Message]:
    """Until the other side closes."""
    reader = Reader()
    while data := way.recv(_READ):
        for message in reader.feed(data):
            if isinstance(message, wire.WireError):
                raise OSError(f"a message of a worker expected: {message}")
            yield message
