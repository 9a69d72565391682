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
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

# Siblings of this script, found because it is run and not imported; a type checker sees a folder without a package.
from espeak_engine import open_espeak  # type: ignore[import-not-found]
from piper_engine import Piper  # type: ignore[import-not-found]
from wanted import Wanted  # type: ignore[import-not-found]
from wire import Header, Replies, read_messages  # type: ignore[import-not-found]

PROTOCOL = 2
MAX_OPEN = 64  # requests; each is a sentence or two, so more means that something is wrong

Emit = Callable[[bytes, int], bool]


class Engine(Protocol):
    version: str

    def open(self, options: dict[str, object]) -> None: ...

    def speak(self, text: str, options: dict[str, object], emit: Emit, wanted: Wanted) -> None:
        """Ends early, without an error, when it is `wanted` no more."""
        ...


@dataclass(slots=True)
class Request:
    """`due_s`: when its next sound is needed, on this process's clock: at once, then when what was sent is played."""

    id: int
    do: str  # open | speak
    engine: str
    texts: deque[str]
    options: dict[str, object]
    due_s: float
    sent_s: float = 0.0  # of sound
    began_s: float | None = None
    wanted: Wanted = field(default_factory=Wanted)

    def note_sound(self, seconds: float) -> None:
        if self.began_s is None:
            self.began_s = time.monotonic()
        self.sent_s += seconds
        if self.due_s != NEVER_DUE:
            self.due_s = self.began_s + self.sent_s


NEVER_DUE = float("inf")  # of what is spoken ahead


class Desk:
    """Takes requests from the input and hands them to a few worker threads, text by text, the most urgent first: a
    call's first clause does not wait for all that another call will say, nor for what is rendered ahead."""

    def __init__(self, engines: dict[str, Engine], replies: Replies, workers: int) -> None:
        self._engines = engines
        self._replies = replies
        self._waiting: queue.PriorityQueue[tuple[float, int, Request]] = queue.PriorityQueue()
        self._open: dict[int, Request] = {}
        for number in range(workers):
            threading.Thread(target=self._work, name=f"voice-{number}", daemon=True).start()

    def take(self, header: Header) -> None:
        number = int(str(header["id"]))
        if header["do"] == "ping":
            self._replies.send({"is": "end", "id": number})
            return
        if header["do"] == "cancel":
            if (request := self._open.get(number)) is not None:
                request.wanted.cancel()
            return
        texts, options = header.get("texts", []), header.get("options", {})
        if not isinstance(texts, list) or not isinstance(options, dict):
            self._refuse(number, f"a list of texts and a table of options expected in request {number}")
            return
        engine = str(header["engine"])
        if engine not in self._engines:
            self._refuse(number, f"one of {sorted(self._engines)} expected, {engine!r} came")
            return
        if len(self._open) >= MAX_OPEN:
            self._refuse(number, f"at most {MAX_OPEN} open requests expected, one more came")
            return
        due_s = NEVER_DUE if header.get("ahead") else time.monotonic()
        request = Request(number, str(header["do"]), engine, deque(str(text) for text in texts), options, due_s)
        self._open[number] = request
        self._waiting.put((due_s, number, request))

    def _refuse(self, number: int, message: str) -> None:
        self._replies.send({"is": "error", "id": number, "message": message})

    def _work(self) -> None:
        while True:
            _, _, request = self._waiting.get()
            try:
                finished = self._serve(request)
            except Exception as failure:  # whatever an engine throws is the client's answer, not this thread's end
                self._refuse(request.id, f"{request.engine}: {type(failure).__name__}: {failure}")
                finished = True
            if finished:
                self._open.pop(request.id, None)
            else:
                self._waiting.put((request.due_s, request.id, request))

    def _serve(self, request: Request) -> bool:
        """One text of the request. True when nothing is left of it."""

        def emit(samples: bytes, rate: int) -> bool:
            if not request.wanted:
                return False
            request.note_sound(len(samples) / 2 / rate)
            self._replies.send({"is": "piece", "id": request.id, "rate": rate}, samples)
            return True

        engine = self._engines[request.engine]
        if request.do == "open":
            engine.open(request.options)
        elif request.texts and request.wanted:
            engine.speak(request.texts.popleft(), request.options, emit, request.wanted)
        if request.texts and request.wanted:
            return False
        self._replies.send({"is": "end", "id": request.id})
        return True


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
