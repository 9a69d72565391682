"""What a caller wants: one of the intents of the configuration, with a calibrated confidence, or nothing of ours.

N-grams and one logistic head, fitted from the example sentences in about a second when the service starts. An
`Encoder` (a sentence embedding) may stand beside the n-grams; without one everything works.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from models import linear
from models.ngrams import Ngrams, Rows, Sparse
from models.word_errors import WordErrors

Floats = npt.NDArray[np.floating]

RECIPE = "ngram-2"  # part of the fingerprint: change it when the same examples would give other answers
STRENGTH = 30.0  # C of the head; understanding page 2.1, n-grams with logistic regression
ERROR_RATES = (0.15,)  # of the copies with word errors; each example gets one copy a rate
MOST_COPIED = 1500  # examples beyond which copies cost minutes and there is variety enough without them
REFUSED = 0.05  # of in-scope utterances that the gate may refuse (goal: out-of-scope recall at 5 % false reject)
GATE_STRENGTH, APART_STRENGTH = 1.0, 10.0  # C of the gate, and of the head that parts us from everything else
_NEAREST = 5  # examples that say how near the training texts are
BACKGROUND = Path(__file__).with_name("data") / "background.txt"


class Encoder(Protocol):
    """Sentences to vectors of length 1."""

    @property
    def name(self) -> str: ...

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]: ...


@dataclass(frozen=True, slots=True)
class IntentMatch:
    """The best intent of one utterance.

    `confidence`: calibrated chance that it is the right one if it is any; `in_scope`: whether it looks like any;
    `margin`: how far the runner-up's confidence lies below. `name` is None only when not one known word was said.
    """

    name: str | None
    confidence: float
    in_scope: bool
    runner_up: str | None
    margin: float


NOTHING = IntentMatch(None, 0.0, False, None, 0.0)


@dataclass(frozen=True, slots=True)
class Gate:
    """In scope or not, from how strong the best intent is, how near its examples, how far everything that is none of
    ours (`_gate_features`): `features @ weights >= threshold`."""

    weights: Floats
    threshold: float

    def score(self, features: Floats) -> Floats:
        scores: Floats = features @ self.weights
        return scores


@dataclass(frozen=True, slots=True)
class IntentModel:
    """A fitted model: a value that may be shared by all calls."""

    names: tuple[str, ...]
    fingerprint: str
    ngrams: Ngrams
    rows: Rows
    weights: npt.NDArray[np.float32]  # a column an intent, and last the one that parts all of them from the rest
    bias: Floats
    temperature: float
    gate: Gate
    cross_validated: float  # accuracy on held-out examples while fitting
    encoder: Encoder | None = None
    encoder_weights: npt.NDArray[np.float32] | None = None

    @classmethod
    def fit(
        cls,
        examples: Mapping[str, Sequence[str]],
        out_of_scope: Sequence[str] = (),
        *,
        background: Sequence[str] | None = None,
        encoder: Encoder | None = None,
        encoder_share: float = 1.0,
    ) -> "IntentModel":
        """Fits on `examples` (at least two intents with at least two sentences each).

        `background` joins `out_of_scope`: what people ask of anyone; None is the list that comes with the package.
        Raises `ValueError` naming the intent that has too few, an empty, or another intent's sentence.
        """
        names = tuple(sorted(examples))
        _checked(examples)
        texts = [text for name in names for text in examples[name]]
        labels = np.repeat(np.arange(len(names)), [len(examples[name]) for name in names])
        inside = {" ".join(text.casefold().split()) for text in texts}
        others = [*out_of_scope, *(shipped_background() if background is None else background)]
        outside = [text for text in dict.fromkeys(others) if " ".join(text.casefold().split()) not in inside]
        copies, origin = _with_errors(texts)
        ngrams = Ngrams.of([*texts, *outside])
        vectors = [ngrams.vector(text) for text in (*copies, *outside)]
        rows = Rows.of(vectors, len(ngrams.columns))
        kernel = rows.gram_matrix()
        encoded = None
        if encoder is not None:
            encoded = np.float32(np.sqrt(encoder_share)) * encoder.encode([*copies, *outside])
            kernel = kernel + encoded @ encoded.T
        # Rows of the Cholesky factor have the same inner products as the texts: a head on them is the head on the
        # texts, at a width of the number of texts instead of the number of n-grams.
        factor = np.linalg.cholesky(kernel + np.float32(1e-4) * np.eye(len(kernel), dtype=kernel.dtype))
        task = _Task(factor, labels, origin, len(names), len(outside))
        wanted, apart = task.fitted(np.ones(len(texts), bool), np.ones(len(outside), bool))
        shares = np.linalg.solve(factor.T, np.column_stack([wanted.weights, apart.weights]))
        held_out, apart_inside, apart_outside, tested = task.held_out()
        near = np.asarray(kernel[:, : len(texts)]).copy()
        np.fill_diagonal(near, -1.0)  # a text is not its own neighbour
        near = np.sort(near, axis=1)[:, : -_NEAREST - 1 : -1]
        ours = _gate_features(held_out, near[tested], apart_inside)
        theirs = _gate_features(wanted.logits(factor[len(copies) :]), near[len(copies) :], apart_outside)
        return cls(
            names=names,
            fingerprint=_fingerprint(examples, outside, encoder),
            ngrams=ngrams,
            rows=Rows.of(vectors[: len(texts)], len(ngrams.columns)),
            weights=rows.combine(shares),
            bias=np.append(wanted.bias, apart.bias),
            temperature=linear.fit_temperature(held_out, labels[tested]),
            gate=_fit_gate(ours, theirs),
            cross_validated=float((held_out.argmax(axis=1) == labels[tested]).mean()),
            encoder=encoder,
            encoder_weights=None if encoded is None else np.sqrt(encoder_share) * encoded.T @ shares,
        )

    def match(self, text: str, *, prior: Mapping[str, float] | None = None) -> IntentMatch:
        """The best intent of `text`. `prior` multiplies the chance of intents that this dialogue state expects."""
        vector = self.ngrams.vector(text)
        if len(vector[0]) == 0 and self.encoder is None:
            return NOTHING
        scores = self._scores(text, vector)
        scaled = scores[:-1] / self.temperature
        if prior:
            scaled = scaled + np.log([max(prior.get(name, 1.0), 1e-6) for name in self.names])
        chances = linear.softmax(scaled)
        best, second = np.argsort(chances)[::-1][:2]
        features = _gate_features(scores[None, :-1], self._nearest(vector)[None], scores[-1:])
        return IntentMatch(
            name=self.names[best],
            confidence=float(chances[best]),
            in_scope=bool(self.gate.score(features)[0] >= self.gate.threshold),
            runner_up=self.names[second],
            margin=float(chances[best] - chances[second]),
        )

    def scope_score(self, text: str) -> float:
        """The gate's score less its threshold: at least 0 means in scope. For measuring the gate."""
        return float(self.gate.score(self._gate_features(text)[None])[0] - self.gate.threshold)

    def _scores(self, text: str, vector: Sparse) -> Floats:
        columns, values = vector
        logits: Floats = values @ self.weights[columns] + self.bias
        if self.encoder is None or self.encoder_weights is None:
            return logits
        heard: Floats = self.encoder.encode([text])[0] @ self.encoder_weights
        return np.asarray(logits + heard)

    def _nearest(self, vector: Sparse) -> Floats:
        cosines = self.rows.cosines(vector)
        nearest: Floats = np.sort(cosines)[: -_NEAREST - 1 : -1]
        return nearest

    def _gate_features(self, text: str) -> Floats:
        vector = self.ngrams.vector(text)
        scores = self._scores(text, vector)
        features: Floats = _gate_features(scores[None, :-1], self._nearest(vector)[None], scores[-1:])[0]
        return features


def _checked(examples: Mapping[str, Sequence[str]]) -> None:
    if len(examples) < 2:
        raise ValueError(f"at least two intents expected, got {sorted(examples)}")
    owner: dict[str, str] = {}
    for name, sentences in examples.items():
        if len(sentences) < 2:
            raise ValueError(f"intent {name}: at least two example sentences expected, got {len(sentences)}")
        for sentence in sentences:
            key = " ".join(sentence.casefold().split())
            if not key:
                raise ValueError(f"intent {name}: an example sentence is empty")
            if owner.setdefault(key, name) != name:
                raise ValueError(f"intents {owner[key]} and {name} share the example sentence {sentence!r}")


def _with_errors(texts: list[str]) -> tuple[list[str], npt.NDArray[np.intp]]:
    """The texts and then their copies with word errors; beside each, the number of the text it came from."""
    if len(texts) > MOST_COPIED:
        return texts, np.arange(len(texts))
    errors = WordErrors(texts)
    copies = texts + [errors.applied(text, rate) for rate in ERROR_RATES for text in texts]
    return copies, np.tile(np.arange(len(texts)), 1 + len(ERROR_RATES))


def shipped_background() -> tuple[str, ...]:
    """The package's sentences that are no business of any line."""
    lines = BACKGROUND.read_text("utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


@dataclass(frozen=True, slots=True)
class _Task:
    """What is fitted: rows of `factor` are the texts, then their copies, then `outside` texts of nobody's intent."""

    factor: Floats
    labels: npt.NDArray[np.intp]
    origin: npt.NDArray[np.intp]
    classes: int
    outside: int

    def fitted(self, inside: npt.NDArray[np.bool_], outside: npt.NDArray[np.bool_]) -> tuple[linear.Head, linear.Head]:
        """The head that tells intents apart, and the one that parts all of them from the rest, on the chosen texts."""
        train = np.flatnonzero(inside[self.origin])
        wanted = linear.fit(self.factor[train], self.labels[self.origin[train]], self.classes, strength=STRENGTH)
        ours, theirs = np.flatnonzero(inside), len(self.origin) + np.flatnonzero(outside)
        if len(theirs) == 0:
            return wanted, linear.Head(np.zeros((self.factor.shape[1], 1), self.factor.dtype), np.zeros(1))
        which = np.repeat([1, 0], [len(ours), len(theirs)])
        balance = np.where(which == 1, 0.5 / len(ours), 0.5 / len(theirs)) * len(which)
        rows = self.factor[np.concatenate([ours, theirs])]
        apart = linear.fit(rows, which, 2, strength=APART_STRENGTH, sample_weights=balance)
        return wanted, linear.Head(apart.weights[:, 1:] - apart.weights[:, :1], apart.bias[1:] - apart.bias[:1])

    def held_out(self) -> tuple[Floats, Floats, Floats, npt.NDArray[np.intp]]:
        """Scores by heads that saw neither a text nor its copies: intents and apartness of our texts, apartness of the
        others, and which of ours were tested: all, or one fold of a large set."""
        dice = np.random.default_rng(11)
        ours, theirs = dice.permutation(len(self.labels)) % 5, dice.permutation(self.outside) % 5
        logits: list[Floats] = []
        inside: list[Floats] = []
        tested: list[npt.NDArray[np.intp]] = []
        outside = np.zeros(self.outside)
        for number in range(5 if len(self.labels) <= MOST_COPIED else 1):
            wanted, apart = self.fitted(ours != number, theirs != number)
            test = np.flatnonzero(ours == number)
            other = np.flatnonzero(theirs == number)
            logits.append(wanted.logits(self.factor[test]))
            inside.append(apart.logits(self.factor[test])[:, 0])
            outside[other] = apart.logits(self.factor[len(self.origin) + other])[:, 0]
            tested.append(test)
        return np.concatenate(logits), np.concatenate(inside), outside, np.concatenate(tested)


def _gate_features(logits: Floats, nearest: Floats, apart: Floats) -> Floats:
    ranked = np.sort(logits, axis=1)
    top = ranked[:, -1]
    spread = np.log(np.exp(ranked - top[:, None]).sum(axis=1)) + top
    return np.column_stack([top, top - ranked[:, -2], spread, nearest[:, 0], nearest.mean(axis=1), apart])


def _fit_gate(inside: Floats, outside: Floats) -> Gate:
    """With out-of-scope texts a balanced logistic; without, the strongest logit and the nearest text.

    No feature may speak against an utterance for being strong or near: one with a negative weight is left out.
    """
    scale = inside.std(axis=0) + 1e-6
    weights = np.array([1.0, 0.0, 0.0, 1.0, 0.0, 0.0])
    if len(outside) >= 20:
        features = np.vstack([inside, outside]) / scale
        labels = np.repeat([1, 0], [len(inside), len(outside)])
        balance = np.where(labels == 1, 0.5 / len(inside), 0.5 / len(outside)) * len(labels)
        used = np.ones(features.shape[1], bool)
        while True:
            head = linear.fit(features * used, labels, 2, strength=GATE_STRENGTH, sample_weights=balance)
            weights = (head.weights[:, 1] - head.weights[:, 0]) * used
            if (weights >= 0).all() or used.sum() == 1:
                break
            used &= weights >= 0
    weights = weights / scale
    return Gate(weights, float(np.quantile(inside @ weights, REFUSED)))


def _fingerprint(examples: Mapping[str, Sequence[str]], out_of_scope: Sequence[str], encoder: Encoder | None) -> str:
    content: list[object] = [RECIPE, {name: list(texts) for name, texts in examples.items()}, list(out_of_scope)]
    content.append(None if encoder is None else encoder.name)
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]
