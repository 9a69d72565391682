"""A call moves only as its table says."""

import pytest

from telephony.call import MOVES, Call, CallId, CallState
from telephony.errors import IllegalMove

S = CallState


def call(state: CallState = S.OFFERED) -> Call:
    return Call(CallId("c1"), line="simulated", caller="+12065550100", state=state)


def test_a_call_goes_from_ring_to_wrap_up() -> None:
    went = call()
    for state in (S.ANSWERED, S.TALKING, S.SEEKING, S.BRIDGED, S.WRAPPING, S.ENDED):
        went = went.to(state)
    assert went.over


def test_a_caller_whose_agent_left_talks_with_the_system_again() -> None:
    assert call(S.BRIDGED).to(S.TALKING).state is S.TALKING


@pytest.mark.parametrize(("was", "to"), [(a, b) for a in S for b in S if b not in MOVES[a]])
def test_every_move_outside_the_table_raises_and_changes_nothing(was: CallState, to: CallState) -> None:
    before = call(was)
    with pytest.raises(IllegalMove, match=f"call c1: from {was}"):
        before.to(to)
    assert before.state is was


@pytest.mark.parametrize("state", [s for s in S if s is not S.ENDED])
def test_a_call_can_end_from_every_state(state: CallState) -> None:
    assert call(state).to(S.ENDED).over
