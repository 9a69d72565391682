"""After calls have ended, nothing of them is left in the process but what the line remembers of each."""

import asyncio
import gc
import threading
from pathlib import Path

from telephony.lines.twilio.transport import TwilioTransport
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
