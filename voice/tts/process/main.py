# SPDX-License-Identifier: GPL-3.0-or-later
"""Warmline's voice process: speaks texts with espeak-ng and Piper and answers with samples, over its own pipes.

Started by voice/tts/voice_process.py, which describes the messages. It opens no connection (an audit hook refuses),
logs no text, and ends when its input closes, so it cannot outlive the service that started it.
"""

import argparse
import os
import queue
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

# Siblings of this script, found because it is run and not imported; a type checker sees a folder without a package.
from espeak_engine import open_espeak  # type: ignore[import-not-found]
from piper_engine import Piper  # type: ignore[import-not-found]
from wire import Header, Replies, read_messages  # type: ignore[import-not-found]

PROTOCOL = 1
MAX_WAITING = 64  # requests; each is a sentence or two, so more means that something is wrong

Emit = Callable[[bytes, int], bool]


class Engine(Protocol):
    version: str

    def open(self, options: dict[str, object]) -> None: ...

    def speak(self, text: str, options: dict[str, object], emit: Emit) -> None: ...


@dataclass(slots=True)
class Request:
    id: int
    do: str  # open | speak
    engine: str
    texts: list[str]
    options: dict[str, object]
    cancelled: threading.Event = field(default_factory=threading.Event)


class Desk:
    """Takes requests from the input and hands them, first come first served, to a few worker threads."""

    def __init__(self, engines: dict[str, Engine], replies: Replies, workers: int) -> None:
        self._engines = engines
        self._replies = replies
        self._waiting: queue.Queue[Request] = queue.Queue(MAX_WAITING)
        self._open: dict[int, Request] = {}
        for number in range(workers):
            threading.Thread(target=self._work, name=f"voice-{number}", daemon=True).start()

    def take(self, header: Header) -> None:
        number = int(str(header["id"]))
        if header["do"] == "cancel":
            if (request := self._open.get(number)) is not None:
                request.cancelled.set()
            return
        texts, options = header.get("texts", []), header.get("options", {})
        if not isinstance(texts, list) or not isinstance(options, dict):
            self._refuse(number, f"a list of texts and a table of options expected in request {number}")
            return
        request = Request(number, str(header["do"]), str(header["engine"]), [str(text) for text in texts], options)
        if request.engine not in self._engines:
            self._refuse(number, f"one of {sorted(self._engines)} expected, {request.engine!r} came")
            return
        self._open[number] = request
        try:
            self._waiting.put_nowait(request)
        except queue.Full:
            del self._open[number]
            self._refuse(number, f"at most {MAX_WAITING} waiting requests expected, one more came")

    def _refuse(self, number: int, message: str) -> None:
        self._replies.send({"is": "error", "id": number, "message": message})

    def _work(self) -> None:
        while True:
            request = self._waiting.get()
            try:
                self._serve(request)
            except Exception as failure:  # whatever an engine throws is the client's answer, not this thread's end
                self._refuse(request.id, f"{request.engine}: {type(failure).__name__}: {failure}")
            finally:
                self._open.pop(request.id, None)

    def _serve(self, request: Request) -> None:
        def emit(samples: bytes, rate: int) -> bool:
            if request.cancelled.is_set():
                return False
            self._replies.send({"is": "piece", "id": request.id, "rate": rate}, samples)
            return True

        engine = self._engines[request.engine]
        if request.do == "open":
            engine.open(request.options)
        for text in request.texts:
            if not request.cancelled.is_set():
                engine.speak(text, request.options, emit)
        self._replies.send({"is": "end", "id": request.id})


def refuse_connections(event: str, _arguments: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto"):
        raise PermissionError(f"the voice process uses no network, {event} was tried")


def own_output() -> BinaryIO:
    """The pipe to the client, out of reach of libraries that print: what they print goes to the error output."""
    pipe = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(pipe, "wb")


def find_engines() -> tuple[dict[str, Engine], dict[str, str]]:
    """The engines that can be used, and for each other one why not."""
    engines: dict[str, Engine] = {}
    missing: dict[str, str] = {}
    makers: dict[str, Callable[[], Engine]] = {"espeak": open_espeak, "piper": Piper}
    for name, make in makers.items():
        try:
            engines[name] = make()
        except (ImportError, OSError, RuntimeError) as failure:
            missing[name] = f"{type(failure).__name__}: {failure}"
    return engines, missing


def main() -> None:
    arguments = argparse.ArgumentParser(description="Warmline's voice process; started by the service, not by hand")
    arguments.add_argument("--workers", type=int, default=2, help="texts spoken at the same time")
    workers: int = arguments.parse_args().workers

    sys.addaudithook(refuse_connections)
    replies = Replies(own_output())
    engines, missing = find_engines()
    versions = {name: engine.version for name, engine in engines.items()}
    replies.send({"is": "hello", "protocol": PROTOCOL, "engines": versions, "missing": missing})
    desk = Desk(engines, replies, workers)
    for header in read_messages(sys.stdin.buffer):
        desk.take(header)
    os._exit(0)  # a graph in the middle of a run would hold an ordinary exit


if __name__ == "__main__":
    main()
