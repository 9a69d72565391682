"""The pool process from the inside: opens what its client asks for, runs a pool, ends with whoever started it.

The composition root writes the module that `python -m` runs, since only it knows engines: a few lines around `main`.
"""

import argparse
import asyncio
import gc
import logging
import os
import socket
from collections.abc import Callable, Mapping
from typing import Any

from models.engines import EngineFactory
from models.inference import parent
from models.inference.forks import forked
from models.inference.packed import PackedEngine, codec_of
from models.inference.server import Opening, Server
from models.inference.threads import InferencePool

Compose = Callable[[Mapping[str, Any]], Mapping[str, EngineFactory]]
"""Engine's name → recipe, to engine's name → factory. Raises ValueError for a recipe it does not know."""


def main(compose: Compose) -> None:
    """Serves one client until it goes."""
    arguments = argparse.ArgumentParser(description="Warmline's pool process; started by the service, not by hand")
    arguments.add_argument("--fd", type=int, required=True, help="the socket to the one who started it")
    arguments.add_argument("--parent", type=int, required=True, help="its process id")
    arguments.add_argument("--niceness", type=int, default=0, help="so much less urgent than the one who started it")
    asked = arguments.parse_args()
    os.nice(asked.niceness)
    parent.end_with_it(asked.parent)
    with socket.socket(fileno=asked.fd) as way:
        asyncio.run(_serve(way, compose))
    os._exit(0)  # an engine in the middle of a job would hold an ordinary exit


def open_pool(compose: Compose, opening: Opening) -> InferencePool:
    """Engines that keep the interpreter to themselves first: they are forked, and nothing may run beside that."""
    logging.getLogger().setLevel(opening.log_level)
    composed = compose(opening.recipes)
    workers = opening.workers
    factories = {name: forked(name, one, workers) for name, one in composed.items() if one.holds_gil}
    factories |= {name: _packed(name, one) for name, one in composed.items() if not one.holds_gil}
    return InferencePool(factories, workers=workers, queue_limit=opening.queue_limit)


def _packed(name: str, factory: EngineFactory) -> EngineFactory:
    codec = codec_of(name, factory)
    return EngineFactory(
        lambda: PackedEngine(name, factory.open(), codec),
        shared=factory.shared,
        most_together=factory.most_together,
        gather_ms=factory.gather_ms,
    )


async def _serve(way: socket.socket, compose: Compose) -> None:
    loop = asyncio.get_running_loop()
    server = Server(lambda opening: open_pool(compose, opening), opened=_freeze)
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[_ToClient(server, loop)])
    way.setblocking(False)
    await loop.connect_accepted_socket(lambda: server, way)
    await server.closed


def _freeze() -> None:
    """What is open now stays until the end. To look through it would take 28 ms with pocketsphinx, 90 with Whisper
    [measured], and no job goes on meanwhile."""
    gc.collect()
    gc.freeze()


class _ToClient(logging.Handler):
    """What is logged here is logged by the service."""

    def __init__(self, server: Server, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._server = server
        self._loop = loop

    def emit(self, record: logging.LogRecord) -> None:
        said = record.levelno, record.name, self.format(record)
        try:
            self._loop.call_soon_threadsafe(self._server.say, *said)
        except RuntimeError:  # the loop has closed: nobody is left to tell
            return
