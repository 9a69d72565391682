"""Open questions: answered from an article that is named with its date, or honestly not at all."""

from datetime import date

import pytest

from tests.sim.story import Story, business
from voice import events
from voice.dialogue.turn import CallerMind


@pytest.mark.parametrize(
    ("question", "source", "part"),
    [
        ("what do you charge for an overdraft", "our page on fees, of September 2026", "15 dollars"),
        ("does the new card keep my pin", "our page on card replacement, of September 2026", "keeps your PIN"),
        (
            "how many days do you need to look into a dispute",
            "our page on disputes, of October 2026",
            "ten working days",
        ),
        ("is there a fee for moving money between my accounts", "our page on transfers", "at no cost"),
        ("are you open on saturday", "our page on opening hours, of October 2026", "Saturday from 9"),
    ],
)
def test_an_answer_names_its_page_and_how_old_it_is(question: str, source: str, part: str) -> None:
    call = Story()
    said = call.hears(question)
    assert source in said
    assert part in said
    assert call.actions == [], "a question about fees is no errand, and needs no identity"


@pytest.mark.parametrize(
    "question",
    [
        "what is the exchange rate for the yen", "do you have student loans in canada for horses",
        "can you wire money to my aunt", "what's the overdraft fee at the bank across the street in boston",
    ],
)  # fmt: skip
def test_what_no_article_covers_is_not_answered_by_another(question: str) -> None:
    call = Story()
    assert "From our page" not in call.hears(question)


def test_what_is_not_known_is_said_so_once_and_then_a_person_comes() -> None:
    call = Story()
    assert "don't know" in call.hears("what's the exchange rate for euros today")
    call.hears("how many yen would i get for a hundred dollars")
    assert call.mind.state.counts.outside + call.mind.state.counts.no_matches_row >= 1
    assert "From our page" not in " ".join(say.text for say in call.did(events.Say))


def told(today: date) -> list[events.Act]:
    mind = CallerMind(
        business=business(), intents=Story(answered=False).mind._understanding._intents, judge=Story().mind._judge,
        call="story", today=today,
    )  # fmt: skip
    mind.on(events.Answered(None), 0)
    return list(mind.on(events.Heard("what do you charge for an overdraft", 0.9, 1000, 3000, "scripted"), 3000))


def test_an_answer_from_a_page_past_its_review_raises_an_alarm() -> None:
    fees = business().articles["fees"]
    assert not any(isinstance(act, events.Notice) for act in told(fees.review_by))

    late = told(date(2027, 7, 1))

    assert any(isinstance(act, events.Say) and "15 dollars" in act.text for act in late), "the caller is answered"
    notice = next(act for act in late if isinstance(act, events.Notice))
    assert (notice.part, "knowledge/fees.md" in notice.what, "2027-06-30" in notice.what) == ("knowledge", True, True)


def test_each_article_with_questions_has_an_owner_and_a_date_in_the_register() -> None:
    for article in business().articles.values():
        if article.questions:
            scope = business().scope[f"about_{article.name}"]
            assert (scope.mode, scope.owner, scope.review_by) == ("automatic", article.owner, article.review_by)
