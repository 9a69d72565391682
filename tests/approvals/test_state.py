"""What may become of an approval, and what may not: the pure table, at times of its own."""

from dataclasses import replace

import pytest

from telephony.access import Role, Who
from telephony.approvals.errors import NotAllowed
from telephony.approvals.state import (
    MOVES,
    Approval,
    State,
    approve,
    edit,
    reject,
    remind,
    take,
    time_out,
    withdraw,
)
from tests.approvals.desk import ANA, AUDITOR, BEN, POLICY, SAM, asked


def test_one_yes_is_enough_for_a_small_amount() -> None:
    done = approve(asked(), ANA, 1, 1000)
    assert (done.state, done.yeses, done.ended_by) == (State.APPROVED, ("ana",), "ana")
    assert done.granted


def test_a_larger_amount_takes_two_different_people() -> None:
    first = approve(asked("90.00"), ANA, 1, 1000)
    assert (first.state, first.granted) == (State.PROPOSED, False)
    with pytest.raises(NotAllowed, match="different person"):
        approve(first, ANA, first.version, 2000)
    done = approve(first, BEN, first.version, 2000)
    assert (done.state, done.yeses) == (State.APPROVED, ("ana", "ben"))


def test_an_amount_nobody_can_read_takes_two() -> None:
    assert asked("a lot").needed == 2
    assert asked("NaN").needed == 2


def test_a_change_within_the_limits_is_a_yes_to_the_changed_terms() -> None:
    done = edit(asked(), ANA, 1, 1000, {"amount": "20"})
    assert (done.state, done.terms["amount"], done.terms["member"]) == (State.EDITED, "20.00", "204713")


def test_a_change_that_changes_nothing_is_a_plain_yes() -> None:
    assert edit(asked(), ANA, 1, 1000, {"amount": "40"}).state is State.APPROVED


def test_a_change_by_the_second_person_is_not_what_the_first_said_yes_to() -> None:
    first = approve(asked("90.00"), ANA, 1, 1000)
    second = edit(first, BEN, first.version, 2000, {"amount": "80"})
    assert (second.granted, second.yeses) == (False, ("ben",))
    done = approve(second, ANA, second.version, 3000)
    assert (done.state, done.yeses) == (State.EDITED, ("ben", "ana"))


def test_a_change_to_more_than_the_limit_of_one_takes_a_second() -> None:
    first = edit(asked(), ANA, 1, 1000, {"amount": "60"})
    assert not first.granted
    assert approve(first, SAM, first.version, 2000).state is State.EDITED


@pytest.mark.parametrize(
    ("slot", "value", "says"),
    [
        ("amount", "101", "5.00 to 100.00"),
        ("amount", "4.99", "5.00 to 100.00"),
        ("amount", "-20", "like 15"),
        ("amount", "twenty", "like 15"),
        ("amount", "NaN", "like 15"),
        ("amount", "Infinity", "like 15"),
        ("amount", "20.001", "like 15"),
        ("amount", "9" * 100, "like 15"),
        ("amount", "9" * 60, "like 15"),
        ("amount", "1e60", "like 15"),
        ("amount", "1_5", "like 15"),
        ("amount", "\N{ARABIC-INDIC DIGIT FIVE}0", "like 15"),
        ("amount", "", "like 15"),
        ("account", "offshore", "checking, savings"),
        ("member", "318562", "may not be changed"),
        ("new", "x", "may not be changed"),
    ],
)
def test_a_change_over_the_limits_is_refused_with_what_is_allowed(slot: str, value: str, says: str) -> None:
    with pytest.raises(NotAllowed, match=says):
        edit(asked(), ANA, 1, 1000, {slot: value})


def test_who_asked_for_it_cannot_decide() -> None:
    approval = asked(requesters=("sam",))
    for decide in (approve, take):
        with pytest.raises(NotAllowed, match="asked for this yourself"):
            decide(approval, SAM, 1, 1000)
    assert approve(approval, ANA, 1, 1000).granted


@pytest.mark.parametrize("who", [AUDITOR, Who("new", frozenset())])
def test_without_the_role_nobody_decides(who: Who) -> None:
    with pytest.raises(NotAllowed, match="takes an agent"):
        approve(asked(), who, 1, 1000)


def test_where_a_supervisor_is_needed_an_agent_does_not_do() -> None:
    approval = asked(policy=replace(POLICY, who="supervisor"))
    with pytest.raises(NotAllowed, match="takes a supervisor"):
        approve(approval, ANA, 1, 1000)
    assert not approval.may_see(ANA)
    assert approval.may_see(SAM)
    assert approve(approval, SAM, 1, 1000).granted


def test_after_the_deadline_nothing_counts_whatever_the_timer_is_doing() -> None:
    late = asked()
    with pytest.raises(NotAllowed, match="time for this decision was up"):
        approve(late, ANA, 1, 60_000)
    assert approve(late, ANA, 1, 59_999).granted
    assert time_out(late, 59_999) is late
    assert time_out(late, 60_000).state is State.TIMED_OUT


def test_the_reminder_comes_once_and_in_its_time() -> None:
    approval = asked()
    assert remind(approval, 19_999) is approval
    reminded = remind(approval, 20_000)
    assert reminded.state is State.REMINDED
    assert remind(reminded, 21_000) is reminded
    assert remind(approval, 60_000) is approval
    assert reminded.may_see(SAM)
    assert not approval.may_see(SAM)


def test_a_stale_page_is_told_to_look_again() -> None:
    reminded = remind(asked(), 20_000)
    with pytest.raises(NotAllowed, match="changed this since"):
        approve(reminded, ANA, 1, 21_000)
    assert approve(reminded, ANA, reminded.version, 21_000).granted


ENDED: tuple[Approval, ...] = (
    approve(asked(), ANA, 1, 1),
    edit(asked(), ANA, 1, 1, {"amount": "20"}),
    reject(asked(), ANA, 1, 1, "correct"),
    take(asked(), ANA, 1, 1),
    time_out(asked(), 60_000),
    withdraw(asked(), "left"),
)


@pytest.mark.parametrize("ended", ENDED, ids=lambda one: one.state)
def test_answered_twice_changes_nothing_and_says_who_was_first(ended: Approval) -> None:
    for again in (
        lambda: approve(ended, BEN, ended.version, 100),
        lambda: edit(ended, BEN, ended.version, 100, {"amount": "20"}),
        lambda: reject(ended, BEN, ended.version, 100, "correct"),
        lambda: take(ended, BEN, ended.version, 100),
    ):
        with pytest.raises(NotAllowed):
            again()
    assert not MOVES[ended.state]


@pytest.mark.parametrize("granted", ENDED[:2], ids=lambda one: one.state)
def test_a_yes_may_still_be_withdrawn_by_the_caller(granted: Approval) -> None:
    taken_back = withdraw(granted, "cancelled")
    assert (taken_back.state, taken_back.granted) == (State.WITHDRAWN, False)


def test_a_no_stays_a_no() -> None:
    assert withdraw(ENDED[2], "left") is ENDED[2]


def test_no_argument_of_the_act_is_in_its_name() -> None:
    assert "204713" not in repr(asked())
    assert Role.AGENT in ANA.roles
