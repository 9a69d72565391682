"""Articles, and the one that answers a question: its own sentence, its name and its date, or nothing.

Ranked by BM25 (Robertson & Zaragoza 2009) over titles, spoken sentences and text. An answer is given only when the
article covers most of what was asked; a wrong article said with confidence is worse than "I don't know".
"""

import math
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from models.ngrams import words

_FENCE = "+++"
_SATURATION, _LENGTH_SHARE = 1.2, 0.5  # BM25's k1 and b; b below the usual .75, all articles are short
_TITLE_COUNTS, _SPOKEN_COUNTS = 3, 2  # times a word of the title or of the spoken sentence counts
_LEAST_COVER = 0.5  # of the question's weight that the article's words must cover
_LEAST_LEAD = 1.15  # times the runner-up's score
_STOPS = frozenset({
    "a", "an", "and", "are", "at", "be", "can", "could", "did", "do", "does", "for", "from", "get", "have",
    "hello", "hi", "how", "i", "i'd", "i'm", "if", "in", "is", "it", "just", "know", "like", "long", "many", "me",
    "much", "my", "of", "on", "or", "please", "so", "tell", "that", "the", "there", "this", "to", "uh", "um",
    "want", "was", "we", "what", "what's", "when", "where", "which", "who", "why", "will", "with", "would", "you",
    "your", "about", "any", "take", "takes",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Article:
    """`spoken` is the sentence said to callers; after `review_by` somebody must look at the article again."""

    name: str
    title: str
    spoken: str
    updated: date
    review_by: date
    body: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What to say and where it stands. `stale`: the article is past its review date."""

    text: str
    article: str
    title: str
    updated: date
    stale: bool
    score: float  # 0..1: share of the question that the article covers


def read_articles(folder: Path) -> tuple[Article, ...]:
    """All `*.md` of `folder` by name. Raises `ValueError` naming the file whose head is not as expected."""
    return tuple(_read(path) for path in sorted(folder.glob("*.md")))


def _read(path: Path) -> Article:
    pieces = path.read_text("utf-8").split(_FENCE, 2)
    if len(pieces) != 3 or pieces[0].strip():
        raise ValueError(f"{path.name}: a head between two lines {_FENCE} expected at the top")
    try:
        head = tomllib.loads(pieces[1])
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path.name}: head is not TOML: {error}") from error
    title, spoken, updated, review_by = (head.get(key) for key in ("title", "spoken", "updated", "review_by"))
    if not (isinstance(title, str) and isinstance(spoken, str) and spoken.strip()):
        raise ValueError(f"{path.name}: title and spoken expected as text, got {sorted(head)}")
    if not (isinstance(updated, date) and isinstance(review_by, date)):
        raise ValueError(f"{path.name}: updated and review_by expected as dates, got {updated!r} and {review_by!r}")
    return Article(path.stem, title, " ".join(spoken.split()), updated, review_by, pieces[2].strip())


class Knowledge:
    """Articles, ready to be asked."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self._articles = tuple(articles)
        self._counts = [_counted(article) for article in self._articles]
        self._lengths = [sum(counts.values()) for counts in self._counts]
        self._mean = sum(self._lengths) / max(len(self._lengths), 1) or 1.0
        self._found_in = Counter(word for counts in self._counts for word in counts)

    def article(self, name: str) -> Article:
        """Raises `KeyError` when there is none of this name."""
        for article in self._articles:
            if article.name == name:
                return article
        raise KeyError(f"article {name!r} expected one of {', '.join(one.name for one in self._articles)}")

    def stale(self, today: date) -> tuple[Article, ...]:
        """Articles past their review date."""
        return tuple(article for article in self._articles if article.review_by < today)

    def answer(self, question: str, today: date) -> Answer | None:
        """The answer to `question`; None when no article covers it clearly better than the others."""
        asked = _stems(question)
        if not asked or not self._articles:
            return None
        ranked = sorted(range(len(self._articles)), key=lambda number: -self._score(asked, number))
        best = ranked[0]
        cover = self._cover(asked, best)
        second = self._score(asked, ranked[1]) if len(ranked) > 1 else 0.0
        if cover < _LEAST_COVER or self._score(asked, best) < _LEAST_LEAD * second:
            return None
        article = self._articles[best]
        stale = article.review_by < today
        return Answer(article.spoken, article.name, article.title, article.updated, stale, round(cover, 3))

    def _score(self, asked: list[str], number: int) -> float:
        counts, length = self._counts[number], self._lengths[number] / self._mean
        norm = _SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * length)
        return sum(self._rarity(word) * counts[word] * (_SATURATION + 1) / (counts[word] + norm) for word in set(asked))

    def _cover(self, asked: list[str], number: int) -> float:
        """Share of the question's weight found in the article. A word in no article weighs as much as the rarest: it
        may be about something we have no article for."""
        weights = {word: self._rarity(word) for word in set(asked)}
        return sum(weight for word, weight in weights.items() if word in self._counts[number]) / sum(weights.values())

    def _rarity(self, word: str) -> float:
        found = max(self._found_in[word], 1)
        return math.log(1 + (len(self._articles) - found + 0.5) / (found + 0.5))


def _counted(article: Article) -> Counter[str]:
    counts = Counter(_stems(article.body))
    for word in _stems(f"{article.title} {article.name.replace('_', ' ')}"):
        counts[word] += _TITLE_COUNTS
    for word in _stems(article.spoken):
        counts[word] += _SPOKEN_COUNTS
    return counts


def _stems(text: str) -> list[str]:
    """Words without the commonest English endings, so that "disputes", "disputed" and "dispute" meet."""
    return [_stem(word) for word in words(text) if word not in _STOPS]


def _stem(word: str) -> str:
    for ending in ("ings", "ing", "edly", "ed", "ies", "es", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
