"""Asking: quoted sentences with their source, or that nothing in the knowledge answers."""

from dataclasses import replace
from datetime import date

import pytest

from telephony.copilot.answer import NoQuestion, ask
from telephony.copilot.library import Library
from tests.copilot.desk import PAGES, PARKING, TODAY
from tests.quality.copilot.questions import pages


def test_an_answer_quotes_the_sentences_and_names_article_section_and_date() -> None:
    answer = ask(Library(pages()), "what does an outgoing wire cost", TODAY)
    assert answer.source is not None
    assert "Outgoing wire: 20 dollars." in answer.sentences
    assert (answer.source.article, answer.source.updated) == ("fees", date(2026, 9, 15))


STRANGE = ("who won the game last night", "what is the weather like tomorrow", "can my dog come along")


@pytest.mark.parametrize("question", STRANGE)
def test_where_no_article_answers_it_says_so(question: str) -> None:
    answer = ask(Library(pages()), question, TODAY)
    assert (answer.answered, answer.sentences) == (False, ())


def test_an_article_past_its_review_date_is_quoted_with_a_warning() -> None:
    old = replace(PAGES[0], review_by=date(2026, 11, 21))
    answer = ask(Library([old, *PAGES[1:]]), PARKING, TODAY)
    assert answer.source is not None
    assert answer.source.stale
    today = replace(PAGES[0], review_by=TODAY)
    answer = ask(Library([today, *PAGES[1:]]), PARKING, TODAY)
    assert answer.source is not None
    assert not answer.source.stale


def test_a_question_of_no_words_or_of_ten_thousand_is_refused_with_what_was_expected() -> None:
    for nothing in ("", "  \n "):
        with pytest.raises(NoQuestion, match="Write a question"):
            ask(Library(PAGES), nothing, TODAY)
    with pytest.raises(NoQuestion, match="at most 300 words expected, got 10,000"):
        ask(Library(PAGES), "wire " * 10_000, TODAY)


def test_a_question_of_stop_words_alone_and_an_empty_library_answer_nothing() -> None:
    assert not ask(Library(PAGES), "what is it?", TODAY).answered
    assert not ask(Library([]), PARKING, TODAY).answered


def test_one_article_alone_can_be_asked() -> None:
    assert Library(PAGES[:1]).find(PARKING) is not None
