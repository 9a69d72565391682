"""The pool in another process makes the same promises as the one in threads."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from models.errors import DeadlinePassed, EngineFailed, PoolClosed, PoolFull
from models.inference import EngineFactory, Limits, Priority, ProcessPool
from tests.models.pool_process import COMMAND, pool_of
from tests.models.pool_stories import Gate, has, opened, said, until


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path)


class TestItIsAPool:
    async def test_a_call_brings_back_what_the_engine_made_in_a_process_that_is_not_ours(self):
        async with opened() as pool:
            assert await pool.call("say", "hello", key="1", deadline_s=20) == "HELLO"
            assert (await pool.call("say", "who", key="2", deadline_s=20)).split() == [str(pool.pid), "inference-0"]
            assert pool.pid != os.getpid()

    async def test_a_call_may_come_before_the_engines_are_open(self):
        pool = pool_of()
        assert await pool.call("say", "early", key="1", deadline_s=20) == "EARLY"
        await pool.close()

    async def test_urgent_work_goes_first_however_late_it_came(self, gate, tmp_path):
        async with opened(diary=str(tmp_path / "diary")) as pool:
            jobs = [said(pool, gate.word)]
            await gate.reached()
            for priority in (Priority.PARTIAL, Priority.SPECULATIVE, Priority.FINAL):
                jobs.append(said(pool, priority.name, priority=priority))
                await asyncio.sleep(0)
            await has(pool, queued=3)
            gate.open()
            await asyncio.gather(*jobs)
            order = (tmp_path / "diary").read_text().split()
        assert order[1:] == ["FINAL", "SPECULATIVE", "PARTIAL"]

    async def test_the_same_key_is_run_once_and_a_final_after_its_guess_is_there_at_once(self, tmp_path):
        async with opened(diary=str(tmp_path / "diary")) as pool:
            both = [said(pool, "word", "call-1:0-900", priority=Priority.SPECULATIVE) for _ in range(2)]
            assert await asyncio.gather(*both) == ["WORD", "WORD"]
            os.kill(pool.pid, signal.SIGSTOP)  # whatever comes now does not come from there
            assert await pool.call("say", "word", key="call-1:0-900", deadline_s=20) == "WORD"
            stats = pool.stats()
        assert (tmp_path / "diary").read_text().split() == ["word"]
        assert (stats.done, stats.shared, stats.speculated, stats.kept) == (1, 2, 1, 1)

    async def test_a_guess_that_turns_final_moves_up_without_being_sent_again(self, gate, tmp_path):
        async with opened(diary=str(tmp_path / "diary")) as pool:
            first = said(pool, gate.word)
            await gate.reached()
            guess = said(pool, "mine", priority=Priority.PARTIAL, deadline_s=10)
            await asyncio.sleep(0)
            other = said(pool, "other", priority=Priority.SPECULATIVE)
            await asyncio.sleep(0)
            sure = said(pool, "mine")
            await has(pool, queued=2)
            gate.open()
            await asyncio.gather(first, guess, other, sure)
            assert (tmp_path / "diary").read_text().split()[1:] == ["mine", "other"]

    async def test_a_full_queue_lets_go_of_a_caption_and_refuses_what_is_not_more_urgent(self, gate):
        async with opened(queue_limit=1) as pool:
            first = said(pool, gate.word)
            await gate.reached()
            caption = said(pool, "caption", priority=Priority.PARTIAL)
            await asyncio.sleep(0)
            final = said(pool, "final")
            with pytest.raises(PoolFull, match="more urgent"):
                await caption
            with pytest.raises(PoolFull, match="at most 1 waiting"):
                await said(pool, "refused")
            gate.open()
            assert await asyncio.gather(first, final) == [gate.word.upper(), "FINAL"]
            await until(lambda: pool.stats().dropped == 2)

    async def test_no_more_jobs_are_held_here_than_the_process_could_ever_take(self, gate):
        async with opened(workers=1, queue_limit=1) as pool:
            os.kill(pool.pid, signal.SIGSTOP)
            jobs = [said(pool, str(n)) for n in range(4)]
            await asyncio.sleep(0)
            with pytest.raises(PoolFull, match="at most 4 jobs in all"):
                await said(pool, "one more")
            for job in jobs:
                job.cancel()
            await asyncio.wait(jobs)

    async def test_nobody_waits_past_a_deadline_and_what_nobody_waits_for_is_not_begun(self, gate, tmp_path):
        async with opened(diary=str(tmp_path / "diary")) as pool:
            first = said(pool, gate.word)
            await gate.reached()
            with pytest.raises(DeadlinePassed):
                await said(pool, "late", deadline_s=0.01)
            guess = said(pool, "guess", priority=Priority.SPECULATIVE)
            await asyncio.sleep(0)
            guess.cancel()
            await asyncio.wait({guess})
            last = said(pool, "last")
            await has(pool, queued=1, dropped=2)
            gate.open()
            await asyncio.gather(first, last)
            assert (tmp_path / "diary").read_text().split()[1:] == ["last"]

    async def test_an_engine_that_fails_is_told_in_words_and_works_on(self):
        async with opened() as pool:
            with pytest.raises(EngineFailed, match="ValueError came: told to fail"):
                await said(pool, "fail")
            assert await said(pool, "next") == "NEXT"
            assert pool.stats().failed == 1

    async def test_an_engine_that_cannot_be_opened_is_known_before_the_first_call(self):
        pool = pool_of(broken=True)
        with pytest.raises(EngineFailed, match="say: the engine cannot be opened: weights"):
            await pool.warm_up()
        await pool.close()

    async def test_jobs_that_wait_go_to_the_engine_together(self, gate):
        async with opened(together=4) as pool:
            first = said(pool, gate.word)
            await gate.reached()
            others = [said(pool, word) for word in ("a", "b", "c")]
            await has(pool, queued=3)
            gate.open()
            assert (await asyncio.gather(first, *others))[1:] == ["A of 3", "B of 3", "C of 3"]
            await until(lambda: pool.stats().batches == {1: 1, 3: 1})

    async def test_what_an_engine_logs_is_in_our_log(self, caplog):
        async with opened() as pool:
            await said(pool, "warn")
            await until(lambda: ("tests.engine", 30, "told to warn") in caplog.record_tuples)

    async def test_closing_tells_whoever_waits_and_ends_the_process(self, gate):
        async with opened() as pool:
            waits, pid = said(pool, gate.word), pool.pid
            await gate.reached()
            await pool.close()
            with pytest.raises(PoolClosed):
                await waits
            with pytest.raises(PoolClosed):
                await said(pool, "after")
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)

    async def test_it_finds_our_modules_from_any_folder(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "models").mkdir()
        (tmp_path / "models" / "__init__.py").write_text("raise ImportError('somebody else')")
        async with opened() as pool:
            assert await said(pool, "found") == "FOUND"

    def test_an_engine_without_a_codec_cannot_go_there(self):
        with pytest.raises(ValueError, match="with a codec"):
            ProcessPool({"say": EngineFactory(lambda: str.upper)}, command=COMMAND, workers=1, queue_limit=1)


class TestWhatItTells:
    async def test_what_waits_and_what_runs_is_known_at_once(self, gate):
        async with opened() as pool:
            jobs = [said(pool, word) for word in (gate.word, "a", "b")]
            await asyncio.sleep(0)
            assert (pool.stats().running, pool.stats().queued) == (1, 2)
            await gate.reached()
            gate.open()
            await asyncio.gather(*jobs)
            assert (pool.stats().running, pool.stats().queued) == (0, 0)

    async def test_a_job_that_nobody_waits_for_any_more_still_has_its_worker(self, gate):
        async with opened() as pool:
            job = said(pool, gate.word)
            await gate.reached()
            job.cancel()
            await asyncio.wait({job})
            await until(lambda: pool.stats().running == 1)
            gate.open()
            await until(lambda: (pool.stats().running, pool.stats().wasted) == (0, 1))


class TestEnginesThatKeepTheInterpreter:
    async def test_each_worker_has_a_process_of_its_own(self, gate):
        async with opened(workers=2, forked=True) as pool:
            held = said(pool, gate.word)
            await gate.reached()
            who = await asyncio.gather(*(said(pool, "who", str(n)) for n in range(3)))
            gate.open()
            await held
            others = {int(one.split()[0]) for one in who}
            assert len(others) == 1
            assert not others & {os.getpid(), pool.pid}

    async def test_their_failures_and_their_logs_come_through(self, caplog):
        async with opened(forked=True) as pool:
            with pytest.raises(EngineFailed, match="say: a result expected, ValueError came: told to fail"):
                await said(pool, "fail")
            assert await said(pool, "warn") == "WARN"
            await until(lambda: ("tests.engine", 30, "told to warn") in caplog.record_tuples)

    async def test_one_that_cannot_be_opened_is_known_before_the_first_call(self):
        pool = pool_of(broken=True, forked=True)
        with pytest.raises(EngineFailed, match="say: the engine cannot be opened: weights"):
            await pool.warm_up()
        await pool.close()

    async def test_the_process_answers_while_they_hold_theirs(self):
        async with opened(forked=True, limits=Limits(start_s=60, ping_s=0.02, silent_s=0.3)) as pool:
            spins = said(pool, "spin 50000000")  # several times as long as it may be silent
            await spins
            assert pool.stats().restarts == 0


async def test_the_loop_is_free_while_an_engine_holds_its_interpreter():
    """A thread of ours would let this loop turn a few times a second only."""
    async with opened() as pool:
        spins, turns = said(pool, "spin 20000000"), 0
        while not spins.done():
            turns += 1
            await asyncio.sleep(0)
        assert turns > 1000
