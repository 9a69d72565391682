"""What an agent is told when they ask: sentences of an article with their source and date, or that none answers."""

from dataclasses import dataclass
from datetime import date

from telephony.copilot.articles import Page
from telephony.copilot.library import Found, Library
from telephony.errors import TelephonyError

MOST_WORDS = 300  # of a question: a caller's longest turn; a pasted document is none
NOTHING = "Nothing in the knowledge answers this."


class NoQuestion(TelephonyError):
    """What was sent cannot be asked. The agent is shown the message."""


@dataclass(frozen=True, slots=True)
class Source:
    article: str
    title: str
    section: str
    updated: date
    review_by: date
    stale: bool  # past its review date: the page warns

    @classmethod
    def of(cls, page: Page, today: date, section: str = "") -> "Source":
        return cls(page.name, page.title, section, page.updated, page.review_by, page.stale(today))


@dataclass(frozen=True, slots=True)
class Answer:
    """`sentences`: quoted, in their order; none: nothing answers. `others`: where else to look, nearest first."""

    question: str
    sentences: tuple[str, ...]
    source: Source | None
    sure: float
    others: tuple[Source, ...] = ()

    @property
    def answered(self) -> bool:
        return self.source is not None


def ask(library: Library, question: str, today: date) -> Answer:
    """Raises `NoQuestion`."""
    return told(library.find(checked(question)), question, today)


def checked(question: str) -> str:
    count = len(question.split())
    if not count:
        raise NoQuestion("Write a question first.")
    if count > MOST_WORDS:
        raise NoQuestion(f"A question of at most {MOST_WORDS} words expected, got {count:,}.")
    return question


def told(found: Found | None, question: str, today: date) -> Answer:
    if found is None:
        return Answer(question, (), None, 0.0)
    others = tuple(Source.of(page, today) for page in (found.page, *found.others))
    if not found.answers:
        return Answer(question, (), None, found.sure, others)
    return Answer(
        question, found.sentences, Source.of(found.page, today, found.section.heading), found.sure, others[1:]
    )
