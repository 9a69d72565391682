"""The handoff: the stories people know, and the moves that are not there."""

import pytest

from telephony import handoff as h
from telephony.errors import IllegalMove
from telephony.events import HandoffMoved
from telephony.handoff.entries import ended
from telephony.leg import LegEnded
from voice.events import PersonStage

S = h.HandoffState


def requested() -> h.Handoff:
    return h.Handoff("h1", "c1", "cards", trigger_ms=10_000)


def run(handoff: h.Handoff, *events: h.Event, at_ms: int = 11_000) -> tuple[h.Handoff, list[h.Next]]:
    """Each event one second after the other."""
    todo: list[h.Next] = []
    for number, event in enumerate(events):
        handoff, nexts = h.step(handoff, event, at_ms + 1000 * number)
        todo += nexts
    return handoff, todo


def offered(*events: h.Event) -> tuple[h.Handoff, list[h.Next]]:
    handoff, _ = run(requested(), h.Queued(1), h.AgentChosen("h1-1", "ana"))
    return run(handoff, *events, at_ms=13_000)


# --- the stories ------------------------------------------------------------------------------------------------------


def test_the_first_brief_queues_the_caller_and_looks_for_an_agent() -> None:
    handoff, todo = run(requested(), h.Queued(1))
    assert handoff.state is S.QUEUED
    assert todo == [h.TellCaller(PersonStage.SOUGHT), h.FindAgent(frozenset())]


def test_a_chosen_agent_is_offered_and_rung_while_the_caller_is_told() -> None:
    handoff, todo = run(requested(), h.Queued(1), h.AgentChosen("h1-1", "ana"))
    assert handoff.state is S.OFFERED
    assert todo[2:] == [h.Offer("h1-1", "ana"), h.Ring("h1-1", "ana"), h.TellCaller(PersonStage.RINGING, "ana")]


def test_a_key_after_the_brief_bridges_and_the_clock_knows_each_stage() -> None:
    handoff, todo = offered(
        h.Ringing("h1-1"), h.Answered("h1-1"), h.Briefed("h1-1", 1), h.Accepted("h1-1", "key"), h.BridgeMade("h1-1"),
        h.FirstWord("h1-1"),
    )  # fmt: skip
    assert handoff.state is S.BRIDGED
    assert todo == [h.Bridge("h1-1", "ana"), h.TellCaller(PersonStage.COMING, "ana")]
    assert handoff.clock == {
        "trigger": 10_000, "told": None, "ring": 13_000, "answer": 14_000, "briefed": 15_000, "accept": 16_000,
        "bridge": 17_000, "first_word": 18_000,
    }  # fmt: skip


def test_an_agent_hands_the_caller_back_with_what_is_left_to_do() -> None:
    handoff, todo = offered(h.Accepted("h1-1", "key"), h.BridgeMade("h1-1"), h.HandedBack("h1-1", "send the statement"))
    assert (handoff.state, handoff.why) == (S.ENDED, "handed_back")
    assert todo[-3:] == [
        h.Cancel("h1-1", "ana", "handed_back", tell=False),
        h.Close("h1-1", "ana", h.Outcome.BRIDGED),
        h.Resume("handed_back", "send the statement"),
    ]


def test_an_agent_passes_the_caller_on_to_a_queue() -> None:
    _, todo = offered(h.Accepted("h1-1", "key"), h.BridgeMade("h1-1"), h.HandedBack("h1-1", "a loan", "lending"))
    assert todo[-1] == h.Resume("handed_back", "a loan", "lending")


def test_an_agent_passes_the_caller_on_to_a_colleague() -> None:
    back = h.HandedBack("h1-1", "a loan", "lending", "ben")
    _, todo = offered(h.Accepted("h1-1", "key"), h.BridgeMade("h1-1"), back)
    assert todo[-1] == h.Resume("handed_back", "a loan", "lending", "ben")


def test_nobody_hands_back_a_caller_they_do_not_have() -> None:
    before, _ = offered(h.Answered("h1-1"))
    after, todo = run(before, h.HandedBack("h1-1", "send the statement"))
    assert after is before
    assert not todo


def test_accepting_on_screen_before_the_softphone_answers_bridges_when_it_does() -> None:
    handoff, todo = offered(h.Accepted("h1-1", "screen"))
    assert handoff.state is S.ACCEPTED
    assert todo == [h.AskProof("h1-1")]
    handoff, todo = run(handoff, h.Answered("h1-1", proven=True))
    assert todo[0] == h.Bridge("h1-1", "ana")


def test_accepting_on_screen_does_not_bridge_a_telephone_that_may_be_a_voicemail() -> None:
    handoff, todo = offered(h.Accepted("h1-1", "screen"), h.Answered("h1-1"), h.Briefed("h1-1", 1))
    assert handoff.state is S.ACCEPTED
    assert todo == [h.AskProof("h1-1")]  # once; the leg is asked for a person
    handoff, todo = run(handoff, h.Accepted("h1-1", "key"))
    assert todo[0] == h.Bridge("h1-1", "ana")
    assert handoff.attempts[0].accepted_by == "screen"


def test_accepting_twice_bridges_once() -> None:
    _, todo = offered(h.Accepted("h1-1", "key"), h.Accepted("h1-1", "voice"), h.Accepted("h1-1", "screen"))
    assert [next_ for next_ in todo if isinstance(next_, h.Bridge)] == [h.Bridge("h1-1", "ana")]


@pytest.mark.parametrize(
    ("event", "outcome"),
    [
        (h.Declined("h1-1", "key"), h.Outcome.DECLINED),
        (h.Declined("h1-1", "no_answer"), h.Outcome.NO_ANSWER),
        (h.LegOver("h1-1", LegEnded.BUSY), h.Outcome.BUSY),
        (h.LegOver("h1-1", LegEnded.NO_ANSWER), h.Outcome.NO_ANSWER),
        (h.LegOver("h1-1", LegEnded.MACHINE), h.Outcome.MACHINE),
        (h.LegOver("h1-1", LegEnded.FAILED), h.Outcome.FAILED),
        (h.LegOver("h1-1", LegEnded.HUNG_UP), h.Outcome.DECLINED),
        (h.OfferExpired("h1-1"), h.Outcome.NO_ANSWER),
    ],
)
def test_an_agent_who_does_not_come_is_followed_by_the_next_one(event: h.Event, outcome: h.Outcome) -> None:
    handoff, todo = offered(event)
    assert handoff.state is S.QUEUED
    assert handoff.attempts[0].outcome is outcome
    assert h.Close("h1-1", "ana", outcome) in todo
    assert todo[-1] == h.FindAgent(frozenset({"ana"}))


def test_the_leg_of_an_agent_who_answered_but_did_not_decide_goes_before_the_next_is_sought() -> None:
    handoff, todo = offered(h.Answered("h1-1"), h.Briefed("h1-1", 1), h.OfferExpired("h1-1"))
    assert handoff.attempts[0].outcome is h.Outcome.TIMED_OUT
    assert todo[0] == h.Cancel("h1-1", "ana", "timed_out", tell=False)


def test_an_agent_whose_bridge_failed_may_be_asked_once_more() -> None:
    handoff, todo = offered(h.Accepted("h1-1", "key"), h.BridgeFailed("h1-1", "no media"))
    assert todo[-1] == h.FindAgent(frozenset())
    handoff, todo = run(
        handoff, h.AgentChosen("h1-2", "ana"), h.Accepted("h1-2", "key"), h.BridgeFailed("h1-2", "no media")
    )
    assert todo[-1] == h.FindAgent(frozenset({"ana"}))


def test_an_agent_who_listens_hears_that_the_caller_has_hung_up() -> None:
    handoff, todo = offered(h.Answered("h1-1"), h.CallerLeft())
    assert handoff.state is S.ABANDONED
    assert todo[0] == h.Cancel("h1-1", "ana", "caller_left", tell=True)


def test_a_ringing_agent_is_no_longer_rung_when_the_caller_leaves() -> None:
    _, todo = offered(h.Ringing("h1-1"), h.CallerLeft())
    assert todo == [h.Cancel("h1-1", "ana", "caller_left", tell=False), h.Close("h1-1", "ana", h.Outcome.ABANDONED)]


def test_a_leg_that_answers_after_its_attempt_was_over_is_cancelled() -> None:
    _, todo = offered(h.OfferExpired("h1-1"), h.Answered("h1-1"))
    assert todo[-1] == h.Cancel("h1-1", None, "late", tell=False)


def test_nobody_free_is_told_once_with_the_offer_of_a_callback() -> None:
    handoff, todo = run(requested(), h.Queued(1), h.NobodyFree(), h.NobodyFree())
    assert handoff.state is S.QUEUED
    assert todo[2:] == [h.TellCaller(PersonStage.UNAVAILABLE), h.OfferCallback()]


def test_a_callback_ends_the_search_and_withdraws_the_offer() -> None:
    handoff, todo = offered(h.Ringing("h1-1"), h.CallbackAgreed())
    assert handoff.state is S.CALLBACK
    assert h.Close("h1-1", "ana", h.Outcome.WITHDRAWN) in todo


def test_when_time_is_up_the_callback_is_offered_before_the_system_resumes() -> None:
    handoff, todo = run(requested(), h.Queued(1), h.SeekOver())
    assert todo[-1] == h.OfferCallback()
    handoff, todo = run(handoff, h.SeekOver())
    assert (handoff.state, todo) == (S.RESUMED, [h.GiveUp("timed_out")])


def test_an_agent_who_is_asked_when_time_is_up_may_still_come() -> None:
    handoff, _ = offered(h.SeekOver(), h.Accepted("h1-1", "key"), h.BridgeMade("h1-1"))
    assert handoff.state is S.BRIDGED


def test_the_caller_may_cancel_and_goes_on_with_the_system() -> None:
    handoff, todo = offered(h.CallerCancelled())
    assert handoff.state is S.RESUMED
    assert todo[-1] == h.GiveUp("cancelled")


def test_a_caller_who_cancels_while_they_are_being_joined_hears_who_is_coming() -> None:
    handoff, todo = offered(h.Accepted("h1-1", "key"), h.CallerCancelled())
    assert handoff.state is S.ACCEPTED
    assert todo[-1] == h.TellCaller(PersonStage.COMING, "ana")
    assert h.GiveUp("cancelled") not in todo


def test_when_the_agent_leaves_the_bridge_the_system_takes_the_caller_back() -> None:
    handoff, todo = offered(h.Accepted("h1-1", "key"), h.BridgeMade("h1-1"), h.LegOver("h1-1", LegEnded.HUNG_UP))
    assert handoff.state is S.ENDED
    assert todo[-1] == h.Resume("agent_left")


def test_when_the_caller_leaves_the_bridge_the_agents_leg_ends() -> None:
    handoff, todo = offered(h.Accepted("h1-1", "key"), h.BridgeMade("h1-1"), h.CallerLeft())
    assert handoff.state is S.ENDED
    assert todo[-2:] == [h.Cancel("h1-1", "ana", "caller", tell=False), h.Close("h1-1", "ana", h.Outcome.BRIDGED)]


def test_a_colleague_who_was_beside_the_agent_succeeds_them_and_the_caller_stays_with_a_person() -> None:
    before, _ = offered(h.Accepted("h1-1", "key"), h.BridgeMade("h1-1"))
    after, todo = h.step(before, h.Succeeded("h1-1", "h1-b1-1", "ben"), 90_000)
    assert (after.state, after.current.agent if after.current else "") == (S.BRIDGED, "ben")
    assert todo == (h.Succeed("h1-1", "ana", "h1-b1-1"),)
    over = ended(before, after)
    assert over is not None and (over.agent, over.outcome, over.clock["trigger"]) == ("ana", "bridged", 10_000)
    left, todo = h.step(after, h.LegOver("h1-b1-1", LegEnded.HUNG_UP), 99_000)
    assert (left.state, todo[-1]) == (S.ENDED, h.Resume("agent_left"))
    over = ended(after, left)
    assert over is not None and (over.agent, over.clock["trigger"], over.clock["over"]) == ("ben", None, 99_000)


def test_a_move_is_journaled_with_what_led_to_it() -> None:
    before, _ = offered()
    after, _ = run(before, h.Declined("h1-1", "key"))
    assert h.moved(before, after) == HandoffMoved("h1", "queued", "offered", "declined")
    assert h.moved(after, after) is None


# --- the table --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", S)
def test_a_second_agent_is_never_chosen_while_one_is_asked_or_all_is_over(state: h.HandoffState) -> None:
    if state is S.QUEUED:
        return
    handoff = h.Handoff("h1", "c1", "cards", 0, state=state)
    with pytest.raises(IllegalMove, match="handoff h1 of call c1"):
        h.step(handoff, h.AgentChosen("h1-9", "ben"), 1)


def test_an_attempt_id_is_used_once() -> None:
    handoff, _ = offered(h.Declined("h1-1", "key"))
    with pytest.raises(IllegalMove, match="a new attempt expected"):
        h.step(handoff, h.AgentChosen("h1-1", "ben"), 1)


def test_every_state_but_the_final_ones_can_reach_an_end() -> None:
    for state in S:
        ends = {to for moves in h.TABLE[state].values() for to in moves} & h.FINAL
        assert bool(ends) is (state not in h.FINAL), state
