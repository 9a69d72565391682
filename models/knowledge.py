"""Articles that answers quote, and whether one covers what was asked.

Which article a question is about the intent model says, fitted on the article's own questions; whether its words are
those of the question is looked at here. Only where both agree is it an answer: a wrong article said with confidence is
worse than "I don't know".
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from models.ngrams import words

LEAST_COVER = (
    0.4  # of the question's weight. Of the demo articles' 88 questions, each left out in turn, 0.92 reach it, and of
)
# the sentences that are none of ours 0.09, before the intent model has its say [measured]
_STOPS = frozenset({
    "a", "an", "and", "are", "at", "be", "can", "could", "did", "do", "does", "for", "from", "get", "have",
    "hello", "hi", "how", "i", "i'd", "i'm", "if", "in", "is", "it", "just", "know", "like", "long", "many", "me",
    "much", "my", "of", "on", "or", "please", "so", "tell", "that", "the", "there", "this", "to", "uh", "um",
    "want", "was", "we", "what", "what's", "when", "where", "which", "who", "why", "will", "with", "would", "you",
    "your", "about", "any", "take", "takes", "guys", "yeah", "okay", "well", "say", "said", "wondering", "question",
    "call", "calling", "need", "should", "going", "go", "am", "by", "been", "has", "had", "it's", "that's", "don't",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Article:
    """A page of `config/knowledge`. `spoken` is what the line says; `text` is for people and the co-pilot; after
    `review_by` somebody must look at it again. `questions`: ways to ask for it; without any nobody is answered by it,
    unless an intent names it. `agents_ask`: ways agents ask for it, which teach the line nothing. `owner` and `queue`:
    who answers for it, and where more is to be had."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}
    name: str
    title: str
    spoken: str
    updated: date
    review_by: date
    text: str = ""
    questions: tuple[str, ...] = ()
    agents_ask: tuple[str, ...] = ()
    owner: str = ""
    queue: str | None = None

    def stale(self, today: date) -> bool:
        return self.review_by < today


class Knowledge:
    """The words of all articles."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self._words: Mapping[str, frozenset[str]] = {article.name: _words(article) for article in articles}
        self._found_in = Counter(word for known in self._words.values() for word in known)

    def covers(self, question: str, article: str) -> bool:
        return self.cover(question, article) >= LEAST_COVER

    def cover(self, question: str, article: str) -> float:
        """Share of the question's weight found in `article`, 0 to 1. A word in no article weighs as much as the rarest:
        it may be about something we have no article for."""
        weights = {word: self._rarity(word) for word in stems(question)}
        known = self._words.get(article, frozenset())
        total = sum(weights.values())
        return sum(weight for word, weight in weights.items() if word in known) / total if total else 0.0

    def _rarity(self, word: str) -> float:
        """As in BM25 (Robertson & Zaragoza 2009)."""
        found = max(self._found_in[word], 1)
        return math.log(1 + (len(self._words) - found + 0.5) / (found + 0.5))


def _words(article: Article) -> frozenset[str]:
    name = article.name.replace("_", " ")
    return frozenset(stems(" ".join([article.title, name, article.spoken, article.text, *article.questions])))


def stems(text: str) -> list[str]:
    """Words without the commonest English endings, so that "disputes", "disputed" and "dispute" meet."""
    return [_stem(word) for word in words(text) if word not in _STOPS]


def _stem(word: str) -> str:
    for ending in ("ings", "ing", "edly", "ed", "ies", "es", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
