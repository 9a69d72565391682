"""An event loop whose time is the audio's own: it jumps to the next timer when nothing is left to do.

`warmline replay --pace fast` runs the real pipeline on it. While real work is in flight (an engine in another process
or thread, marked by `at_work`) time stands still, so how fast the machine is cannot change what happens in the call.
"""

import asyncio
import selectors
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from concurrent.futures import Executor
from contextlib import aclosing, contextmanager
from typing import Any, TypeVar

from voice.audio import Pcm
from voice.tts import Synthesizer

T = TypeVar("T")

REAL_WAIT_SECONDS = 0.05
"""How long to wait for real work before looking again; only bounds how soon a finished engine is noticed."""


class _Selector(selectors.DefaultSelector):
    """Waits for nothing in real time: an idle wait moves the loop's clock instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.working = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0:
            return super().select(0)
        if self.working or timeout is None:
            return super().select(REAL_WAIT_SECONDS if self.working else timeout)
        ready = super().select(0)
        if not ready:
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop in virtual time, starting at 0 s."""

    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.now

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """While open, time stands still and the loop waits for real input."""
        self._virtual.working += 1
        try:
            yield
        finally:
            self._virtual.working -= 1

    def run_in_executor(  # type: ignore[override]  # typeshed's variadic generics, said more simply
        self, executor: Executor | None, func: Callable[..., T], *args: Any
    ) -> "asyncio.Future[T]":
        future = super().run_in_executor(executor, func, *args)
        self._virtual.working += 1
        future.add_done_callback(self._work_done)
        return future

    def _work_done(self, _: object) -> None:
        self._virtual.working -= 1


class StandsStill:
    """A voice whose rendering takes no call time on a `VirtualLoop`: the clock waits for each piece."""

    def __init__(self, inner: Synthesizer) -> None:
        self.voice_key = inner.voice_key
        self._inner = inner

    async def stream(self, text: str) -> AsyncGenerator[Pcm, None]:
        async with aclosing(self._inner.stream(text)) as pieces:
            while True:
                try:
                    with at_work():
                        piece = await anext(pieces)
                except StopAsyncIteration:
                    return
                yield piece

    async def close(self) -> None:
        await self._inner.close()


@contextmanager
def at_work() -> Iterator[None]:
    """Time stands still while this is open, where the running loop's time is virtual."""
    loop = asyncio.get_running_loop()
    if not isinstance(loop, VirtualLoop):
        yield
        return
    with loop.at_work():
        yield


def run_virtual(main: Coroutine[Any, Any, T]) -> T:
    """Runs `main` to its end on a fresh `VirtualLoop`, as `asyncio.run` does in real time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
