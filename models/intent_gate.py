"""In scope or not: one linear rule over how strong the best intent is, how near its examples, and what says otherwise.

`features @ weights >= threshold`. The threshold is where `REFUSED` of utterances of ours, scored by heads that had not
seen them, would be refused; what is refused is asked again, which costs seconds.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models import linear

Floats = npt.NDArray[np.floating]

REFUSED = 0.05  # of in-scope utterances that the gate may refuse (goal: out-of-scope recall at 5 % false reject)
STRENGTH = 1.0  # C of the gate
NEAREST = 5  # examples that say how near the training texts are
LEAST_OUTSIDE = 20  # texts of nobody's intent below which no rule can be learned from them


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the gate looks at; a row a text. Embedded parts are None without an encoder."""

    logits: Floats  # of all intents
    apart: Floats  # of the head that parts all intents from everything else
    near: Floats  # (texts, NEAREST) n-gram similarity to the nearest examples, falling
    embedded_logits: Floats | None = None  # the share of `logits` that the embedding gives
    embedded_near: Floats | None = None

    def features(self) -> Floats:
        """Best logit, its margin, log-sum-exp, nearest, five nearest, apart; with an encoder also the embedding's
        nearest and whether letters and meaning want the same intent."""
        ranked = np.sort(self.logits, axis=1)
        top = ranked[:, -1]
        spread = np.log(np.exp(ranked - top[:, None]).sum(axis=1)) + top
        found = [top, top - ranked[:, -2], spread, self.near[:, 0], self.near.mean(axis=1), self.apart]
        if self.embedded_logits is not None and self.embedded_near is not None:
            letters = (self.logits - self.embedded_logits).argmax(axis=1)
            agree = letters == self.embedded_logits.argmax(axis=1)
            found += [self.embedded_near[:, 0], self.embedded_near.mean(axis=1), agree]
        features: Floats = np.column_stack(found).astype(np.float64)
        return features


@dataclass(frozen=True, slots=True)
class Gate:
    weights: Floats
    threshold: float

    def score(self, features: Floats) -> Floats:
        """At least 0 means in scope."""
        scores: Floats = features @ self.weights - self.threshold
        return scores


def nearest(cosines: Floats) -> Floats:
    """The `NEAREST` highest of the last axis, falling; 0 where there are not so many."""
    short = NEAREST - cosines.shape[-1]
    if short > 0:
        cosines = np.concatenate([cosines, np.zeros((*cosines.shape[:-1], short), cosines.dtype)], axis=-1)
    top = np.partition(cosines, -NEAREST, axis=-1)[..., -NEAREST:]
    found: Floats = np.sort(top, axis=-1)[..., ::-1]
    return found


def fit(inside: Floats, outside: Floats) -> Gate:
    """With texts of nobody's intent a balanced logistic; without, the strongest logit and the nearest text.

    No feature may speak against an utterance for being strong or near: one with a negative weight is left out.
    """
    scale = inside.std(axis=0) + 1e-6
    weights = np.isin(np.arange(inside.shape[1]), (0, 3)).astype(np.float64)
    if len(outside) >= LEAST_OUTSIDE:
        features = np.vstack([inside, outside]) / scale
        labels = np.repeat([1, 0], [len(inside), len(outside)])
        balance = np.where(labels == 1, 0.5 / len(inside), 0.5 / len(outside)) * len(labels)
        used = np.ones(features.shape[1], bool)
        while True:
            head = linear.fit(features * used, labels, 2, strength=STRENGTH, sample_weights=balance)
            weights = (head.weights[:, 1] - head.weights[:, 0]) * used
            if (weights >= 0).all() or used.sum() == 1:
                break
            used &= weights >= 0
    weights = weights / scale
    return Gate(weights, float(np.quantile(inside @ weights, REFUSED)))
