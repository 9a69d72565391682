"""The pool decides what runs, when, and for whom. Engines here wait at gates, so that every order is the test's own."""

import asyncio

import pytest

from models.errors import DeadlinePassed, PoolFull
from models.inference import Priority
from telephony.sim.clock import at_work, run_virtual
from tests.models.gated_engine import GatedEngine, pool_of


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


def test_a_hurried_job_moves_up_and_its_caller_waits_for_the_new_deadline(engine):
    async def story() -> None:
        engine.gate("first")
        pool = pool_of(engine)
        first = asyncio.create_task(pool.call("say", "first", key="0", deadline_s=20))
        await engine.has_begun()
        other = asyncio.create_task(pool.call("say", "other", key="o", deadline_s=20, priority=Priority.SPECULATIVE))
        mine = asyncio.create_task(pool.call("say", "mine", key="m", deadline_s=1, priority=Priority.PARTIAL))
        await asyncio.sleep(0)
        assert pool.hurry("say", "m", priority=Priority.FINAL, deadline_s=20)
        assert not pool.hurry("say", "nobody's", priority=Priority.FINAL, deadline_s=20)
        await asyncio.sleep(2)
        with at_work():
            engine.gate("first").set()
            assert await asyncio.gather(first, other, mine) == ["FIRST", "OTHER", "MINE"]
            await pool.close()
        assert engine.began == ["first", "mine", "other"]

    run_virtual(story())


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


def test_a_caller_does_not_wait_for_a_slow_engine_past_its_deadline(engine):
    async def story() -> None:
        engine.gate("slow")
        pool = pool_of(engine)
        with pytest.raises(DeadlinePassed, match="before its engine was ready"):
            await pool.call("say", "slow", key="1", deadline_s=1)
        await engine.has_begun()
        with at_work():
            engine.gate("slow").set()
            assert await pool.call("say", "next", key="2", deadline_s=20) == "NEXT"
            await pool.close()
        assert pool.stats().wasted == 1

    run_virtual(story())


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
