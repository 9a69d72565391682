"""A leg that waits for nothing is stuck; one with a reason to wait is not, as long as that makes progress."""

import pytest

from voice.stuck import LONGEST_SECONDS, NOTHING_SECONDS, Wait, Watch


def looked(watch: Watch, waits: list[dict[Wait, object]], *, from_second: int = 0) -> list[int]:
    """The seconds at which it was stuck."""
    return [second for second, now in enumerate(waits, start=from_second) if watch.look(now, second) is not None]


def test_five_seconds_of_nothing_are_stuck():
    assert looked(Watch(), [{}] * 6) == [NOTHING_SECONDS]


def test_it_is_told_again_after_another_five_seconds():
    assert looked(Watch(), [{}] * 12) == [5, 11]


def test_nothing_between_two_waits_is_not_added_up():
    waits: list[dict[Wait, object]] = [{}, {}, {}, {}, {Wait.WORDS: 1}, {}, {}, {}, {}]
    assert looked(Watch(), waits) == []


@pytest.mark.parametrize("wait", Wait)
def test_a_wait_that_makes_progress_is_never_stuck(wait: Wait):
    assert looked(Watch(), [{wait: second} for second in range(300)]) == []


@pytest.mark.parametrize("wait", [wait for wait in Wait if LONGEST_SECONDS[wait] is None])
def test_what_others_watch_over_may_stand_still(wait: Wait):
    assert looked(Watch(), [{wait: None}] * 2000) == []


@pytest.mark.parametrize("wait", [wait for wait in Wait if LONGEST_SECONDS[wait] is not None])
def test_each_other_wait_has_its_longest_time(wait: Wait):
    first, *_ = looked(Watch(), [{wait: None}] * 100)
    assert first == LONGEST_SECONDS[wait]


def test_one_good_reason_is_enough():
    assert looked(Watch(), [{Wait.WORDS: 0, Wait.MUSIC: None}] * 100) == []


def test_it_says_what_was_waited_for_in_vain():
    watch = Watch()
    told = [watch.look({Wait.ACTION: 1, Wait.ANSWER: 7}, second) for second in range(70)]
    assert [one for one in told if one] == ["action, answer"]
    watch = Watch()
    assert [one for second in range(7) if (one := watch.look({}, second))] == ["nothing"]
