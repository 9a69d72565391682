"""Multinomial logistic regression in numpy: every trained head of ours is one of these.

Fitted by L-BFGS (Nocedal & Wright, Numerical Optimization, algorithm 7.4) with Armijo backtracking; the loss is convex,
so nothing finer is needed. Strength is scikit-learn's C: `C * sum of losses + |weights|^2 / 2`, the bias free.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
Labels = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Head:
    """Linear scores `features @ weights + bias`; weights are (features, classes)."""

    weights: Floats
    bias: Floats

    def logits(self, features: Floats) -> Floats:
        scores: Floats = features @ self.weights + self.bias
        return scores


def softmax(logits: Floats) -> Floats:
    """Probabilities over the last axis, safe for large logits."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def fit(
    features: Floats,
    labels: Labels,
    classes: int,
    *,
    strength: float,
    sample_weights: Floats | None = None,
    iterations: int = 80,
    tolerance: float = 1e-3,
    memory: int = 8,
) -> Head:
    """The head that separates `labels` (0..classes-1) best. `tolerance` is on the loss's relative change a step."""
    count, width = features.shape
    kind = features.dtype
    shares = np.ones(count, kind) if sample_weights is None else sample_weights.astype(kind)
    wanted = np.zeros((count, classes), kind)
    wanted[np.arange(count), labels] = 1

    def loss_and_slope(point: Floats) -> tuple[float, Floats]:
        weights, bias = point[:-1], point[-1]
        logits = features @ weights + bias
        top = logits.max(axis=1, keepdims=True)
        powers = np.exp(logits - top)
        total = powers.sum(axis=1, keepdims=True)
        losses = np.log(total)[:, 0] + top[:, 0] - logits[np.arange(count), labels]
        errors = strength * (powers / total - wanted) * shares[:, None]
        slope = np.vstack([features.T @ errors + weights, errors.sum(axis=0)])
        return float(strength * (losses * shares).sum() + 0.5 * (weights * weights).sum()), slope

    point = np.zeros((width + 1, classes), kind)
    loss, slope = loss_and_slope(point)
    steps: list[tuple[Floats, Floats, float]] = []
    idle = 0
    for _ in range(iterations):
        direction = _two_loop(slope, steps)
        fall = float((direction * slope).sum())
        stride = 1.0 if steps else 1.0 / max(float(np.sqrt((slope * slope).sum())), 1e-12)
        for _ in range(25):
            ahead = (point + stride * direction).astype(kind)
            new_loss, new_slope = loss_and_slope(ahead)
            if new_loss <= loss + 1e-4 * stride * fall:
                break
            stride *= 0.5
        else:
            break  # no way down left at this precision
        moved, turned = ahead - point, new_slope - slope
        curve = float((moved * turned).sum())
        if curve > 1e-10:
            steps = [*steps[-(memory - 1) :], (moved, turned, 1.0 / curve)]
        gain, point, slope = loss - new_loss, ahead, new_slope
        loss = new_loss
        idle = idle + 1 if gain < tolerance * max(abs(loss), 1e-9) else 0
        if idle == 3:  # one short step may be a bad direction, three are the end
            break
    return Head(point[:-1].copy(), point[-1].copy())


def _two_loop(slope: Floats, steps: list[tuple[Floats, Floats, float]]) -> Floats:
    direction = -slope
    shares: list[float] = []
    for moved, turned, inverse in reversed(steps):
        share = inverse * float((moved * direction).sum())
        direction = direction - share * turned
        shares.append(share)
    if steps:
        _, turned, inverse = steps[-1]
        direction = direction / max(inverse * float((turned * turned).sum()), 1e-12)
    for (moved, turned, inverse), share in zip(steps, reversed(shares), strict=True):
        direction = direction + (share - inverse * float((turned * direction).sum())) * moved
    return direction


def fit_temperature(logits: Floats, labels: Labels) -> float:
    """The number to divide logits by so that their probabilities mean what they say; found on held-out logits."""
    best, lowest = 1.0, np.inf
    for temperature in np.geomspace(0.1, 10.0, 61):
        chances = softmax(logits / temperature)[np.arange(len(labels)), labels]
        loss = float(-np.log(np.maximum(chances, 1e-12)).mean())
        if loss < lowest:
            best, lowest = float(temperature), loss
    return best


def fit_lapse(logits: Floats, labels: Labels, temperature: float) -> float:
    """How often, at least, even the surest answer is another: the share of chance that all classes divide evenly."""
    chances = softmax(logits / temperature)[np.arange(len(labels)), labels]
    even = 1 / logits.shape[1]
    shares = np.linspace(0.0, 0.1, 21)
    losses = [-np.log(np.maximum((1 - share) * chances + share * even, 1e-12)).mean() for share in shares]
    return float(shares[int(np.argmin(losses))])


def auc(positive: Floats, negative: Floats) -> float:
    """How often a positive score stands above a negative one (ties count half)."""
    ranks = np.searchsorted(np.sort(negative), positive, side="left") + np.searchsorted(
        np.sort(negative), positive, side="right"
    )
    return float(ranks.mean() / 2 / len(negative))
