"""Which article a question is about, and how sure that is: BM25 over words, with an encoder also what they mean.

Of 139 questions written for this by hand (tests/quality/copilot/own.toml) the article found first is the right one for
.93 with the encoder and .81 by words alone [measured]; the mean of both ranks, instead of their scores' sum, has .87.
"""

import logging
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import bm25s
import numpy as np
import numpy.typing as npt

from telephony.copilot.articles import Page, Section
from telephony.copilot.vectors import Encoder, Vectors, encoded
from telephony.copilot.words import tokens, written

Floats = npt.NDArray[np.floating]

logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets itself to tell each step

K1, B = 1.2, 0.3  # of BM25: articles are of like length, so length says little [.3 to .75 alike, measured]
NEAREST = (
    2  # keys of a page that say together how near a question is: one may be near by chance [1: .88, 2: .91, 3: .90]
)
BY_WORDS = 0.1  # of BM25 beside the cosine; the best page's BM25 counts 1 [best of 0 to .3]
ALIKE_FROM, ALIKE_TO = 0.3, 0.8  # cosine of two single words: below it they are strangers, above it the same
SENTENCE_WORDS = 0.5  # of the words a sentence shares with the question, beside its cosine


@dataclass(frozen=True, slots=True)
class Weights:
    """Of the evidence that the page found answers the question; log-odds."""

    near: float  # mean cosine of the nearest keys; by words alone BM25, a tenth of it
    cover: float  # share of the question's weight that the page has words for
    margin: float  # before the second page
    bias: float
    ask: float  # from this chance on an agent who asks is answered: as many of ours are as others are not
    show: float  # from this on it is shown unasked: above it 97 of 100 are right

    def chance(self, near: float, cover: float, margin: float) -> float:
        return 1 / (1 + math.exp(-(self.near * near + self.cover * cover + self.margin * margin + self.bias)))


# Fitted on the 139 questions of own.toml, the same with their article taken away, and its 55 that no article answers:
# `python -m tests.quality.copilot.calibrate`. With the encoder the right article answers .84 of them, and of the
# others .83 are told that none does; by words alone .73 and .74.
MEANT = Weights(near=7.70, cover=5.72, margin=10.71, bias=-9.79, ask=0.32, show=0.94)
WORDED = Weights(near=7.97, cover=2.75, margin=5.83, bias=-4.82, ask=0.34, show=0.97)


@dataclass(frozen=True, slots=True)
class Found:
    """The page nearest to a question. `sure`: the chance that it answers, 0..1; `others`: the next ones, nearest
    first."""

    page: Page
    section: Section
    sentences: tuple[str, ...]  # of the section, in its order: those that answer
    sure: float
    answers: bool  # sure enough to be the answer to a question
    surely: bool  # sure enough to be shown unasked
    evidence: tuple[float, float, float]  # near, cover, margin: see `Weights`
    others: tuple[Page, ...] = ()


class Library:
    """All pages, ready to be asked. Asking costs .1 ms of a core, with an encoder 7 [measured]."""

    def __init__(self, pages: Sequence[Page], encoder: Encoder | None = None, *, kept: Path | None = None) -> None:
        self.pages = tuple(pages)
        self._by_name = {page.name: page for page in self.pages}
        bags = [_bag(page) for page in self.pages]
        self._words = [frozenset(bag) for bag in bags]
        self._pages_with = Counter(word for words in self._words for word in words)
        self._bm25 = bm25s.BM25(k1=K1, b=B)
        if bags:
            self._bm25.index(bags, show_progress=False)
        self._meaning = _Meaning(self.pages, self._words, encoder, kept) if encoder is not None and self.pages else None

    def page(self, name: str) -> Page | None:
        return self._by_name.get(name)

    @property
    def how(self) -> str:
        return "words and meaning" if self._meaning is not None else "words"

    def find(self, question: str) -> Found | None:
        """None for a question without a word that tells subjects apart, and in an empty library."""
        words = tokens(question)
        if not words or not self.pages:
            return None
        worded = self._worded(words)
        if self._meaning is None:
            return self._found(words, worded, worded / 10, None)
        meant, alike = self._meaning.near(question)
        best = float(worded.max())
        return self._found(words, meant + BY_WORDS * (worded / best if best > 0 else worded), meant, alike)

    def _found(self, words: Sequence[str], scores: Floats, near: Floats, alike: "_Asked | None") -> Found:
        order = np.argsort(-scores, kind="stable")
        first = int(order[0])
        margin = float(scores[first] - scores[order[1]]) if len(order) > 1 else float(scores[first])
        if alike is None:
            margin /= 10  # as `near` is
        page, cover = self.pages[first], self._cover(words, first, alike)
        evidence = (float(near[first]), cover, margin)
        weights = WORDED if alike is None else MEANT
        sure = weights.chance(*evidence)
        section, sentences = self._quote(page, first, words, alike)
        others = tuple(self.pages[at] for at in order[1:3])
        answers, surely = sure >= weights.ask, sure >= weights.show
        return Found(page, section, sentences, sure, answers, surely, evidence, others)

    def _worded(self, words: Sequence[str]) -> Floats:
        known = [word for word in words if word in self._pages_with]
        return self._bm25.get_scores(known) if known else np.zeros(len(self.pages), np.float32)

    def _rarity(self, word: str) -> float:
        """As in BM25. A word that no page has weighs as one of a single page: it may be what the question is about."""
        found = max(self._pages_with[word], 1)
        return math.log(1 + (len(self.pages) - found + 0.5) / (found + 0.5))

    def _cover(self, words: Sequence[str], page: int, alike: "_Asked | None") -> float:
        asked = set(words)
        total = sum(map(self._rarity, asked))
        return sum(self._rarity(word) * self._has(word, page, alike) for word in asked) / total if total else 0.0

    def _has(self, word: str, page: int, alike: "_Asked | None") -> float:
        if word in self._words[page]:
            return 1.0
        return alike.likeness(word, page) if alike is not None else 0.0

    def _quote(
        self, page: Page, at: int, words: Sequence[str], alike: "_Asked | None"
    ) -> tuple[Section, tuple[str, ...]]:
        """The section with the sentence nearest to the question, and its sentences that are nearly as near."""
        meant = alike.sentences(at) if alike is not None else None
        shared = {word: self._rarity(word) for word in words}
        most = sum(shared.values()) or 1.0
        scored: list[tuple[float, Section, int]] = []
        for section in page.sections:
            headed = set(tokens(section.heading))
            for number, sentence in enumerate(section.sentences):
                score = SENTENCE_WORDS * sum(shared.get(word, 0) for word in headed | set(tokens(sentence))) / most
                scored.append((score + (float(meant[len(scored)]) if meant is not None else 0.0), section, number))
        best, section, chosen = max(scored, key=lambda one: one[0])
        near = {number for score, of, number in scored if of is section and score >= NEARLY * best}
        kept = sorted(near, key=lambda number: abs(number - chosen))[:QUOTED]
        return section, tuple(section.sentences[number] for number in sorted(kept))


NEARLY = 0.6  # of the nearest sentence's score [est]: a rule and its exception stand side by side
QUOTED = 3  # sentences: what is read at a glance


class _Meaning:
    """The pages' questions, headings and sentences as vectors, and their single words."""

    def __init__(
        self, pages: Sequence[Page], words: Sequence[frozenset[str]], encoder: Encoder, kept: Path | None
    ) -> None:
        self._encoder = encoder
        keys = [(at, text) for at, page in enumerate(pages) for text in _keys(page)]
        said = [list(_said(page)) for page in pages]
        self._vocabulary = sorted(set().union(*words))
        place = {word: number for number, word in enumerate(self._vocabulary)}
        surface = _surface(pages)
        texts = [text for _, text in keys] + [text for of in said for text in of]
        texts += [surface.get(word, word) for word in self._vocabulary]
        vectors = encoded(encoder, texts, kept)
        self._keys, rest = np.split(vectors, [len(keys)])
        sentences, self._single = np.split(rest, [sum(map(len, said))])
        self._of = np.split(np.arange(len(keys)), np.cumsum([len(_keys(page)) for page in pages])[:-1])
        self._sentences = np.split(sentences, np.cumsum(list(map(len, said)))[:-1])
        self._places = [np.array(sorted(place[word] for word in of), np.intp) for of in words]

    def near(self, question: str) -> tuple[Floats, "_Asked"]:
        """How near each page is, and the question's own vectors."""
        asked = written(question)
        vectors = self._encoder.encode([question, *asked.values()])
        cosines = _times(self._keys, vectors[0])
        means = [np.sort(cosines[own])[-NEAREST:].mean() if len(own) else -1.0 for own in self._of]
        return np.array(means), _Asked(self, tuple(asked), vectors)

    def likeness(self, word: Vectors, page: int) -> float:
        """How like `word` is to the word of the page that is likest, 0..1."""
        own = self._places[page]
        nearest = float(_times(self._single[own], word).max()) if len(own) else 0.0
        return min(1.0, max(0.0, (nearest - ALIKE_FROM) / (ALIKE_TO - ALIKE_FROM)))

    def sentences(self, question: Vectors, page: int) -> Floats:
        return _times(self._sentences[page], question)


class _Asked:
    """One question beside the library's vectors."""

    def __init__(self, meaning: _Meaning, words: Sequence[str], vectors: Vectors) -> None:
        self._meaning = meaning
        self._question = vectors[0]
        self._words = dict(zip(words, vectors[1:], strict=True))

    def likeness(self, word: str, page: int) -> float:
        return self._meaning.likeness(self._words[word], page)

    def sentences(self, page: int) -> Floats:
        return self._meaning.sentences(self._question, page)


def _times(matrix: Vectors, vector: Vectors) -> Floats:
    """Not by BLAS, whose threads cost more than they save where other calls keep the cores busy."""
    product: Floats = np.einsum("ij,j->i", matrix, vector)
    return product


def _keys(page: Page) -> list[str]:
    """What a question may be near to: ways to ask, the title, headings, sections, sentences."""
    headings = [f"{page.title}: {section.heading}" for section in page.sections if section.heading]
    whole = [f"{page.title}: {section.heading}. {' '.join(section.sentences)}" for section in page.sections]
    return [page.title, *page.questions, *headings, *whole, *_said(page)]


def _said(page: Page) -> list[str]:
    return [f"{page.title}: {sentence}" for section in page.sections for sentence in section.sentences]


def _bag(page: Page) -> list[str]:
    """The page's words; those of its title twice."""
    texts = [page.title, page.title, page.name.replace("_", " "), *page.questions]
    for section in page.sections:
        texts += [section.heading, *section.sentences]
    return [word for text in texts for word in tokens(text)]


def _surface(pages: Sequence[Page]) -> dict[str, str]:
    """Stem → a word it comes from: an encoder knows words, not stems."""
    texts = [text for page in pages for text in (page.title, *page.questions, *_said(page))]
    return {stem: word for text in reversed(texts) for stem, word in written(text).items()}
