"""An engine that waits at gates, and a pool of it: every order is the test's own."""

import asyncio
import threading
from collections.abc import Callable

from models.inference import EngineFactory, InferencePool


class GatedEngine:
    """Says what it was given, in order; holds every job whose argument has a gate until the test opens it."""

    def __init__(self) -> None:
        self.began: list[str] = []
        self.gates: dict[str, threading.Event] = {}
        self.inside = threading.Semaphore(0)

    def gate(self, word: str) -> threading.Event:
        return self.gates.setdefault(word, threading.Event())

    def __call__(self, word: str) -> str:
        self.began.append(word)
        self.inside.release()
        if word in self.gates:
            assert self.gates[word].wait(20)
        return word.upper()

    async def has_begun(self, jobs: int = 1) -> None:
        for _ in range(jobs):
            assert await asyncio.get_running_loop().run_in_executor(None, lambda: self.inside.acquire(timeout=20))


def pool_of(engine: Callable[..., object], *, workers: int = 1, queue_limit: int = 8) -> InferencePool:
    return InferencePool({"say": EngineFactory(lambda: engine)}, workers=workers, queue_limit=queue_limit)
