"""The end of a leg's pipeline, with a deadline for each way: gently, then from the inside, then task by task.

pipecat 1.14 can wedge on a held EndFrame, and on Python 3.11 a task of its may miss being cancelled while something
comes that it waited for (`asyncio.wait_for`). What a leg leaves running would be found by the garbage collector later
("Task was destroyed but it is pending"), with all that the leg held.
"""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Protocol

from pipecat.frames.frames import CancelFrame, EndFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker

log = logging.getLogger(__name__)

FINISH_SECONDS = 2.0
"""For each way."""

ROUNDS = 3
"""A task that missed its cancel is cancelled again; one that misses three stands still for good."""

_left: set["asyncio.Task[object]"] = set()  # held, so that they end when they can


class Tasks(Protocol):
    """pipecat's manager of a leg's tasks."""

    def current_tasks(self) -> "Sequence[asyncio.Task[object]]": ...


async def end(worker: PipelineWorker, pipeline: Pipeline, running: "asyncio.Task[None]", tasks: Tasks) -> bool:
    """Whether the pipeline ended by itself."""
    if await _ended(running, worker.queue_frame(EndFrame())):
        return True
    # An EndFrame held by a processor blocks the worker's queue; this goes straight into the pipeline.
    if await _ended(running, pipeline.queue_frame(CancelFrame())):
        return True
    await _cancel(running, tasks)
    return False


async def _ended(running: "asyncio.Task[None]", telling: Coroutine[None, None, None]) -> bool:
    try:
        async with asyncio.timeout(FINISH_SECONDS):
            await telling
            await asyncio.wait({running})
    except TimeoutError:
        return running.done()
    return True


async def _cancel(running: "asyncio.Task[None]", tasks: Tasks) -> None:
    left: set[asyncio.Task[object]] = set()
    for _ in range(ROUNDS):
        left = {one for one in (running, *tasks.current_tasks()) if not one.done()}
        if not left:
            return
        for one in left:
            one.cancel()
        await asyncio.wait(left, timeout=FINISH_SECONDS)
    for one in (one for one in left if not one.done()):
        log.warning("a task of a leg that has ended does not end: %s", one.get_name())
        _left.add(one)
        one.add_done_callback(_left.discard)


async def uninterrupted(work: Coroutine[None, None, None]) -> None:
    """Carries `work`, which has deadlines of its own, to its end, also where a second cancel comes: a service that
    stops while a call ends would else leave a pipeline behind, and its loop would never close."""
    task = asyncio.ensure_future(work)
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.shield(task)
