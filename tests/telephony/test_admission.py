"""Who is taken: the table, what it is measured by, and what comes of three times too many callers."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.inference import PoolStats, Priority
from telephony.admission import MAX_CALLS, SETTLING, AdmissionSettings, Gate, measured, reason, taken, waiting_share
from telephony.lateness import Lateness
from telephony.switchboard.admission_load import FINALS_LEAST, Admission, machine_cpu
from tests.sim.overload import CostedPool, day

SETTINGS = AdmissionSettings()
CALM, HIGH = {"workers": 0.5}, {"workers": 0.9}
FULL = {"workers": 1.2, "cpu": 0.3}
MOST = 40


def after(gate: Gate, *steps: tuple[float, dict[str, float], int]) -> Gate:
    for now, shares, calls in steps:
        gate = measured(gate, shares, calls, now=now, settings=SETTINGS)
    return gate


def refused(gate: Gate, calls: int) -> str | None:
    return reason(gate, calls, max_calls=MOST, settings=SETTINGS)


# --- the table --------------------------------------------------------------------------------------------------------


def test_the_calls_known_to_go_well_are_taken_at_once_and_the_next_is_not() -> None:
    assert {refused(Gate(), calls) for calls in range(SETTINGS.known_calls)} == {None}
    assert refused(Gate(), SETTINGS.known_calls) == SETTLING


def test_one_more_is_taken_when_that_many_have_gone_well_for_a_turn() -> None:
    gate = taken(Gate(), 0.0)
    gate = after(gate, (1.0, CALM, 8), (9.0, CALM, 8))
    assert refused(gate, 8) == SETTLING
    gate = after(gate, (11.0, CALM, 8))
    assert refused(gate, 8) is None
    assert refused(gate, 9) == SETTLING


def test_a_measure_at_its_limit_closes_and_is_the_reason() -> None:
    gate = after(Gate(), (0.0, FULL, 6))
    assert refused(gate, 6) == "workers"


def test_just_below_the_limit_it_stays_closed_and_well_below_for_a_while_it_opens() -> None:
    gate = after(Gate(), (0.0, FULL, 6), (5.0, HIGH, 6), (60.0, HIGH, 6), (61.0, CALM, 6))
    assert refused(gate, 6) == "workers"
    gate = after(gate, (70.0, CALM, 6), (71.5, CALM, 6))
    assert refused(gate, 6) is None


def test_so_few_calls_that_they_cannot_be_the_cause_are_taken_whatever_is_measured() -> None:
    gate = after(Gate(), (0.0, FULL, 1))
    assert refused(gate, 1) is None
    assert refused(gate, 2) == "workers"


def test_above_the_bound_nobody_is_taken() -> None:
    assert reason(Gate(known=99), 3, max_calls=3, settings=SETTINGS) == MAX_CALLS
    assert reason(Gate(), 3, max_calls=3, settings=AdmissionSettings(by_load=False)) == MAX_CALLS


def test_what_was_too_much_is_not_known_to_go_well_any_more() -> None:
    gate = after(Gate(known=20), (0.0, FULL, 18), (10.0, CALM, 12), (30.0, CALM, 12))
    assert refused(gate, 17) == SETTLING
    assert refused(gate, 16) is None


SHARES = st.dictionaries(st.sampled_from(["workers", "final_p95", "cpu"]), st.floats(0, 3))
STEPS = st.lists(st.tuples(st.floats(0.1, 30), SHARES, st.booleans()), max_size=60)


@given(STEPS)
def test_no_call_is_taken_while_a_measure_is_at_its_limit(steps: list[tuple[float, dict[str, float], bool]]) -> None:
    gate, now, calls = Gate(), 0.0, 0
    for later, shares, leaves in steps:
        now += later
        calls = max(0, calls - leaves)
        gate = measured(gate, shares, calls, now=now, settings=SETTINGS)
        why = refused(gate, calls)
        if max(shares.values(), default=0.0) >= 1.0:
            assert (why is None) == (calls < SETTINGS.least_calls)
        if why is None:
            gate, calls = taken(gate, now), calls + 1
        assert calls <= max(SETTINGS.known_calls, gate.known, SETTINGS.least_calls) + 1


# --- what it is measured by -------------------------------------------------------------------------------------------


def admission(now: list[float], *, cpu: float | None = None, late: Lateness | None = None) -> Admission:
    return Admission(
        SETTINGS, max_calls=MOST, workers=2, loop_late=late or Lateness(), now=lambda: now[0], cpu=lambda: cpu
    )


def idle(running: int = 0, queued: int = 0) -> PoolStats:
    return PoolStats(queued, running, 0, 0, 0, 0, 0, 0.0, 0.0)


def test_a_few_slow_finals_say_nothing_yet_and_old_ones_nothing_any_more() -> None:
    now = [0.0]
    told = admission(now)
    for _ in range(FINALS_LEAST - 1):
        told.final(900.0)
    told.measure(idle(), 5)
    assert "final_p95" not in told.shares
    told.final(900.0)
    told.measure(idle(), 5)
    assert told.shares["final_p95"] == pytest.approx(3.0)
    assert told.refuses(5) == "final_p95"
    now[0] = 100.0
    told.measure(idle(), 5)
    assert "final_p95" not in told.shares


def test_a_loop_that_is_late_and_cores_that_are_busy_count() -> None:
    late = Lateness()
    for _ in range(100):
        late.was(30.0)
    told = admission([0.0], cpu=0.45, late=late)
    told.measure(idle(), 5)
    assert told.shares["loop_late"] == pytest.approx(1.5)
    assert told.shares["cpu"] == pytest.approx(0.5)
    assert told.refuses(5) == "loop_late"


def test_workers_count_by_how_often_all_of_them_are_busy() -> None:
    assert waiting_share(0.0, 2) == 0.0
    assert waiting_share(0.5, 1) == pytest.approx(0.5)  # M/M/1
    assert waiting_share(0.5, 2) == pytest.approx(1 / 3)  # M/M/2: 2 x 0.5^2 / (1 + 0.5)
    assert waiting_share(0.5, 16) < 0.02
    assert waiting_share(1.7, 2) == 1.0


async def test_finals_are_timed_as_their_callers_wait_for_them_and_guesses_are_not() -> None:
    class Slow(CostedPool):
        def __init__(self) -> None:
            pass

        async def call(self, *args: object, **named: object) -> str:
            await asyncio.sleep(0)
            return "words"

    told = admission([0.0])
    pool = told.timed(Slow())
    assert await pool.call("hear", key="a", deadline_s=1.0) == "words"
    await pool.call("hear", key="b", deadline_s=1.0, priority=Priority.SPECULATIVE)
    assert len(told._finals) == 1


def test_the_machines_cores_are_read_from_the_kernels_counters(tmp_path: Path) -> None:
    stat = tmp_path / "stat"
    stat.write_text("cpu  100 0 100 800 0 0 0 0 0 0\ncpu0 ...\n")
    share = machine_cpu(stat)
    assert share() is None  # nothing to compare with yet
    stat.write_text("cpu  160 0 130 810 0 0 0 0 0 0\ncpu0 ...\n")
    assert share() == pytest.approx(0.9)
    assert machine_cpu(tmp_path / "none")() is None


# --- three times too many ---------------------------------------------------------------------------------------------

MEASURED_CAPACITY = 16  # calls on two workers at 88 ms an utterance, as the gate finds it


def test_admitted_calls_do_not_slow_down_at_three_times_what_the_machine_carries() -> None:
    alone = day(calls_at_once=1, seconds=4000)
    rush = day(calls_at_once=3 * MEASURED_CAPACITY)
    assert rush.p95_ms <= 1.1 * alone.p95_ms
    assert rush.most_up >= 12, "the machine is used"
    assert sum(rush.refused.values()) > rush.taken


def test_without_the_gate_everybody_slows_down() -> None:
    alone = day(calls_at_once=1, seconds=4000)
    rush = day(calls_at_once=3 * MEASURED_CAPACITY, settings=AdmissionSettings(by_load=False))
    assert rush.p95_ms > 3 * alone.p95_ms


def test_callers_that_a_machine_carries_are_hardly_ever_refused() -> None:
    quiet = day(calls_at_once=5)
    assert sum(quiet.refused.values()) <= 0.02 * quiet.taken
