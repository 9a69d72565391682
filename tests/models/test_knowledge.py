"""Answers that quote their article, or none."""

from datetime import date
from pathlib import Path

import pytest

from models.knowledge import Knowledge, read_articles

TODAY = date(2026, 11, 18)
HOURS = """+++
title = "Opening hours"
spoken = "We are open Monday to Friday from nine to five."
updated = 2026-10-01
review_by = 2027-01-01
+++
Branches close on public holidays. Saturday by appointment.
"""
FEES = """+++
title = "Fees"
spoken = "Checking is free; an overdraft costs 15 dollars."
updated = 2026-01-01
review_by = 2026-06-30
+++
Wire transfers cost 20 dollars.
"""


@pytest.fixture
def knowledge(tmp_path: Path) -> Knowledge:
    (tmp_path / "hours.md").write_text(HOURS, "utf-8")
    (tmp_path / "fees.md").write_text(FEES, "utf-8")
    return Knowledge(read_articles(tmp_path))


def test_an_answer_is_the_articles_own_sentence_with_its_date(knowledge: Knowledge) -> None:
    answer = knowledge.answer("are you open on saturday", TODAY)

    assert answer is not None
    assert answer.text == "We are open Monday to Friday from nine to five."
    assert (answer.article, answer.updated, answer.stale) == ("hours", date(2026, 10, 1), False)


def test_an_article_past_its_review_date_says_so(knowledge: Knowledge) -> None:
    answer = knowledge.answer("what does an overdraft cost", TODAY)

    assert answer is not None
    assert answer.stale
    assert [article.name for article in knowledge.stale(TODAY)] == ["fees"]


@pytest.mark.parametrize("question", ["", "um", "do you sell pizza", "what's the weather on mars", "日本語"])
def test_it_does_not_answer_what_no_article_covers(knowledge: Knowledge, question: str) -> None:
    assert knowledge.answer(question, TODAY) is None


def test_no_articles_no_answers() -> None:
    assert Knowledge(()).answer("opening hours", TODAY) is None


def test_an_article_is_found_by_name_or_the_names_are_told(knowledge: Knowledge) -> None:
    assert knowledge.article("fees").title == "Fees"
    with pytest.raises(KeyError, match="fees, hours"):
        knowledge.article("loans")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("no head at all", "a head between two lines"),
        ('+++\ntitle = "x\n+++\n', "not TOML"),
        ('+++\ntitle = "x"\n+++\n', "title and spoken"),
        ('+++\ntitle = "x"\nspoken = "y"\nupdated = "soon"\n+++\n', "expected as dates"),
    ],
)
def test_a_broken_article_is_named(tmp_path: Path, content: str, complaint: str) -> None:
    (tmp_path / "broken.md").write_text(content, "utf-8")

    with pytest.raises(ValueError, match=f"broken.md: .*{complaint}"):
        read_articles(tmp_path)
