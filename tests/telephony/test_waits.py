"""What may be said of a wait: nothing without data, and a range that holds as often as it claims."""

from hypothesis import given
from hypothesis import strategies as st

from telephony.agents.waits import ENOUGH, Standing, Waited, WaitHistory, WaitRange
from tests.sim.month import Month, World

MINUTE = 60_000
QUEUED = Standing(place=2, staff=2, free=0)


def history(*waits: Waited) -> WaitHistory:
    return WaitHistory(waits)


def served(minutes: float, standing: Standing = QUEUED) -> Waited:
    return Waited(standing, round(minutes * MINUTE), True)


def left(minutes: float, standing: Standing = QUEUED) -> Waited:
    return Waited(standing, round(minutes * MINUTE), False)


def test_with_nobody_at_work_nothing_is_said() -> None:
    assert history(*[served(3)] * 50).forecast(Standing(place=1, staff=0)) is None


def test_callers_who_left_alone_are_not_enough_to_say_anything() -> None:
    assert history(*[served(3)] * (ENOUGH - 1), *[left(9)] * 50).forecast(QUEUED) is None


def test_who_finds_somebody_free_is_told_of_those_who_did() -> None:
    free = Standing(place=1, staff=2, free=1)
    known = history(*[served(20)] * 50, *[served(0.25, free)] * 50)
    assert known.forecast(free) == WaitRange(15_000, 15_000)


def test_twice_the_agents_halve_the_wait_and_asking_them_takes_as_long_as_ever() -> None:
    free = Standing(place=1, staff=2, free=1)
    known = history(*[served(0.5, free)] * 20, *[served(8.5)] * 50)
    said = known.forecast(Standing(place=2, staff=4, free=0))
    assert said == WaitRange(round(4.5 * MINUTE), round(4.5 * MINUTE))


def test_those_who_hung_up_make_the_range_longer() -> None:
    patient = [served(minutes) for minutes in range(1, 11)] * 5
    without, with_them = history(*patient).forecast(QUEUED), history(*[left(2)] * 50, *patient).forecast(QUEUED)
    assert without is not None
    assert with_them is not None
    assert with_them.high_ms >= without.high_ms
    assert with_them.low_ms >= without.low_ms


def test_up_to_a_number_of_minutes_cannot_be_too_long() -> None:
    said = WaitRange(70_000, 170_000)
    assert said.minutes == (1, 3)
    assert [said.missed(seconds * 1000) for seconds in (5, 180, 181)] == [0, 0, 1]


def test_a_range_is_missed_below_and_above() -> None:
    said = WaitRange(150_000, 290_000)
    assert said.minutes == (2, 5)
    assert [said.missed(seconds * 1000) for seconds in (119, 120, 300, 301)] == [-1, 0, 0, 1]


@given(
    st.lists(
        st.tuples(
            st.builds(Standing, st.integers(1, 30), st.integers(1, 12), st.integers(0, 3)),
            st.integers(0, 7_200_000),
            st.booleans(),
        ),
        max_size=60,
    )
)
def test_whatever_was_waited_a_range_is_in_order_and_never_negative(waits: list[tuple[Standing, int, bool]]) -> None:
    known = WaitHistory(Waited(*one) for one in waits)
    said = known.forecast(QUEUED)
    assert said is None or 0 <= said.low_ms <= said.high_ms


def test_in_simulated_days_what_is_said_holds_about_eight_times_of_ten() -> None:
    """The month of `warmline bench --only waits` gives the figure; these few days guard it."""
    days = Month(World(days=3, calls_a_day=300, handling_minutes=6.5), seed=3).run()
    told = [(caller, at, said) for caller in days.callers for at, said, _ in caller.told if not caller.immediate]
    held = [held for caller, at, said in told if (held := caller.outcome(at, said)) is not None]
    assert len(held) > 500
    assert 0.7 <= sum(held) / len(held) <= 0.9


def test_the_first_callers_of_a_new_service_are_told_nothing() -> None:
    day = Month(World(days=1, calls_a_day=250), seed=3).run()
    first = [caller for caller in day.callers if not caller.immediate and caller.queue == "general"][:ENOUGH]
    assert all(not any(at_joining for _, _, at_joining in caller.told) for caller in first)
