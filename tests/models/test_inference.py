"""The pool decides what runs, when, and for whom. Engines here wait at gates, so that every order is the test's own."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from models.errors import DeadlinePassed, EngineFailed, PoolClosed, PoolFull
from models.inference import EngineFactory, InferencePool, InlinePool, Pool, Priority


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


@pytest.fixture
def engine() -> GatedEngine:
    return GatedEngine()


async def test_a_call_brings_back_what_the_engine_made():
    pool = pool_of(str.upper)
    assert await pool.call("say", "hello", key="1", deadline_s=20) == "HELLO"
    await pool.close()


async def test_urgent_work_goes_first_however_late_it_came(engine):
    engine.gate("first")
    pool = pool_of(engine)
    jobs = [asyncio.create_task(pool.call("say", "first", key="0", deadline_s=20))]
    await engine.has_begun()
    for word, priority in (
        ("partial", Priority.PARTIAL),
        ("speculative", Priority.SPECULATIVE),
        ("final", Priority.FINAL),
    ):
        jobs.append(asyncio.create_task(pool.call("say", word, key=word, deadline_s=20, priority=priority)))
        await asyncio.sleep(0)
    engine.gate("first").set()
    await asyncio.gather(*jobs)
    assert engine.began == ["first", "final", "speculative", "partial"]
    await pool.close()


async def test_the_same_key_in_flight_and_just_finished_is_run_once(engine):
    engine.gate("word")
    pool = pool_of(engine)
    both = [asyncio.create_task(pool.call("say", "word", key="call-1:0-900", deadline_s=20)) for _ in range(2)]
    await engine.has_begun()
    engine.gate("word").set()
    assert await asyncio.gather(*both) == ["WORD", "WORD"]
    assert await pool.call("say", "word", key="call-1:0-900", deadline_s=20) == "WORD"
    assert engine.began == ["word"]
    assert pool.stats().shared == 2
    await pool.close()


async def test_a_speculation_that_turns_final_moves_up_the_queue(engine):
    engine.gate("first")
    pool = pool_of(engine)
    first = asyncio.create_task(pool.call("say", "first", key="0", deadline_s=20))
    await engine.has_begun()
    guess = asyncio.create_task(pool.call("say", "mine", key="m", deadline_s=20, priority=Priority.PARTIAL))
    await asyncio.sleep(0)
    other = asyncio.create_task(pool.call("say", "other", key="o", deadline_s=20, priority=Priority.SPECULATIVE))
    await asyncio.sleep(0)
    sure = asyncio.create_task(pool.call("say", "mine", key="m", deadline_s=20, priority=Priority.FINAL))
    await asyncio.sleep(0)
    engine.gate("first").set()
    await asyncio.gather(first, guess, other, sure)
    assert engine.began == ["first", "mine", "other"]
    await pool.close()


async def test_a_guess_counts_as_kept_when_a_final_call_asks_for_it_in_flight_or_later(engine):
    engine.gate("in flight")
    pool = pool_of(engine)
    guess = asyncio.create_task(pool.call("say", "in flight", key="1", deadline_s=20, priority=Priority.SPECULATIVE))
    await engine.has_begun()
    sure = asyncio.create_task(pool.call("say", "in flight", key="1", deadline_s=20))
    await asyncio.sleep(0)
    engine.gate("in flight").set()
    await asyncio.gather(guess, sure)
    for key in ("2", "3"):
        await pool.call("say", "word", key=key, deadline_s=20, priority=Priority.SPECULATIVE)
    for _ in range(2):
        await pool.call("say", "word", key="2", deadline_s=20)
    assert (pool.stats().speculated, pool.stats().kept) == (3, 2)
    await pool.close()


async def test_a_hurried_job_moves_up_and_its_caller_waits_for_the_new_deadline(engine):
    engine.gate("first")
    pool = pool_of(engine)
    first = asyncio.create_task(pool.call("say", "first", key="0", deadline_s=20))
    await engine.has_begun()
    other = asyncio.create_task(pool.call("say", "other", key="o", deadline_s=20, priority=Priority.SPECULATIVE))
    mine = asyncio.create_task(pool.call("say", "mine", key="m", deadline_s=0.01, priority=Priority.PARTIAL))
    await asyncio.sleep(0)
    assert pool.hurry("say", "m", priority=Priority.FINAL, deadline_s=20)
    assert not pool.hurry("say", "nobody's", priority=Priority.FINAL, deadline_s=20)
    await asyncio.sleep(0.02)
    engine.gate("first").set()
    assert await asyncio.gather(first, other, mine) == ["FIRST", "OTHER", "MINE"]
    assert engine.began == ["first", "mine", "other"]
    await pool.close()


async def test_times_are_told_by_priority():
    pool = pool_of(str.upper)
    await pool.call("say", "x", key="1", deadline_s=20)
    await pool.call("say", "x", key="2", deadline_s=20, priority=Priority.PARTIAL)
    timings = pool.stats().by_priority
    assert [timings[priority].n for priority in Priority] == [1, 0, 1]
    await pool.close()


async def test_a_full_queue_refuses_work_that_is_not_more_urgent(engine):
    engine.gate("first")
    pool = pool_of(engine, queue_limit=1)
    jobs = [asyncio.create_task(pool.call("say", "first", key="0", deadline_s=20))]
    await engine.has_begun()
    jobs.append(asyncio.create_task(pool.call("say", "waits", key="1", deadline_s=20)))
    await asyncio.sleep(0)
    with pytest.raises(PoolFull, match="at most 1 waiting"):
        await pool.call("say", "refused", key="2", deadline_s=20)
    engine.gate("first").set()
    await asyncio.gather(*jobs)
    assert pool.stats().dropped == 1
    await pool.close()


async def test_a_full_queue_lets_go_of_a_partial_for_a_final(engine):
    engine.gate("first")
    pool = pool_of(engine, queue_limit=1)
    first = asyncio.create_task(pool.call("say", "first", key="0", deadline_s=20))
    await engine.has_begun()
    partial = asyncio.create_task(pool.call("say", "p", key="1", deadline_s=20, priority=Priority.PARTIAL))
    await asyncio.sleep(0)
    final = asyncio.create_task(pool.call("say", "f", key="2", deadline_s=20))
    with pytest.raises(PoolFull, match="more urgent"):
        await partial
    engine.gate("first").set()
    assert await asyncio.gather(first, final) == ["FIRST", "F"]
    await pool.close()


async def test_work_whose_deadline_passes_in_the_queue_is_never_run(engine):
    engine.gate("first")
    pool = pool_of(engine)
    first = asyncio.create_task(pool.call("say", "first", key="0", deadline_s=20))
    await engine.has_begun()
    with pytest.raises(DeadlinePassed, match="before its turn came"):
        await pool.call("say", "late", key="1", deadline_s=0.001)
    engine.gate("first").set()
    await first
    assert engine.began == ["first"]
    assert pool.stats().dropped == 1
    await pool.close()


async def test_a_caller_does_not_wait_for_a_slow_engine_past_its_deadline(engine):
    engine.gate("slow")
    pool = pool_of(engine)
    with pytest.raises(DeadlinePassed, match="before its engine was ready"):
        await pool.call("say", "slow", key="1", deadline_s=0.001)
    await engine.has_begun()
    engine.gate("slow").set()
    assert await pool.call("say", "next", key="2", deadline_s=20) == "NEXT"
    assert pool.stats().wasted == 1
    await pool.close()


async def test_a_cancelled_speculation_leaves_the_queue(engine):
    engine.gate("first")
    pool = pool_of(engine)
    first = asyncio.create_task(pool.call("say", "first", key="0", deadline_s=20))
    await engine.has_begun()
    guess = asyncio.create_task(pool.call("say", "guess", key="1", deadline_s=20, priority=Priority.SPECULATIVE))
    await asyncio.sleep(0)
    guess.cancel()
    await asyncio.gather(guess, return_exceptions=True)
    engine.gate("first").set()
    await first
    assert engine.began == ["first"]
    assert pool.stats().queued == 0
    await pool.close()


async def test_an_engine_that_raises_is_named_with_its_cause_and_opened_anew():
    opened = []

    def open_engine():
        opened.append(True)

        def engine(word: str) -> str:
            if word == "bad":
                raise ValueError("broken state")
            return word

        return engine

    pool = InferencePool({"say": EngineFactory(open_engine)}, workers=1, queue_limit=4)
    with pytest.raises(EngineFailed, match="ValueError came: broken state") as failure:
        await pool.call("say", "bad", key="1", deadline_s=20)
    assert isinstance(failure.value.__cause__, ValueError)
    assert await pool.call("say", "good", key="2", deadline_s=20) == "good"
    assert len(opened) == 2
    assert pool.stats().failed == 1
    await pool.close()


async def test_a_failure_is_not_remembered_as_a_result():
    answers = iter([ValueError("once"), "fine"])

    def engine(_word: str) -> str:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    pool = pool_of(engine)
    with pytest.raises(EngineFailed):
        await pool.call("say", "x", key="same", deadline_s=20)
    assert await pool.call("say", "x", key="same", deadline_s=20) == "fine"
    await pool.close()


async def test_warming_up_opens_one_engine_a_worker_or_one_for_all():
    opened: list[str] = []
    lock = threading.Lock()

    def opener(name: str):
        def open_engine():
            with lock:
                opened.append(name)
            return str.upper

        return open_engine

    factories = {"own": EngineFactory(opener("own")), "shared": EngineFactory(opener("shared"), shared=True)}
    pool = InferencePool(factories, workers=3, queue_limit=4)
    await pool.warm_up()
    assert sorted(opened) == ["own", "own", "own", "shared"]
    await pool.close()


async def test_an_engine_that_cannot_be_opened_is_known_before_the_first_call():
    def open_engine():
        raise FileNotFoundError("weights")

    pool = InferencePool({"hear": EngineFactory(open_engine)}, workers=2, queue_limit=4)
    with pytest.raises(EngineFailed, match="hear: the engine cannot be opened: weights"):
        await pool.warm_up()
    await pool.close()


async def test_workers_are_named_threads_and_as_many_as_asked():
    names: list[str] = []
    both = threading.Barrier(2, timeout=20)

    def engine(_word: str) -> None:
        names.append(threading.current_thread().name)
        both.wait()

    pool = pool_of(engine, workers=2)
    await asyncio.gather(*(pool.call("say", "x", key=str(n), deadline_s=20) for n in range(2)))
    assert sorted(names) == ["inference-0", "inference-1"]
    await pool.close()


async def test_closing_lets_go_of_what_waits_and_finishes_what_runs(engine):
    engine.gate("runs")
    pool = pool_of(engine)
    runs = asyncio.create_task(pool.call("say", "runs", key="0", deadline_s=20))
    await engine.has_begun()
    waits = asyncio.create_task(pool.call("say", "waits", key="1", deadline_s=20))
    await asyncio.sleep(0)
    closing = asyncio.create_task(pool.close())
    with pytest.raises(PoolClosed):
        await waits
    engine.gate("runs").set()
    assert await runs == "RUNS"
    await closing
    with pytest.raises(PoolClosed):
        await pool.call("say", "after", key="2", deadline_s=20)


async def test_closing_does_not_wait_for_an_engine_that_hangs(engine):
    engine.gate("hangs")
    pool = InferencePool({"say": EngineFactory(lambda: engine)}, workers=1, queue_limit=4, close_s=0.001)
    hangs = asyncio.create_task(pool.call("say", "hangs", key="0", deadline_s=20))
    await engine.has_begun()
    await pool.close()
    with pytest.raises(PoolClosed, match="did not end"):
        await hangs
    engine.gate("hangs").set()


@pytest.mark.parametrize("make", [lambda f: InferencePool(f, workers=2, queue_limit=4), InlinePool])
async def test_both_pools_answer_alike(make):
    runs = []

    def engine(word: str) -> str:
        runs.append(word)
        if word == "bad":
            raise ValueError("bad word")
        return word.upper()

    pool: Pool = make({"say": EngineFactory(lambda: engine)})
    await pool.warm_up()
    assert await pool.call("say", "a", key="1", deadline_s=20) == "A"
    assert await pool.call("say", "a", key="1", deadline_s=20) == "A"
    with pytest.raises(EngineFailed, match="bad word"):
        await pool.call("say", "bad", key="2", deadline_s=20)
    with pytest.raises(DeadlinePassed):
        await pool.call("say", "late", key="3", deadline_s=0)
    with pytest.raises(KeyError, match="an engine out of"):
        await pool.call("sing", key="4", deadline_s=20)
    assert runs == ["a", "bad"]
    stats = pool.stats()
    assert (stats.done, stats.failed, stats.shared, stats.dropped) == (1, 1, 1, 1)
    await pool.close()
    with pytest.raises(PoolClosed):
        await pool.call("say", "a", key="5", deadline_s=20)


async def test_in_a_replay_no_time_passes_while_an_engine_works():
    order = []
    pool = InlinePool({"say": EngineFactory(lambda: order.append)})
    asyncio.get_running_loop().call_soon(order.append, "something else")
    await pool.call("say", "work", key="1", deadline_s=1)
    assert order == ["work"]
