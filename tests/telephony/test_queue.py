"""Who is next, and what may be said about the wait."""

from hypothesis import given
from hypothesis import strategies as st

from telephony.agents import CallQueue, Needs, Waiting, WaitRange
from telephony.agents.waits import ENOUGH


def waiting(handoff: str, *, since_ms: int = 0, priority: int = 0) -> Waiting:
    return Waiting(handoff, f"call-{handoff}", Needs(), since_ms, priority)


def queue(*those: Waiting) -> CallQueue:
    cards = CallQueue("cards")
    for one in those:
        cards.join(one)
    return cards


def served(times: int, wait_ms: int) -> CallQueue:
    """A queue whose callers came one at a time and each waited `wait_ms`."""
    cards = CallQueue("cards")
    for number in range(times):
        cards.join(waiting(f"s{number}", since_ms=0))
        cards.leave(f"s{number}", wait_ms, served=True)
    return cards


def test_the_oldest_goes_first() -> None:
    cards = queue(waiting("late", since_ms=2000), waiting("early", since_ms=1000))
    assert [w.handoff for w in cards.order(5000)] == ["early", "late"]


def test_priority_goes_before_age() -> None:
    cards = queue(waiting("early", since_ms=1000), waiting("urgent", since_ms=2000, priority=1))
    assert cards.position("urgent", 5000) == 1
    assert cards.position("early", 5000) == 2


def test_a_long_wait_catches_up_with_priority() -> None:
    cards = queue(waiting("patient", since_ms=0), waiting("urgent", since_ms=200_000, priority=1))
    assert [w.handoff for w in cards.order(201_000)] == ["patient", "urgent"]


def test_joining_and_leaving_twice_changes_nothing() -> None:
    cards = queue(waiting("a"), waiting("a", since_ms=9000))
    assert len(cards) == 1
    cards.leave("a", 1000, served=True)
    cards.leave("a", 9000, served=True)
    assert len(cards) == 0


def test_without_data_nothing_is_said_about_the_wait() -> None:
    cards = served(ENOUGH - 1, 60_000)
    cards.join(waiting("me"))
    assert cards.estimate("me", 0) is None


def test_callers_who_left_before_a_person_came_are_no_data() -> None:
    cards = CallQueue("cards")
    for number in range(ENOUGH):
        cards.join(waiting(f"s{number}"))
        cards.leave(f"s{number}", 1000, served=False)
    cards.join(waiting("me"))
    assert cards.estimate("me", 0) is None


def test_the_estimate_grows_with_the_place() -> None:
    cards = served(ENOUGH, 60_000)
    cards.join(waiting("first", since_ms=0))
    cards.join(waiting("second", since_ms=1000))
    assert cards.estimate("first", 2000) == WaitRange(60_000, 60_000)
    assert cards.estimate("second", 2000) == WaitRange(120_000, 120_000)


@given(st.lists(st.integers(1000, 900_000), min_size=ENOUGH, max_size=50))
def test_the_range_lies_within_what_callers_waited(waits: list[int]) -> None:
    cards = CallQueue("cards")
    for number, wait_ms in enumerate(waits):
        cards.join(waiting(f"s{number}"))
        cards.leave(f"s{number}", wait_ms, served=True)
    cards.join(waiting("me"))
    estimate = cards.estimate("me", 0)
    assert estimate is not None
    assert min(waits) <= estimate.low_ms <= estimate.high_ms <= max(waits)


def test_minutes_are_rounded_outwards_and_never_zero() -> None:
    assert WaitRange(100, 20_000).minutes == (1, 1)
    assert WaitRange(119_000, 121_000).minutes == (1, 3)
