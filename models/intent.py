"""What a caller wants: one of the intents of the configuration, with a calibrated confidence, or nothing of ours.

N-grams and one logistic head, fitted from the example sentences in about a second when the service starts. An
`Encoder` (a sentence embedding) may stand beside the n-grams; without one everything works.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from models import linear
from models.ngrams import Ngrams, Rows, Sparse
from models.word_errors import WordErrors

Floats = npt.NDArray[np.floating]

RECIPE = "ngram-1"  # part of the fingerprint: change it when the same examples would give other answers
STRENGTH = 30.0  # C of the head; understanding page 2.1, n-grams with logistic regression
ERROR_RATES = (0.1, 0.2)  # of the copies with word errors; each example gets one copy a rate
MOST_COPIED = 1500  # examples beyond which copies cost minutes and there is variety enough without them
REFUSED = 0.05  # of in-scope utterances that the gate may refuse (goal: out-of-scope recall at 5 % false reject)
GATE_STRENGTH = 1.0


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
    """In scope or not, from how strong and how near the nearest example is: `features @ weights >= threshold`."""

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
    weights: npt.NDArray[np.float32]
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
        encoder: Encoder | None = None,
        encoder_share: float = 1.0,
    ) -> "IntentModel":
        """Fits on `examples` (at least two intents with at least two sentences each).

        Raises `ValueError` naming the intent that has too few, an empty, or another intent's sentence.
        """
        names = tuple(sorted(examples))
        _checked(examples)
        texts = [text for name in names for text in examples[name]]
        labels = np.repeat(np.arange(len(names)), [len(examples[name]) for name in names])
        copies, origin = _with_errors(texts)
        ngrams = Ngrams.of(texts)
        rows = Rows.of([ngrams.vector(text) for text in copies], len(ngrams.columns))
        kernel = rows.gram_matrix()
        encoded = None
        if encoder is not None:
            encoded = np.float32(np.sqrt(encoder_share)) * encoder.encode(copies)
            kernel = kernel + encoded @ encoded.T
        # Rows of the Cholesky factor have the same inner products as the texts: a head on them is the head on the
        # texts, at a width of the number of texts instead of the number of n-grams.
        jitter = np.float32(1e-4)
        factor = np.linalg.cholesky(kernel + jitter * np.eye(len(copies), dtype=kernel.dtype))
        head = linear.fit(factor, labels[origin], len(names), strength=STRENGTH)
        shares = np.linalg.solve(factor.T, head.weights)
        weights = rows.combine(shares)
        held_out, tested = _held_out(factor, labels, origin, len(names))
        temperature = linear.fit_temperature(held_out, labels[tested])
        originals = Rows.of([ngrams.vector(text) for text in texts], len(ngrams.columns))
        near = np.sort(_others(kernel, len(texts)), axis=1)[tested, :-6:-1]
        model = cls(
            names=names,
            fingerprint=_fingerprint(examples, out_of_scope, encoder),
            ngrams=ngrams,
            rows=originals,
            weights=weights,
            bias=head.bias,
            temperature=temperature,
            gate=Gate(np.zeros(5), 0.0),
            cross_validated=float((held_out.argmax(axis=1) == labels[tested]).mean()),
            encoder=encoder,
            encoder_weights=None
            if encoded is None
            else (np.sqrt(encoder_share) * encoded.T @ shares).astype(np.float32),
        )
        inside = _gate_features(held_out, near)
        outside = np.array([model._gate_features(text) for text in out_of_scope]).reshape(-1, 5)
        return replace(model, gate=_fit_gate(inside, outside))

    def match(self, text: str, *, prior: Mapping[str, float] | None = None) -> IntentMatch:
        """The best intent of `text`. `prior` multiplies the chance of intents that this dialogue state expects."""
        vector = self.ngrams.vector(text)
        if len(vector[0]) == 0 and self.encoder is None:
            return NOTHING
        logits = self._logits(text, vector)
        scaled = logits / self.temperature
        if prior:
            scaled = scaled + np.log([max(prior.get(name, 1.0), 1e-6) for name in self.names])
        chances = linear.softmax(scaled)
        best, second = np.argsort(chances)[::-1][:2]
        features = _gate_features(logits[None], self._nearest(vector)[None])
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

    def _logits(self, text: str, vector: Sparse) -> Floats:
        columns, values = vector
        logits: Floats = values @ self.weights[columns] + self.bias
        if self.encoder is None or self.encoder_weights is None:
            return logits
        heard: Floats = self.encoder.encode([text])[0] @ self.encoder_weights
        return np.asarray(logits + heard)

    def _nearest(self, vector: Sparse) -> Floats:
        cosines = self.rows.cosines(vector)
        nearest: Floats = np.sort(np.pad(cosines, (0, max(0, 5 - len(cosines)))))[:-6:-1]
        return nearest

    def _gate_features(self, text: str) -> Floats:
        vector = self.ngrams.vector(text)
        features: Floats = _gate_features(self._logits(text, vector)[None], self._nearest(vector)[None])[0]
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


def _folds(count: int) -> npt.NDArray[np.intp]:
    return np.random.default_rng(11).permutation(count) % 5


def _held_out(
    factor: Floats, labels: npt.NDArray[np.intp], origin: npt.NDArray[np.intp], classes: int
) -> tuple[Floats, npt.NDArray[np.intp]]:
    """Logits of texts by heads that saw neither them nor their copies; one fold of five is enough for large sets."""
    fold = _folds(len(labels))
    logits: list[Floats] = []
    tested: list[npt.NDArray[np.intp]] = []
    for number in range(5 if len(labels) <= MOST_COPIED else 1):
        train = fold[origin] != number
        test = np.flatnonzero(fold == number)  # the first texts are the originals
        head = linear.fit(factor[train], labels[origin[train]], classes, strength=STRENGTH)
        logits.append(head.logits(factor[test]))
        tested.append(test)
    return np.concatenate(logits), np.concatenate(tested)


def _others(kernel: Floats, count: int) -> Floats:
    """Similarity of each text to the other texts (not to itself)."""
    near = np.asarray(kernel[:count, :count]).copy()
    np.fill_diagonal(near, -1.0)
    return near


def _gate_features(logits: Floats, nearest: Floats) -> Floats:
    ranked = np.sort(logits, axis=1)
    top = ranked[:, -1]
    spread = np.log(np.exp(ranked - top[:, None]).sum(axis=1)) + top
    return np.column_stack([top, top - ranked[:, -2], spread, nearest[:, 0], nearest.mean(axis=1)])


def _fit_gate(inside: Floats, outside: Floats) -> Gate:
    """With out-of-scope texts a balanced logistic on five features; without, strongest logit and nearest text."""
    scale = inside.std(axis=0) + 1e-6
    if len(outside) < 20:
        weights = np.array([1.0, 0.0, 0.0, 1.0, 0.0]) / scale
    else:
        features = np.vstack([inside, outside]) / scale
        labels = np.repeat([1, 0], [len(inside), len(outside)])
        balance = np.where(labels == 1, 0.5 / len(inside), 0.5 / len(outside)) * len(labels)
        head = linear.fit(features, labels, 2, strength=GATE_STRENGTH, sample_weights=balance)
        weights = (head.weights[:, 1] - head.weights[:, 0]) / scale
    return Gate(weights, float(np.quantile(inside @ weights, REFUSED)))


def _fingerprint(examples: Mapping[str, Sequence[str]], out_of_scope: Sequence[str], encoder: Encoder | None) -> str:
    content: list[object] = [RECIPE, {name: list(texts) for name, texts in examples.items()}, list(out_of_scope)]
    content.append(None if encoder is None else encoder.name)
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]
