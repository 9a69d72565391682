"""A colleague's yes, or answer, mid-call: the caller stays, hears that it is checked, and what came of it."""

from dataclasses import replace

import pytest

from telephony.backends.demo_bank import DemoBank
from tests.sim.story import TODAY, Story, business
from voice import events
from voice.dialogue.state import Place
from voice.events import ApprovalNews, ApprovalStage, ColleagueNews, ColleagueStage, PersonStage


def asked(amount: str = "fifteen") -> tuple[Story, events.Propose]:
    """A caller who has said yes to asking for a fee back."""
    call = Story(deed=DemoBank(today=TODAY).perform_now)
    call.hears(f"please refund the {amount} dollar overdraft fee")
    call.verified()
    call.hears("yes please")
    (proposed,) = call.did(events.Propose)
    assert isinstance(proposed, events.Propose)
    return call, proposed


def news(call: Story, stage: ApprovalStage, **more: object) -> str:
    key = call.did(events.Propose)[-1].key  # type: ignore[union-attr]
    return call.happens(ApprovalNews(key, stage, **more))  # type: ignore[arg-type]


def test_nothing_is_done_before_the_yes_and_the_caller_hears_that_it_is_checked() -> None:
    call, proposed = asked()
    assert (proposed.intent, proposed.action, proposed.params["amount"]) == ("fee_waiver", "refund_fee", "15.00")
    assert "overdraft fee" in call.mind.transcript.turn(proposed.turns[0]).text
    assert "refund_fee" not in call.actions
    assert call.mind.state.place is Place.CHECKING
    assert "in front of them" in news(call, ApprovalStage.ASKED)
    said = [call.silence(6000) for _ in range(5)]
    assert all(said)
    assert len(set(said)) == 5, "each time in other words"
    assert call.expected.no_input_ms < 10_000
    assert call.did(events.Music) == [events.Music(True)]
    assert "refund_fee" not in call.actions


def test_a_yes_is_told_and_the_act_is_done_with_what_was_proposed() -> None:
    call, proposed = asked()
    said = news(call, ApprovalStage.APPROVED)
    assert "My colleague agrees." in said
    assert "15 dollars of fees are back" in said
    assert call.done[-1] == events.Do(proposed.action, proposed.params, proposed.key)
    assert call.mind.state.place is Place.OPEN


def test_a_change_is_read_back_and_done_only_with_the_callers_own_yes() -> None:
    call, proposed = asked("forty")
    said = news(call, ApprovalStage.EDITED, values={"amount": "20.00"})
    assert "agrees, with a change" in said
    assert "20 dollars" in said
    assert "refund_fee" not in call.actions
    assert "20 dollars of fees are back" in call.hears("yes")
    assert call.done[-1].params == {**proposed.params, "amount": "20.00"}


def test_a_caller_who_does_not_want_the_change_has_nothing_done_and_the_yes_is_void() -> None:
    call, proposed = asked("forty")
    news(call, ApprovalStage.EDITED, values={"amount": "20.00"})
    call.hears("no never mind")
    assert "refund_fee" not in call.actions
    assert call.did(events.Withdraw) == [events.Withdraw(proposed.key, "cancelled")]


def test_another_amount_than_was_agreed_to_needs_another_yes() -> None:
    call, _ = asked("forty")
    news(call, ApprovalStage.EDITED, values={"amount": "20.00"})
    call.hears("no thirty dollars")
    call.hears("yes")
    assert "refund_fee" not in call.actions
    assert [one.params["amount"] for one in call.did(events.Propose)] == ["40.00", "30.00"]  # type: ignore[union-attr]


def test_a_no_is_told_with_its_reason_and_a_person_is_offered() -> None:
    call, _ = asked()
    said = news(call, ApprovalStage.REJECTED, reason="once_a_year")
    assert business().approvals.reasons["once_a_year"] in said
    assert "Would you like to talk to someone" in said
    call.hears("yes")
    assert call.escalation


@pytest.mark.parametrize("stage", [ApprovalStage.TIMED_OUT, ApprovalStage.NOBODY, ApprovalStage.TAKEN])
def test_whatever_else_comes_of_it_brings_a_person_and_never_the_act(stage: ApprovalStage) -> None:
    call, _ = asked()
    news(call, stage)
    assert call.escalation
    assert call.escalation.trigger == "approval"
    assert call.did(events.SeekPerson)
    assert "refund_fee" not in call.actions
    assert any("fee" in attempt.what for attempt in call.mind.material().attempts)


def test_the_caller_may_ask_for_something_else_meanwhile_and_hears_the_outcome_after_it() -> None:
    call, _ = asked()
    assert "checking account holds" in call.hears("what is my balance")
    assert call.mind.state.place is Place.CHECKING
    call.hears("i want to move money")
    assert "agrees" not in news(call, ApprovalStage.APPROVED)
    said = call.hears("never mind")
    assert "My colleague agrees." in said
    assert "15 dollars of fees are back" in said


@pytest.mark.parametrize("how", ["never mind", "2"])
def test_the_caller_may_take_it_back(how: str) -> None:
    call, proposed = asked()
    said = call.keys(how) if how.isdecimal() else call.hears(how)
    assert "Nothing was changed" in said
    assert call.did(events.Withdraw) == [events.Withdraw(proposed.key, "cancelled")]
    assert news(call, ApprovalStage.APPROVED) == ""
    assert "refund_fee" not in call.actions


@pytest.mark.parametrize("how", ["let me talk to a person", "0"])
def test_the_caller_may_have_a_person_instead(how: str) -> None:
    call, proposed = asked()
    call.keys(how) if how.isdecimal() else call.hears(how)
    assert call.did(events.SeekPerson)
    assert call.did(events.Withdraw) == [events.Withdraw(proposed.key, "person")]
    assert call.mind.material().topic == "you would like a fee refund of 15 dollars"
    assert news(call, ApprovalStage.APPROVED) == ""
    assert "refund_fee" not in call.actions


def test_one_thing_is_asked_for_at_a_time() -> None:
    call, _ = asked()
    assert "One thing after the other" in call.hears("please refund the twenty dollar wire fee")
    assert len(call.did(events.Propose)) == 1


def test_words_that_bring_a_person_come_before_the_asking() -> None:
    """The yes to the read-back is also a request for a person: nobody is asked to approve what a person will settle."""
    call = Story(deed=DemoBank(today=TODAY).perform_now)
    call.hears("please refund the fifteen dollar overdraft fee")
    call.verified()
    call.hears("yes but let me talk to a person about it")
    assert not call.did(events.Propose)
    assert call.mind.state.approval is None


def test_a_yes_that_ran_out_is_told_so() -> None:
    call, _ = asked()
    call.deed = lambda action, params, key: events.ActionDone(action, key, ok=False, error="not_approved")
    assert "ran out before I could use it" in news(call, ApprovalStage.APPROVED)


def test_news_of_another_act_is_none() -> None:
    call, _ = asked()
    assert call.happens(ApprovalNews("another", ApprovalStage.APPROVED)) == ""
    assert call.mind.state.place is Place.CHECKING


def test_without_an_entry_in_approvals_an_approval_brings_a_person() -> None:
    known = business()
    call = Story(known=replace(known, approvals=replace(known.approvals, intents={})))
    call.hears("please refund the fifteen dollar overdraft fee")
    assert call.escalation
    assert call.escalation.trigger == "sensitive"


# --- a question to a colleague ----------------------------------------------------------------------------------------

STRANGE = "do you know whether the farmers market is open on harbor street today"


def consulting() -> tuple[Story, events.AskColleague]:
    call = Story(consults=True)
    call.hears(STRANGE)
    (asked,) = call.did(events.AskColleague)
    assert isinstance(asked, events.AskColleague)
    return call, asked


def test_what_nothing_here_answers_is_asked_of_a_colleague_who_is_quoted() -> None:
    call, asked = consulting()
    assert asked.question == STRANGE
    assert call.happens(ColleagueNews(asked.key, ColleagueStage.ASKED))
    assert call.silence()
    said = call.happens(ColleagueNews(asked.key, ColleagueStage.ANSWERED, "Yes, until noon."))
    assert "A colleague says: Yes, until noon." in said
    assert "anything else" in said


def test_nobody_to_ask_is_as_if_it_had_not_been_tried() -> None:
    call, asked = consulting()
    assert "I'm afraid I don't know that" in call.happens(ColleagueNews(asked.key, ColleagueStage.NOBODY))


def test_no_answer_in_time_offers_a_person() -> None:
    call, asked = consulting()
    said = call.happens(ColleagueNews(asked.key, ColleagueStage.UNANSWERED))
    assert "could answer that in time" in said
    assert "Would you like to talk to someone" in said


def test_who_asks_for_a_person_meanwhile_needs_no_answer() -> None:
    call, asked = consulting()
    call.hears("agent")
    assert call.did(events.Withdraw) == [events.Withdraw(asked.key, "person")]
    assert call.happens(ColleagueNews(asked.key, ColleagueStage.ANSWERED, "Yes.")) == ""


def test_without_the_setting_nobody_is_asked() -> None:
    call = Story()
    assert "I'm afraid I don't know that" in call.hears(STRANGE)
    assert not call.did(events.AskColleague)


def test_the_person_who_comes_after_all_is_told_what_was_tried() -> None:
    call, _ = asked()
    news(call, ApprovalStage.TIMED_OUT)
    call.news(PersonStage.RINGING, "Ana")
    attempt = call.mind.material().attempts[-1]
    assert "nobody decided in time" in attempt.result
