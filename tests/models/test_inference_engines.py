"""The engines of a pool: opened, failing, closed, and the same in a call and in a replay."""

import asyncio
import threading

import pytest

from models.errors import DeadlinePassed, EngineFailed, PoolClosed
from models.inference import EngineFactory, InferencePool, InlinePool, Pool
from tests.models.gated_engine import GatedEngine, pool_of


@pytest.fixture
def engine() -> GatedEngine:
    return GatedEngine()


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
