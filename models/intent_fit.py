"""From example sentences to heads: word errors, features, logistic regression, temperature and gate.

The n-gram features of a text are its similarities to anchors (all texts, or `ANCHORS` of them) turned so that their
inner products are the texts' own: a head on them is a head on the n-grams, at the width of the anchors. Accuracy,
temperature and gate come from heads that had not seen the text they judge.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from models import intent_gate, linear
from models.intent_gate import Evidence
from models.intent_heads import IntentHeads
from models.ngrams import Ngrams, Rows
from models.word_errors import WordErrors

Floats = npt.NDArray[np.floating]
Vectors = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.intp]

STRENGTH = 30.0  # C of the head; understanding page 2.1, n-grams with logistic regression
APART_STRENGTH = 10.0  # C of the head that parts us from everything else
ERROR_RATES = (0.15,)  # of the copies with word errors; each example gets one copy a rate
MOST_COPIED = 1500  # examples beyond which copies cost minutes and there is variety enough without them
ANCHORS = 3000  # texts; bounds time and memory of fitting, not its accuracy up to there
ITERATIONS = 30  # of L-BFGS; accuracy no longer moves after 20 [measured, BANKING77]
FOLDS = 5
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
    anchors: Rows
    root: Floats  # Cholesky factor of the anchors' similarities
    share: float
    letters: Floats  # (texts, anchors)
    meaning: Vectors | None  # (texts, width of the encoder)
    neighbours: Numbers  # anchors that are examples of ours, to say how near a text is
    neighbour_texts: Numbers  # which texts those are
    near: Floats
    meaning_near: Floats | None

    @property
    def joined(self) -> Floats:
        return self.letters if self.meaning is None else np.hstack([self.letters, self.meaning])


def fit(
    examples: Mapping[str, Sequence[str]], outside: Sequence[str], encoder: Encoder | None
) -> tuple[IntentHeads, HeldOut]:
    """The heads of `examples`, and how they judged held-out ones. `outside`: texts of nobody's intent."""
    texts = _texts(examples, outside)
    found = _features(texts, len(examples), encoder)
    width = found.letters.shape[1]
    task = _Task(found.joined, texts, len(examples), width)
    all_ours = np.ones(len(texts.ours), bool)
    wanted, apart = task.wanted(all_ours), task.apart(all_ours, np.ones(len(texts.outside), bool))
    judged = task.held_out()
    beyond = np.arange(len(texts.origin), len(task.features))
    inside = _evidence(found, judged.tested, judged.logits, judged.apart, judged.meant)
    outside_logits, meant = task.scores(wanted, beyond)
    theirs = _evidence(found, beyond, outside_logits, judged.apart_outside, meant)
    weights = np.column_stack([wanted.weights, apart.weights])
    labels = texts.labels[judged.tested]
    heads = IntentHeads(
        names=tuple(sorted(examples)),
        ngrams=found.ngrams,
        rows=found.anchors.chosen(found.neighbours),
        weights=found.anchors.combine(np.float32(found.share) * np.linalg.solve(found.root.T, weights[:width])),
        bias=np.append(wanted.bias, apart.bias),
        temperature=linear.fit_temperature(judged.logits, labels),
        gate=intent_gate.fit(inside.features(), theirs.features()),
        cross_validated=float((judged.logits.argmax(axis=1) == labels).mean()),
        encoder_weights=None if found.meaning is None else weights[width:].astype(np.float32),
        encoder_rows=None if found.meaning is None else found.meaning[found.neighbour_texts],
    )
    return heads, HeldOut(tuple(texts.ours[at] for at in judged.tested), judged.logits, labels)


def _texts(examples: Mapping[str, Sequence[str]], outside: Sequence[str]) -> _Texts:
    names = sorted(examples)
    ours = [text for name in names for text in examples[name]]
    labels = np.repeat(np.arange(len(names)), [len(examples[name]) for name in names])
    copies: list[str] = []
    if len(ours) <= MOST_COPIED:
        errors = WordErrors(ours)
        copies = [errors.applied(text, rate) for rate in ERROR_RATES for text in ours]
    origin = np.tile(np.arange(len(ours)), 1 + len(copies) // len(ours))
    return _Texts(ours, labels, copies, origin, list(outside))


def _features(texts: _Texts, classes: int, encoder: Encoder | None) -> _Features:
    every = texts.every
    ngrams = Ngrams.of([*texts.ours, *texts.outside])
    rows = Rows.of([ngrams.vector(text) for text in every], len(ngrams.columns))
    chosen = np.arange(len(every))
    if len(every) > ANCHORS:
        chosen = np.sort(np.random.default_rng(11).permutation(len(every))[:ANCHORS])
    anchors = rows.chosen(chosen)
    kernel = rows.similarities(anchors)
    neighbours = np.flatnonzero(chosen < len(texts.ours))
    near_to = chosen[neighbours]
    meaning = None if encoder is None else encoder.encode(every)
    meaning_near = None if meaning is None else _near(meaning @ meaning[near_to].T, near_to)
    near = _near(kernel[:, neighbours].copy(), near_to)
    share = 1.0 if encoder is None else max(LEAST_SHARE, min(1.0, len(texts.ours) / classes / FULL_SHARE_EXAMPLES))
    kernel *= np.float32(share)
    root = np.linalg.cholesky(kernel[chosen] + np.float32(1e-3) * np.eye(len(chosen), dtype=kernel.dtype))
    whole = len(chosen) == len(every)  # then the factor is what the solution would be
    letters = root if whole else np.ascontiguousarray(np.linalg.solve(root, kernel.T).T)
    return _Features(
        ngrams=ngrams,
        anchors=anchors,
        root=root,
        share=share,
        letters=letters,
        meaning=meaning,
        neighbours=neighbours,
        neighbour_texts=near_to,
        near=near,
        meaning_near=meaning_near,
    )


def _near(cosines: Floats, itself: Numbers) -> Floats:
    """`itself`: the text that each column is; it is not its own neighbour."""
    cosines[itself, np.arange(len(itself))] = -1.0
    return intent_gate.nearest(cosines)


def _evidence(found: _Features, rows: Numbers, logits: Floats, apart: Floats, meant: Floats) -> Evidence:
    if found.meaning_near is None:
        return Evidence(logits, apart, found.near[rows])
    return Evidence(logits, apart, found.near[rows], meant, found.meaning_near[rows])


@dataclass(frozen=True, slots=True)
class _Judged:
    """What heads made without a text said of it: of ours those `tested`, of the others all."""

    tested: Numbers
    logits: Floats
    meant: Floats  # the embedding's share of the logits
    apart: Floats
    apart_outside: Floats


@dataclass(frozen=True, slots=True)
class _Task:
    features: Floats  # a row for each of `texts.every`
    texts: _Texts
    classes: int
    letters: int  # columns that come from n-grams; the rest are the encoder's

    def wanted(self, inside: npt.NDArray[np.bool_]) -> linear.Head:
        """The head that tells intents apart, from the chosen texts and their copies."""
        train = np.flatnonzero(inside[self.texts.origin])
        labels = self.texts.labels[self.texts.origin[train]]
        return linear.fit(self.features[train], labels, self.classes, strength=STRENGTH, iterations=ITERATIONS)

    def apart(self, inside: npt.NDArray[np.bool_], outside: npt.NDArray[np.bool_]) -> linear.Head:
        """The head that parts all intents from the rest; one column."""
        ours, theirs = np.flatnonzero(inside), len(self.texts.origin) + np.flatnonzero(outside)
        if len(theirs) == 0:
            return linear.Head(np.zeros((self.features.shape[1], 1), self.features.dtype), np.zeros(1))
        which = np.repeat([1, 0], [len(ours), len(theirs)])
        balance = np.where(which == 1, 0.5 / len(ours), 0.5 / len(theirs)) * len(which)
        rows = self.features[np.concatenate([ours, theirs])]
        head = linear.fit(rows, which, 2, strength=APART_STRENGTH, sample_weights=balance, iterations=ITERATIONS)
        return linear.Head(head.weights[:, 1:] - head.weights[:, :1], head.bias[1:] - head.bias[:1])

    def scores(self, head: linear.Head, rows: Numbers) -> tuple[Floats, Floats]:
        """Logits of those rows, and the share of them that comes from the encoder."""
        chosen = self.features[rows]
        return head.logits(chosen), chosen[:, self.letters :] @ head.weights[self.letters :]

    def held_out(self) -> _Judged:
        """By heads that saw neither a text nor its copies: of all of ours, or of one fold of a large set."""
        dice = np.random.default_rng(11)
        ours = dice.permutation(len(self.texts.ours)) % FOLDS
        theirs = dice.permutation(len(self.texts.outside)) % FOLDS
        tested: list[Numbers] = []
        found: list[tuple[Floats, Floats, Floats]] = []
        apart_outside = np.zeros(len(theirs))
        for fold in range(FOLDS):
            apart = self.apart(ours != fold, theirs != fold)
            others = np.flatnonzero(theirs == fold)
            apart_outside[others] = apart.logits(self.features[len(self.texts.origin) + others])[:, 0]
            if fold == 0 or self.texts.copies:
                test = np.flatnonzero(ours == fold)
                tested.append(test)
                scores = self.scores(self.wanted(ours != fold), test)
                found.append((*scores, apart.logits(self.features[test])[:, 0]))
        logits, meant, parted = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return _Judged(np.concatenate(tested), logits, meant, parted, apart_outside)
