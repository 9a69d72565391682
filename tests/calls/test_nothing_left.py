"""After calls have ended, nothing of them is left in the process but what the line remembers of each."""

import asyncio
import gc
import threading
from pathlib import Path

import pytest
from pipecat.frames.frames import Frame

from telephony.events import Problem
from telephony.lines.twilio.transport import PacedOutput, TwilioTransport
from tests.sim.virtual import Town, play
from voice.hearing import Ear
from voice.pipeline.session import Session

CALLS = 8


def alive(*kinds: type) -> dict[str, int]:
    gc.collect()
    return {kind.__name__: sum(isinstance(one, kind) for one in gc.get_objects()) for kind in kinds}


def test_pipelines_tasks_and_threads_of_ended_calls_are_gone(tmp_path: Path) -> None:
    async def story(town: Town) -> tuple[int, dict[str, int], int]:
        await town.ring(stays_ms=500).over()
        await asyncio.sleep(5)
        tasks, threads = len(asyncio.all_tasks()), threading.active_count()
        before = alive(TwilioTransport, Session, Ear)
        for n in range(CALLS):
            await town.ring(number=f"+1202555{2000 + n}", stays_ms=500).over()
        await asyncio.sleep(5)
        after = alive(TwilioTransport, Session, Ear)
        more = {name: after[name] - before[name] for name in after}
        return len(asyncio.all_tasks()) - tasks, more, threading.active_count() - threads

    tasks, objects, threads = play(story, tmp_path)
    assert tasks <= 0
    assert threads <= 0
    assert objects == {"TwilioTransport": 0, "Session": 0, "Ear": 0}


def test_a_pipeline_that_does_not_end_by_itself_leaves_no_task_behind_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def holds(self: PacedOutput, frame: Frame) -> None:
        await asyncio.Event().wait()

    async def story(town: Town) -> tuple[int, list[Problem]]:
        await town.ring(stays_ms=500).over()
        await asyncio.sleep(5)
        tasks = len(asyncio.all_tasks())
        for what in ("stop", "cancel"):
            monkeypatch.setattr(PacedOutput, what, holds)
        call = town.ring(number="+12025552000", stays_ms=500)
        await call.over()
        await asyncio.sleep(5)
        return len(asyncio.all_tasks()) - tasks, call.all(Problem)

    tasks, problems = play(story, tmp_path)
    assert tasks <= 0
    assert any("an end expected" in problem.what for problem in problems)
