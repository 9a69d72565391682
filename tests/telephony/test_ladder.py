"""What a caller who needs a person is offered first."""

from telephony.agents.ladder import Ladder, Outlook, Rung
from telephony.agents.waits import WaitRange

LADDER = Ladder(callback_minutes=10, callback_waiting_per_agent=4)
MINUTE = 60_000


def long(low: int, high: int) -> WaitRange:
    return WaitRange(low * MINUTE, high * MINUTE)


def test_a_free_agent_is_rung_whatever_earlier_callers_waited() -> None:
    assert LADDER.rung(Outlook(True, staff=1, free=1, place=1, wait=long(20, 30))) is Rung.TRANSFER


def test_a_short_wait_is_waited() -> None:
    assert LADDER.rung(Outlook(True, staff=2, free=0, place=2, wait=long(2, 9))) is Rung.TRANSFER


def test_a_wait_that_may_last_too_long_offers_the_call_back_first() -> None:
    assert LADDER.rung(Outlook(True, staff=2, free=0, place=2, wait=long(4, 10))) is Rung.CALLBACK


def test_while_no_wait_is_known_the_callers_for_each_agent_decide() -> None:
    assert LADDER.rung(Outlook(True, staff=2, free=0, place=8)) is Rung.TRANSFER
    assert LADDER.rung(Outlook(True, staff=2, free=0, place=9)) is Rung.CALLBACK


def test_a_closed_queue_and_one_with_nobody_at_work_offer_the_call_back_first() -> None:
    assert LADDER.rung(Outlook(False, opens="tomorrow at 9 AM")) is Rung.CALLBACK
    assert LADDER.rung(Outlook(True, staff=0)) is Rung.CALLBACK


def test_what_needs_only_a_yes_goes_to_approval_once_the_desk_takes_approvals() -> None:
    there = Outlook(True, staff=1, free=1)
    assert LADDER.rung(there, approval_only=True) is Rung.TRANSFER
    able = Ladder(approvals=True)
    assert able.rung(there, approval_only=True) is Rung.APPROVAL
    assert able.rung(there) is Rung.TRANSFER
    assert able.rung(Outlook(True, staff=0), approval_only=True) is Rung.CALLBACK
