"""The library of the co-pilot: the callers' articles, and those for agents alone in `config/knowledge/agents`.

An article that cannot be read is left out and named: it must not keep the telephone from being answered. Text stays
text: Markdown's headings and lists are understood, HTML is shown as it was written.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import ClassVar

from models.knowledge import Article
from voice.dialogue.errors import BusinessError
from voice.dialogue.load import build, front_matter

AGENTS = Path("knowledge") / "agents"
"""The folder within a business's, for agents only: no caller is ever answered from it."""

_FENCE = "```"
_HEADING = re.compile(r"^#{1,6}(?:\s+(.*?))?\s*#*$")
_ITEM = re.compile(r"^\s*(?:[-*+]|(\d+)[.)])\s+")
_MARKS = re.compile(r"(\*\*|__|`)(.+?)\1")
_LINK = re.compile(r"!?\[([^\]]*)\]\(([^)\s]*)\)")
_OPEN_LINK = re.compile(r"\]\([^)]*$")
_SENTENCE_END = re.compile(r"(?:(?<=[.!?])|(?<=[.!?][\"')\]”]))\s+(?=[\"'(\[“]*[A-Z0-9<])")


@dataclass(frozen=True, slots=True)
class Section:
    heading: str  # "": before the first heading
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """An article as agents read it. `questions`: ways to ask for it; they help the search and are not shown."""

    name: str  # the file's, without ".md"
    title: str
    updated: date
    review_by: date
    sections: tuple[Section, ...]
    owner: str = ""
    questions: tuple[str, ...] = ()

    def stale(self, today: date) -> bool:
        return self.review_by < today


@dataclass(frozen=True, slots=True)
class _Front:
    """What stands above an agents' article: a caller's without the sentence the line says."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}
    title: str
    updated: date
    review_by: date
    owner: str = ""
    queue: str | None = None
    questions: tuple[str, ...] = ()


def of_callers(articles: Iterable[Article]) -> tuple[Page, ...]:
    """The articles that callers are answered from; what the line says is their first sentence."""
    return tuple(
        Page(
            article.name, article.title, article.updated, article.review_by,
            (Section("", tuple(_sentences(article.spoken))), *_sections(article.text)), article.owner,
            (*article.questions, *article.agents_ask),
        )
        for article in articles
    )  # fmt: skip


def of_agents(business: Path) -> tuple[tuple[Page, ...], tuple[str, ...]]:
    """The articles for agents, and one line for each that is wrong: file, what was expected, what came."""
    pages, mistakes = [], []
    for path in sorted((business / AGENTS).glob("*.md")):
        try:
            pages.append(_read(path))
        except (BusinessError, OSError, UnicodeDecodeError) as error:
            mistakes.append(str(error) if isinstance(error, BusinessError) else f"{path}: a text expected, got {error}")
    return tuple(pages), tuple(mistakes)


def _read(path: Path) -> Page:
    table, body = front_matter(path)
    front = build(_Front, table, str(path))
    wrong = [*_wrong_dates(front), *_broken(body)]
    if wrong:
        raise BusinessError("\n".join(f"{path}: {what}" for what in wrong))
    return Page(path.stem, front.title, front.updated, front.review_by, _sections(body), front.owner, front.questions)


def _wrong_dates(front: _Front) -> Iterator[str]:
    if front.review_by <= front.updated:
        yield f"review_by: a day after {front.updated} expected, got {front.review_by}"


def _broken(body: str) -> Iterator[str]:
    """What an editor left half done. Lines count from the end of the front matter."""
    lines = body.splitlines()
    if not body.strip():
        yield "a text below the front matter expected, got none"
    if sum(line.lstrip().startswith(_FENCE) for line in lines) % 2:
        yield f"a closing {_FENCE} expected, got none"
    for number, line in enumerate(lines, start=1):
        heading = _HEADING.match(line)
        if heading and not heading[1]:
            yield f"text line {number}: words after {line.strip()} expected, got none"
        if _OPEN_LINK.search(line):
            yield f"text line {number}: a closing ) of the link expected, got none"


def _sections(body: str) -> tuple[Section, ...]:
    found: list[tuple[str, list[str]]] = [("", [])]
    paragraph: list[str] = []

    def ended() -> None:
        found[-1][1].extend(_sentences(" ".join(paragraph)))
        paragraph.clear()

    for line in body.splitlines():
        heading, item = _HEADING.match(line), _ITEM.match(line)
        if heading or item or not line.strip() or line.lstrip().startswith(_FENCE):
            ended()
        if heading:
            found.append((_plain(heading[1] or ""), []))
        elif line.strip() and not line.lstrip().startswith(_FENCE):
            number = f"{item[1]}) " if item and item[1] else ""
            paragraph.append(number + (line[item.end() :] if item else line).strip())
    ended()
    return tuple(Section(heading, tuple(sentences)) for heading, sentences in found if sentences)


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in _SENTENCE_END.split(_plain(text)) if sentence]


def _plain(text: str) -> str:
    """Without Markdown's own signs. An address behind a link's words stays beside them."""
    named = _LINK.sub(lambda link: f"{link[1]} ({link[2]})" if link[2] else link[1], text)
    return _MARKS.sub(r"\2", named).strip()
