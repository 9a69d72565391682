"""What calls feel when the pool's process ends, stops or hangs, and what it does when the service has ended."""

import asyncio
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from models.errors import DeadlinePassed, EngineGone
from models.inference import Limits
from tests.models.pool_process import QUICK
from tests.models.pool_stories import opened, said, until


@pytest.mark.parametrize("forked", [False, True], ids=["thread", "fork"])
class TestWhatBreaks:
    async def test_a_process_killed_in_the_middle_of_a_job_costs_its_caller_a_moment(self, tmp_path, forked):
        problems: list[str] = []
        async with opened(forked=forked, problems=problems, limits=QUICK) as pool:
            before = pool.pid
            assert await said(pool, f"once {tmp_path / 'died'} die") == f"ONCE {tmp_path / 'died'} DIE".upper()
            assert pool.pid != before
            stats = pool.stats()
        assert (stats.restarts, stats.resent, stats.done, stats.failed) == (1, 1, 1, 0)
        assert len(problems) == 1 and "its connection closed" in problems[0]

    async def test_a_job_that_ends_two_processes_is_not_given_a_third(self, forked):
        async with opened(forked=forked, limits=QUICK) as pool:
            with pytest.raises(EngineGone, match="ended with it"):
                await said(pool, "die")
            assert await said(pool, "next") == "NEXT"
            assert pool.stats().restarts == 2

    async def test_a_stopped_process_is_replaced(self, forked):
        problems: list[str] = []
        async with opened(forked=forked, problems=problems, limits=QUICK) as pool:
            before = pool.pid
            os.kill(before, signal.SIGSTOP)
            assert await said(pool, "patience") == "PATIENCE"
            with pytest.raises(ProcessLookupError):
                os.kill(before, 0)
        assert "an answer within 0.5 s expected" in problems[0]

    async def test_an_engine_that_hangs_is_replaced_and_its_caller_told_in_time(self, tmp_path, forked):
        problems: list[str] = []
        async with opened(forked=forked, problems=problems, limits=QUICK) as pool:
            with pytest.raises(DeadlinePassed):
                await said(pool, f"once {tmp_path / 'hung'} hang", deadline_s=0.3)
            assert await said(pool, "next") == "NEXT"
        assert "a job at most 0.1 s late expected" in problems[0]

    async def test_a_call_that_cannot_wait_for_the_next_process_fails_at_once(self, forked):
        slow = Limits(start_s=60, ping_s=0.05, silent_s=60, first_pause_s=5, last_pause_s=5)
        async with opened(forked=forked, limits=slow) as pool:
            with pytest.raises(EngineGone):  # twice: the third process comes after a pause
                await said(pool, "die", deadline_s=5)
            with pytest.raises(EngineGone, match="not ready within the deadline"):
                await said(pool, "hello", deadline_s=1)


async def test_a_pool_says_that_its_process_is_gone_until_the_next_one_is_there(tmp_path):
    async with opened(limits=QUICK) as pool:
        assert pool.stats().trouble == ""
        os.kill(pool.pid, signal.SIGKILL)
        await until(lambda: bool(pool.stats().trouble))
        assert await said(pool, "next") == "NEXT"
        assert pool.stats().trouble == ""


async def test_a_process_after_several_that_ended_is_not_trusted_at_once():
    async with opened(limits=replace(QUICK, calm_s=0.5)) as pool:
        with pytest.raises(EngineGone):
            await said(pool, "die")
        assert await said(pool, "next") == "NEXT"
        assert "ended 2 times in a row" in pool.stats().trouble
        await until(lambda: not pool.stats().trouble)


class TestTheServiceIsGone:
    """A process that has started a pool ends in ways that let nobody tidy up."""

    STORY = """
import asyncio, sys
from tests.models.pool_process import pool_of
async def main():
    pool = pool_of(workers=2, forked={forked})
    await pool.warm_up()
    who = await asyncio.gather(*(pool.call("say", "who", key=str(n), deadline_s=20) for n in range(4)))
    print(pool.pid, *{{one.split()[0] for one in who}}, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""

    @pytest.mark.parametrize("forked", [False, True], ids=["thread", "fork"])
    @pytest.mark.parametrize("stopped", [False, True], ids=["running", "stopped"])
    async def test_its_pool_process_and_its_workers_are_gone_too(self, forked, stopped, tmp_path):
        service = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            self.STORY.format(forked=forked),
            stdout=subprocess.PIPE,
            env=os.environ | {"TMPDIR": str(tmp_path)},
        )
        assert service.stdout is not None
        pids = {int(pid) for pid in (await service.stdout.readline()).split()}
        if stopped:
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
        service.kill()
        await service.wait()
        await until(lambda: not any(alive(pid) for pid in pids))

    async def test_what_stops_the_service_gently_does_not_stop_it(self):
        async with opened() as pool:
            for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                os.kill(pool.pid, kind)
            assert await said(pool, "still here") == "STILL HERE"
            assert pool.stats().restarts == 0


def alive(pid: int) -> bool:
    """Not even as one whose parent has not looked yet."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
