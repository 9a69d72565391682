"""Jobs that wait for the same engine are handed over together, to an engine that is quicker so."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from models.errors import EngineFailed
from models.inference import EngineFactory, InferencePool, Priority


class CountingEngine:
    """Notes how many words it got at once. The word "first" holds a worker until the test opens its gate."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.began = threading.Semaphore(0)
        self.gate = threading.Event()

    def __call__(self, word: str) -> str:
        return self._say([word])[0]

    def together(self, jobs: Sequence[tuple[str]]) -> list[str | Exception]:
        if any(word == "refuses company" for (word,) in jobs):
            raise RuntimeError("not together")
        return [
            ValueError("bad") if word == "bad" else self._say([word], note=False)[0] for (word,) in self._noted(jobs)
        ]

    def _noted(self, jobs: Sequence[tuple[str]]) -> Sequence[tuple[str]]:
        self.calls.append([word for (word,) in jobs])
        return jobs

    def _say(self, words: list[str], *, note: bool = True) -> list[str]:
        if note:
            self.calls.append(words)
        self.began.release()
        if words[0].startswith("first"):
            assert self.gate.wait(20)
        return [word.upper() for word in words]

    async def has_begun(self, jobs: int = 1) -> None:
        for _ in range(jobs):
            assert await asyncio.to_thread(self.began.acquire, timeout=20)


def pool_of(engine: CountingEngine, *, workers: int = 1, most: int = 3, gather_ms: float = 0) -> InferencePool:
    factory = EngineFactory(lambda: engine, shared=True, most_together=most, gather_ms=gather_ms)
    return InferencePool({"say": factory}, workers=workers, queue_limit=32)


async def asked(pool: InferencePool, *words: str, priority: Priority = Priority.FINAL) -> "list[asyncio.Task[str]]":
    tasks = [asyncio.create_task(pool.call("say", word, key=word, deadline_s=20, priority=priority)) for word in words]
    await asyncio.sleep(0)
    return tasks


async def test_what_waits_for_a_busy_worker_goes_together_but_never_more_than_the_engine_takes():
    engine = CountingEngine()
    pool = pool_of(engine, most=3)
    first = await asked(pool, "first")
    await engine.has_begun()
    others = await asked(pool, "a", "b", "c", "d")
    engine.gate.set()
    assert await asyncio.gather(*first, *others) == ["FIRST", "A", "B", "C", "D"]
    assert engine.calls == [["first"], ["a", "b", "c"], ["d"]]
    assert pool.stats().batches == {1: 2, 3: 1}
    await pool.close()


async def test_with_idle_workers_every_job_has_its_own():
    engine = CountingEngine()
    pool = pool_of(engine, workers=2)
    jobs = await asked(pool, "first a", "first b")
    await engine.has_begun(2)
    engine.gate.set()
    await asyncio.gather(*jobs)
    assert sorted(engine.calls) == [["first a"], ["first b"]]
    await pool.close()


async def test_busy_workers_share_what_runs_and_waits():
    engine = CountingEngine()
    pool = pool_of(engine, workers=2, most=4)
    busy = await asked(pool, "first a", "first b")
    await engine.has_begun(2)
    others = await asked(pool, "a", "b", "c", "d")
    engine.gate.set()
    await asyncio.gather(*busy, *others)
    assert sorted(engine.calls[2:]) == [["a", "b", "c"], ["d"]]
    await pool.close()


async def test_an_engine_that_gathers_waits_a_moment_for_company():
    engine = CountingEngine()
    pool = pool_of(engine, workers=2, most=2, gather_ms=5)
    assert await asyncio.gather(*await asked(pool, "a", "b")) == ["A", "B"]
    assert await pool.call("say", "alone", key="alone", deadline_s=20) == "ALONE"
    assert engine.calls == [["a", "b"], ["alone"]]
    await pool.close()


async def test_captions_do_not_hold_up_words_that_a_caller_waits_for():
    engine = CountingEngine()
    pool = pool_of(engine)
    first = await asked(pool, "first")
    await engine.has_begun()
    captions = await asked(pool, "p", "q", priority=Priority.PARTIAL)
    guess = await asked(pool, "guess", priority=Priority.SPECULATIVE)
    final = await asked(pool, "final")
    engine.gate.set()
    await asyncio.gather(*first, *captions, *guess, *final)
    assert engine.calls == [["first"], ["final", "guess"], ["p", "q"]]
    await pool.close()


async def test_a_job_that_fails_among_others_fails_alone():
    engine = CountingEngine()
    pool = pool_of(engine)
    first = await asked(pool, "first")
    await engine.has_begun()
    good, bad, also_good = await asked(pool, "good", "bad", "also good")
    engine.gate.set()
    await asyncio.gather(*first)
    assert (await good, await also_good) == ("GOOD", "ALSO GOOD")
    with pytest.raises(EngineFailed, match="ValueError came: bad"):
        await bad
    await pool.close()


async def test_jobs_whose_batch_fails_as_a_whole_are_run_one_by_one():
    engine = CountingEngine()
    pool = pool_of(engine)
    first = await asked(pool, "first")
    await engine.has_begun()
    others = await asked(pool, "a", "refuses company")
    engine.gate.set()
    assert await asyncio.gather(*first, *others) == ["FIRST", "A", "REFUSES COMPANY"]
    assert engine.calls == [["first"], ["a"], ["refuses company"]]
    await pool.close()


async def test_an_engine_that_knows_one_job_only_gets_them_one_by_one():
    factory = EngineFactory(lambda: str.upper, shared=True, most_together=4)
    pool = InferencePool({"say": factory}, workers=1, queue_limit=8)
    words = [pool.call("say", word, key=word, deadline_s=20) for word in ("a", "b", "c")]
    assert await asyncio.gather(*words) == ["A", "B", "C"]
    await pool.close()


async def test_a_caption_leaves_a_worker_for_words_that_a_caller_waits_for():
    engine = CountingEngine()
    pool = pool_of(engine, workers=2, most=1)
    captions = await asked(pool, "first p", "first q", priority=Priority.PARTIAL)
    await engine.has_begun()
    final = await asked(pool, "final")
    assert await asyncio.gather(*final) == ["FINAL"]
    assert [words[0] for words in engine.calls] == ["first p", "final"]
    engine.gate.set()
    await asyncio.gather(*captions)
    await pool.close()
