"""Fits what turns of labelled calls are worth: each term's log-odds, the decay, and the level that a score means.

Few calls are labelled, so weights start from those set by hand and from word counts, and are held to them (a ridge);
what the ridge and the decay are is chosen on calls that were not fitted on, and so is every figure in the report. Where
held-out calls cannot tell (within one standard error), what was set by hand stays.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models import linear
from models.frustration import Evidence, Frustration, FrustrationSettings, FrustrationState
from models.frustration_fit import BY_HAND, SHIPPED, Fit
from models.frustration_level import Level, calibration_error
from models.frustration_words import FrustrationWords

Floats = npt.NDArray[np.float64]

FOLDS = 10
RIDGES = (3.0, 10.0, 30.0, 100.0, 1000.0)  # how many turns' worth a weight is held to its start; 1000: by hand
DECAYS = (0.0, 0.3, 0.5, 0.65, 0.8, 0.9)
BEGIN_DECAY = 0.8  # by hand, from whole dialogues [understanding page 5]
SILENT = FrustrationSettings(prosody_weight=0.0)  # words and behaviour alone
_STRAIGHT = Level((0.0, 100.0), (0.0, 1.0))  # while only scores are wanted
_NEWTON = 30


@dataclass(frozen=True, slots=True)
class Turn:
    """`frustrated`: what a listener said of it; None where nobody was asked."""

    evidence: Evidence
    frustrated: bool | None


Call = Sequence[Turn]


@dataclass(frozen=True, slots=True)
class Report:
    """Of turns in calls that were not fitted on. `auc` is of the level's score, `ece` of the level."""

    turns: int
    frustrated: int
    auc: float
    loss: float
    loss_error: float  # standard error of the loss
    ece: float
    ridge: float
    decay: float


def start() -> dict[str, float]:
    """Weights before any labelled call."""
    return {**{group.name: group.weight for group in FrustrationWords.read().groups}, **BY_HAND}


def fitted(calls: Sequence[Call]) -> tuple[Fit, Report]:
    """The fit on all `calls`, and what the same recipe measures on held-out ones. Raises `ValueError` without labels of
    both kinds."""
    truths = {turn.frustrated for call in calls for turn in call}
    if not {True, False} <= truths:
        raise ValueError(f"turns labelled frustrated and not frustrated expected, got {sorted(map(str, truths))}")
    reports = [held_out(calls, ridge, decay) for ridge in RIDGES for decay in DECAYS]
    best = min(reports, key=lambda one: one.loss)
    as_good = [one for one in reports if one.loss <= best.loss + best.loss_error]
    report = min(as_good, key=lambda one: (abs(one.decay - BEGIN_DECAY), -one.ridge))
    return fit(calls, report.ridge, report.decay), report


def fit(calls: Sequence[Call], ridge: float, decay: float) -> Fit:
    weights = _weights(calls, ridge, decay)
    bare = Fit(decay, _STRAIGHT, weights)
    scores, truths = _labelled(calls, bare)
    return replace(bare, level=Level.fit(scores, truths))


def held_out(calls: Sequence[Call], ridge: float, decay: float) -> Report:
    """Each fold of calls judged by what the others gave."""
    scores: list[float] = []
    levels: list[float] = []
    truths: list[bool] = []
    for fold in range(FOLDS):
        made = fit([call for at, call in enumerate(calls) if at % FOLDS != fold], ridge, decay)
        own_scores, own_truths = _labelled([call for at, call in enumerate(calls) if at % FOLDS == fold], made)
        scores += own_scores
        levels += [made.level.of(score) for score in own_scores]
        truths += own_truths
    level, truth = np.array(levels), np.array(truths)
    chance = np.clip(np.where(truth, level, 1 - level), 1e-3, 1)
    return Report(
        turns=len(truth),
        frustrated=int(truth.sum()),
        auc=round(linear.auc(level[truth], level[~truth]), 4),
        loss=round(float(-np.log(chance).mean()), 4),
        loss_error=round(float(np.log(chance).std() / np.sqrt(len(chance))), 4),
        ece=round(calibration_error(level, truth), 4),
        ridge=ridge,
        decay=decay,
    )


def written(made: Fit, report: Report, source: str, path: Path = SHIPPED) -> Mapping[str, Any]:
    """Writes `path` for `Fit.read`."""
    content = {
        "source": source,
        "recipe": "log-odds held to their start by a ridge, leaky sum, isotonic level; ridge and decay by held-out "
        "loss, by hand where it cannot tell",
        "held_out": {name: getattr(report, name) for name in report.__dataclass_fields__},
        "decay": made.decay,
        "terms": {name: round(value, 3) for name, value in made.terms.items()},
        "level": {"scores": list(made.level.scores), "levels": list(made.level.levels)},
    }
    path.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    return content


def _weights(calls: Sequence[Call], ridge: float, decay: float) -> dict[str, float]:
    """Logistic regression on each term's faded sum, held to the start by `ridge`; the bias is free."""
    begin = start()
    names = list(begin)
    shown, truth = _shown(calls, names, decay, Fit(decay, _STRAIGHT, begin))
    held = np.append(np.full(len(names), ridge), 1e-3)
    first = np.append(np.ones(len(names)), -2.0)  # columns are in units of the starting weights
    table = np.column_stack([shown, np.ones(len(shown))])
    point = first.copy()
    for _ in range(_NEWTON):
        chance = 1 / (1 + np.exp(-table @ point))
        slope = table.T @ (chance - truth) + held * (point - first)
        bend = (table * (chance * (1 - chance))[:, None]).T @ table + np.diag(held)
        step = np.linalg.solve(bend, slope)
        point = point - step
        if np.abs(step).max() < 1e-6:
            break
    return {name: float(begin[name] * max(0.0, times)) for name, times in zip(names, point[:-1], strict=True)}


def _shown(calls: Sequence[Call], names: Sequence[str], decay: float, with_: Fit) -> tuple[Floats, Floats]:
    """Faded sums of each labelled turn's terms, and the labels."""
    frustration = Frustration.shipped(SILENT, fit=with_)
    rows: list[Floats] = []
    truths: list[float] = []
    for call in calls:
        state, standing = FrustrationState(), np.zeros(len(names))
        for turn in call:
            state, judgement = frustration.judge(state, turn.evidence)
            now = np.array([judgement.turn_terms.get(name, 0.0) for name in names])
            standing = decay * standing + now
            if standing.sum() <= 0:
                standing = np.zeros(len(names))
            if turn.frustrated is not None:
                rows.append(standing)
                truths.append(float(turn.frustrated))
    return np.array(rows), np.array(truths)


def _labelled(calls: Sequence[Call], with_: Fit) -> tuple[list[float], list[bool]]:
    pairs = list(_scores(calls, Frustration.shipped(SILENT, fit=with_)))
    return [score for score, _ in pairs], [truth for _, truth in pairs]


def _scores(calls: Sequence[Call], frustration: Frustration) -> Iterator[tuple[float, bool]]:
    for call in calls:
        state = FrustrationState()
        for turn in call:
            state, judgement = frustration.judge(state, turn.evidence)
            if turn.frustrated is not None:
                yield judgement.score, turn.frustrated
