"""What to know of a fitted model before it answers calls: how often held-out examples are found, which intents are
taken for each other or lie too close, and whether its confidences mean what they say."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.intent_fit import HeldOut
from models.intent_heads import IntentHeads

Floats = npt.NDArray[np.floating]

BINS = 10
ALIKE_SHARE = 0.25  # of an intent's held-out examples taken for one other intent: a caller would be asked too often
ALIKE_LEAST = 3  # examples; fewer are chance


@dataclass(frozen=True, slots=True)
class Confusion:
    wanted: str
    found: str
    times: int
    of: int  # held-out examples of `wanted`
    example: str

    @property
    def share(self) -> float:
        return self.times / self.of


@dataclass(frozen=True, slots=True)
class Gap:
    """One bin of confidence."""

    confidence: float
    accuracy: float
    share: float  # of all judgements


@dataclass(frozen=True, slots=True)
class Decisions:
    """What the dialogue's bars make of held-out examples; shares of all."""

    accepted: float
    accepted_right: float  # of those accepted
    confirmed: float
    asked_again: float


@dataclass(frozen=True, slots=True)
class Report:
    tested: int
    accuracy: float
    by_intent: dict[str, float]
    confusions: tuple[Confusion, ...]  # most frequent first
    alike: tuple[Confusion, ...]
    calibration_error: float
    decisions: Decisions


def report(heads: IntentHeads, held_out: HeldOut, *, accept: float, confirm: float) -> Report:
    """`accept`, `confirm`: confidences from which the dialogue acts, and from which it asks "would you like ...?"."""
    chances, names = heads.chances(held_out.logits), heads.names
    found, sure = chances.argmax(axis=1), chances.max(axis=1)
    right = found == held_out.labels
    confusions = _confusions(names, held_out, found)
    gaps = calibration_gaps(sure, right.astype(float))
    alike = tuple(one for one in confusions if one.share >= ALIKE_SHARE and one.times >= ALIKE_LEAST)
    return Report(
        tested=len(found),
        accuracy=float(right.mean()),
        by_intent={
            name: float(right[held_out.labels == at].mean())
            for at, name in enumerate(names)
            if (held_out.labels == at).any()
        },
        confusions=confusions,
        alike=alike,
        calibration_error=sum(gap.share * abs(gap.confidence - gap.accuracy) for gap in gaps),
        decisions=_decisions(sure, right, accept, confirm),
    )


def calibration_gaps(confidence: Floats, right: Floats) -> list[Gap]:
    """Confidence against accuracy in `BINS` equal bins; the empty ones are left out."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return [
        Gap(float(confidence[inside].mean()), float(right[inside].mean()), float(inside.mean()))
        for one in range(BINS)
        if (inside := bins == one).any()
    ]


def _confusions(names: Sequence[str], held_out: HeldOut, found: npt.NDArray[np.intp]) -> tuple[Confusion, ...]:
    sizes = np.bincount(held_out.labels, minlength=len(names))
    wrong = np.flatnonzero(found != held_out.labels)
    pairs = Counter((int(held_out.labels[at]), int(found[at])) for at in wrong)
    first = {(int(held_out.labels[at]), int(found[at])): held_out.texts[at] for at in wrong[::-1]}
    return tuple(
        Confusion(names[wanted], names[other], times, int(sizes[wanted]), first[wanted, other])
        for (wanted, other), times in sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
    )


def _decisions(sure: Floats, right: npt.NDArray[np.bool_], accept: float, confirm: float) -> Decisions:
    accepted = sure >= accept
    return Decisions(
        accepted=float(accepted.mean()),
        accepted_right=float(right[accepted].mean()) if accepted.any() else 0.0,
        confirmed=float(((sure >= confirm) & ~accepted).mean()),
        asked_again=float((sure < confirm).mean()),
    )
