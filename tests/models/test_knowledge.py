"""Whether an article covers a question."""

from datetime import date

import pytest

from models.knowledge import Article, Knowledge

TODAY = date(2026, 11, 18)
HOURS = Article(
    "hours", "Opening hours", "We are open Monday to Friday from nine to five.", date(2026, 10, 1), date(2027, 1, 1),
    text="Branches close on public holidays. Saturday by appointment.",
)  # fmt: skip
FEES = Article(
    "fees", "Fees", "Checking is free; an overdraft costs 15 dollars.", date(2026, 1, 1), date(2026, 6, 30),
    text="Wire transfers cost 20 dollars.", questions=("what do you charge for going into the red",),
)  # fmt: skip
KNOWN = Knowledge([HOURS, FEES])


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("are you open on saturday", "hours"),
        ("what does an overdraft cost", "fees"),
        ("what would a wire cost me", "fees"),
        ("do you charge for the red", "fees"),
    ],
)
def test_an_article_covers_what_its_words_or_its_questions_hold(question: str, article: str) -> None:
    assert KNOWN.covers(question, article)


@pytest.mark.parametrize(
    "question", ["", "um", "do you sell pizza", "how do i get to the wedding", "日本語", "x" * 9**5]
)
def test_and_nothing_else(question: str) -> None:
    assert not any(KNOWN.covers(question, article) for article in ("hours", "fees", "of nobody"))


def test_an_article_past_its_review_date_is_stale() -> None:
    assert FEES.stale(TODAY)
    assert not HOURS.stale(TODAY)


def test_no_articles_cover_nothing() -> None:
    assert not Knowledge(()).covers("opening hours", "hours")
