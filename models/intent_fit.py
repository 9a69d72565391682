"""From example sentences to heads: word errors, likeness, logistic regression, temperature and gate.

Accuracy, temperature and gate come from heads that had not seen the text they judge.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from models import intent_gate, least_squares, linear
from models.intent_gate import Evidence
from models.intent_heads import IntentHeads, Letters, by_letters, by_meaning
from models.ngrams import Ngrams, Rows
from models.word_errors import WordErrors

Floats = npt.NDArray[np.floating]
Vectors = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.intp]

STRENGTH = 30.0  # C of the head; understanding page 2.1, n-grams with logistic regression
APART_STRENGTH = 10.0  # C of the head that parts us from everything else
ERROR_RATES = (0.15,)  # of the copies with word errors; each example gets one copy a rate
LEAST_COPIED = 15  # examples an intent below which errors drown them [measured, BANKING77: ten an intent lose .007]
MOST_COPIED = 1500  # examples beyond which copies cost minutes and there is variety enough without them
MOST_LOGISTIC = 3000  # rows; beyond, least squares: solved at once, and as good from there [measured: .914 both]
RIDGE = 0.3  # of least squares [measured: .1 to 1 within .004]
# How much of the cosine of n-grams is squared [measured, BANKING77: least squares .895 by .5, .914 by 1; logistic heads
# on ten examples an intent .738 by .25, .735 by .5, .715 by 1].
FEW_SQUARED, MANY_SQUARED = 0.25, 1.0
SCALE = 10.0  # of least squares' scores (0 to 1), so that temperature and gate find what logits look like
ITERATIONS = 30  # of L-BFGS; accuracy no longer moves after 20 [measured, BANKING77]
FOLDS = 5
CHUNK = 1024  # rows of the matrix of likenesses that are copied at once
# What n-grams weigh beside a sentence vector: with few examples they have not seen enough words.
FULL_SHARE_EXAMPLES, LEAST_SHARE = 60, 0.25  # examples an intent [measured, BANKING77: 10 → .25, 100 → 1]


class Encoder(Protocol):
    """Sentences to vectors of length 1."""

    @property
    def name(self) -> str: ...

    def encode(self, texts: Sequence[str]) -> Vectors: ...


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Judgements of texts by heads that had not seen them: which texts, their scores before temperature, and whose."""

    texts: tuple[str, ...]
    logits: Floats
    labels: Numbers


@dataclass(frozen=True, slots=True)
class _Texts:
    """Rows in this order: our examples, their copies with word errors, the texts of nobody's intent."""

    ours: list[str]
    labels: Numbers  # of `ours`
    copies: list[str]
    origin: Numbers  # of `ours` and `copies`: which of ours
    outside: list[str]

    @property
    def every(self) -> list[str]:
        return [*self.ours, *self.copies, *self.outside]


@dataclass(frozen=True, slots=True)
class _Features:
    ngrams: Ngrams
    rows: Rows
    letters: Letters
    vectors: Vectors | None
    meaning: Floats | None  # likeness of every row to every row
    likeness: Floats  # of letters and meaning
    near: Floats
    meaning_near: Floats | None


def fit(
    examples: Mapping[str, Sequence[str]], outside: Sequence[str], encoder: Encoder | None
) -> tuple[IntentHeads, HeldOut]:
    """The heads of `examples`, and how they judged held-out ones. `outside`: texts of nobody's intent."""
    texts = _texts(examples, outside)
    found = _features(texts, len(examples), encoder)
    task = _Task.of(found, texts, len(examples))
    head = task.fitted()
    judged = task.held_out()
    labels = texts.labels[judged.tested]
    inside = task.evidence(judged.tested, judged.ours, judged.ours_meant)
    theirs = task.evidence(len(texts.origin) + judged.tested_outside, judged.theirs, judged.theirs_meant)
    logits = judged.ours[:, :-1]
    temperature = linear.fit_temperature(logits, labels)
    heads = IntentHeads(
        names=tuple(sorted(examples)),
        ngrams=found.ngrams,
        rows=found.rows,
        examples=np.arange(len(texts.ours)),
        shares=head.weights.astype(np.float32),
        bias=head.bias,
        letters=found.letters,
        temperature=temperature,
        lapse=linear.fit_lapse(logits, labels, temperature),
        gate=intent_gate.fit(inside.features(), theirs.features()),
        cross_validated=float((logits.argmax(axis=1) == labels).mean()),
        vectors=found.vectors,
    )
    return heads, HeldOut(tuple(texts.ours[at] for at in judged.tested), logits, labels)


def _texts(examples: Mapping[str, Sequence[str]], outside: Sequence[str]) -> _Texts:
    names = sorted(examples)
    ours = [text for name in names for text in examples[name]]
    labels = np.repeat(np.arange(len(names)), [len(examples[name]) for name in names])
    copies: list[str] = []
    if LEAST_COPIED * len(names) <= len(ours) <= MOST_COPIED:
        errors = WordErrors(ours)
        copies = [errors.applied(text, rate) for rate in ERROR_RATES for text in ours]
    origin = np.tile(np.arange(len(ours)), 1 + len(copies) // len(ours))
    return _Texts(ours, labels, copies, origin, list(outside))


def _features(texts: _Texts, classes: int, encoder: Encoder | None) -> _Features:
    every = texts.every
    ngrams = Ngrams.of([*texts.ours, *texts.outside], least_texts=1 if len(every) <= MOST_LOGISTIC else 2)
    rows = Rows.of([ngrams.vector(text) for text in every], len(ngrams.columns))
    cosines = rows.similarities(rows)
    ours = len(texts.ours)
    near = _near(cosines, ours)
    squares = FEW_SQUARED if len(every) <= MOST_LOGISTIC else MANY_SQUARED
    if encoder is None:
        letters = Letters(1.0, squares)
        return _Features(ngrams, rows, letters, None, None, by_letters(cosines, letters), near, None)
    letters = Letters(max(LEAST_SHARE, min(1.0, ours / classes / FULL_SHARE_EXAMPLES)), squares)
    vectors = encoder.encode(every)
    close = vectors @ vectors.T
    meaning = by_meaning(close)
    likeness = by_letters(cosines, letters) + meaning
    return _Features(ngrams, rows, letters, vectors, meaning, likeness, near, _near(close, ours))


def _near(cosines: Floats, ours: int) -> Floats:
    """A row a text: the nearest of our examples; a text is not its own neighbour."""
    found = []
    for begin in range(0, len(cosines), CHUNK):
        some = cosines[begin : begin + CHUNK, :ours].copy()
        itself = np.arange(begin, min(begin + len(some), ours))
        some[itself - begin, itself] = -1.0
        found.append(intent_gate.nearest(some))
    return np.concatenate(found)


@dataclass(frozen=True, slots=True)
class _Judged:
    """What heads made without a text said of it; scores with the apart head last, and meaning's share of them."""

    tested: Numbers
    ours: Floats
    ours_meant: Floats
    tested_outside: Numbers
    theirs: Floats
    theirs_meant: Floats


@dataclass(frozen=True, slots=True)
class _Root:
    """Cholesky factor of the likenesses: its rows have them as inner products, so that in them a head of likenesses
    is linear."""

    rows: Floats

    @classmethod
    def of(cls, likeness: Floats) -> "_Root":
        return cls(np.linalg.cholesky(likeness + np.float32(1e-3) * np.eye(len(likeness), dtype=likeness.dtype)))

    def shares(self, weights: Floats) -> Floats:
        """Of the rows, that score as such a head does."""
        return least_squares.back(self.rows, weights)


@dataclass(frozen=True, slots=True)
class _Squares:
    """Cholesky factor of the likenesses, rows of the held-out fold last: the head without them costs nothing more."""

    order: Numbers
    factor: Floats

    @classmethod
    def of(cls, likeness: Floats, held_out: npt.NDArray[np.bool_]) -> "_Squares":
        order = np.argsort(held_out, kind="stable")
        return cls(order, least_squares.factor(likeness[np.ix_(order, order)], RIDGE))


@dataclass(frozen=True, slots=True)
class _Task:
    features: _Features
    texts: _Texts
    classes: int
    folds: Numbers  # of each row; copies stand in their example's
    kernel: _Root | _Squares  # the first of a set small enough for logistic heads

    @classmethod
    def of(cls, features: _Features, texts: _Texts, classes: int) -> "_Task":
        dice = np.random.default_rng(11)
        ours = dice.permutation(len(texts.ours)) % FOLDS
        folds = np.concatenate([ours[texts.origin], dice.permutation(len(texts.outside)) % FOLDS])
        small = len(folds) <= MOST_LOGISTIC
        kernel = _Root.of(features.likeness) if small else _Squares.of(features.likeness, folds == 0)
        return cls(features, texts, classes, folds, kernel)

    def fitted(self, *, without: int | None = None) -> linear.Head:
        """Shares of every row, taught by all or by those outside one fold: a column an intent, and last the one that
        parts all of them from the rest. Least squares leave out fold 0 alone."""
        taught = self.folds != without if without is not None else np.ones(len(self.folds), bool)
        if isinstance(self.kernel, _Squares):
            return self._least_squares(self.kernel, int(taught.sum()))
        mine = len(self.texts.origin)
        return self._logistic(self.kernel, np.flatnonzero(taught[:mine]), mine + np.flatnonzero(taught[mine:]))

    def _logistic(self, root: _Root, ours: Numbers, theirs: Numbers) -> linear.Head:
        labels = self.texts.labels[self.texts.origin[ours]]
        wanted = linear.fit(root.rows[ours], labels, self.classes, strength=STRENGTH, iterations=ITERATIONS)
        apart, middle = np.zeros((len(root.rows), 1), root.rows.dtype), np.zeros(1, root.rows.dtype)
        if len(theirs):
            which = np.repeat([1, 0], [len(ours), len(theirs)])
            balance = np.where(which == 1, 0.5 / len(ours), 0.5 / len(theirs)) * len(which)
            chosen = root.rows[np.concatenate([ours, theirs])]
            two = linear.fit(chosen, which, 2, strength=APART_STRENGTH, sample_weights=balance, iterations=ITERATIONS)
            apart, middle = two.weights[:, 1:] - two.weights[:, :1], two.bias[1:] - two.bias[:1]
        shares = root.shares(np.hstack([wanted.weights, apart]))
        return linear.Head(shares, np.concatenate([wanted.bias, middle]))

    def _least_squares(self, kernel: _Squares, count: int) -> linear.Head:
        """Taught by the first `count` rows of the factor."""
        chosen, mine = kernel.order[:count], len(self.texts.origin)
        ours = np.flatnonzero(chosen < mine)
        targets = np.zeros((count, self.classes + 1), np.float32)
        targets[ours, self.texts.labels[self.texts.origin[chosen[ours]]]] = SCALE
        targets[ours, -1] = SCALE if self.texts.outside else 0.0
        middle = targets.mean(axis=0)
        every = np.zeros((len(self.folds), targets.shape[1]), np.float32)
        every[chosen] = least_squares.solve(kernel.factor, targets - middle)
        return linear.Head(every, middle)

    def scores(self, head: linear.Head, rows: Numbers) -> tuple[Floats, Floats]:
        """Scores of those rows, and the share of them that comes from meaning."""
        meaning = self.features.meaning
        meant = np.zeros((len(rows), 0)) if meaning is None else meaning[rows] @ head.weights
        return head.logits(self.features.likeness[rows]), meant

    def evidence(self, rows: Numbers, scores: Floats, meant: Floats) -> Evidence:
        found = self.features
        if found.meaning_near is None:
            return Evidence(scores[:, :-1], scores[:, -1], found.near[rows])
        return Evidence(scores[:, :-1], scores[:, -1], found.near[rows], meant[:, :-1], found.meaning_near[rows])

    def held_out(self) -> _Judged:
        """By heads that saw neither a text nor its copies: of all texts, or of one fold of a large set."""
        mine, tested_of = len(self.texts.origin), len(self.texts.ours)
        folds = FOLDS if isinstance(self.kernel, _Root) else 1
        inside: list[tuple[Numbers, Floats, Floats]] = []
        outside: list[tuple[Numbers, Floats, Floats]] = []
        for fold in range(folds):
            head = self.fitted(without=fold)
            test = np.flatnonzero(self.folds[:tested_of] == fold)
            others = np.flatnonzero(self.folds[mine:] == fold)
            inside.append((test, *self.scores(head, test)))
            outside.append((others, *self.scores(head, mine + others)))
        tested, ours_found, ours_meant = (np.concatenate(parts) for parts in zip(*inside, strict=True))
        strangers, theirs_found, theirs_meant = (np.concatenate(parts) for parts in zip(*outside, strict=True))
        return _Judged(tested, ours_found, ours_meant, strangers, theirs_found, theirs_meant)
