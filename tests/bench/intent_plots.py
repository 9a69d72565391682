"""Two curves of the page: whether confidences mean what they say, and how texts of nobody's intent are told apart."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.intent_report import calibration_gaps
from telephony import plots
from telephony.plots import Axes, Line
from tests.bench.intents_banking import ECE, RELIABILITY
from tests.bench.intents_scope import SCOPE

RELIABILITY_ROW, SCOPE_ROW = ECE, "clinc_oos_auroc_ngram"  # the files are of the run that has these rows
SERIES = {"full": 1, "ngram": 3}
NAMES = {"full": "with the sentence encoder", "ngram": "n-grams alone"}
STEPS = 100


def reliability(folder: Path) -> str:
    kept = json.loads((folder / "raw" / RELIABILITY).read_text(encoding="utf-8"))
    gaps = calibration_gaps(np.array(kept["confidence"]), np.array(kept["right"], float))
    found = [(100 * gap.confidence, 100 * gap.accuracy) for gap in gaps]
    curves = [Line("as it should be", [(0, 0), (100, 100)], 6), Line("measured, ten bins", found, 1, dots=True)]
    axes = Axes("confidence of the best intent, %", "right, %", 100, 100)
    return plots.legend(curves) + plots.lines(curves, axes, title="Confidence against the share that was right")


def scope(folder: Path) -> str:
    kept = json.loads((folder / "raw" / SCOPE).read_text(encoding="utf-8"))
    curves = [Line(NAMES[way], roc(found["inside"], found["outside"]), SERIES[way]) for way, found in kept.items()]
    axes = Axes("of ours refused, %", "of nobody's refused, %", 100, 100)
    return plots.legend(curves) + plots.lines(curves, axes, title="Refused of ours against refused of nobody's")


def roc(inside: Sequence[float], outside: Sequence[float]) -> list[tuple[float, float]]:
    """Shares refused, in percent, as the bar rises from below all scores to above them."""
    bars = np.quantile(inside, np.linspace(0, 1, STEPS + 1))
    refused = [
        (100 * float(np.mean(np.array(inside) < bar)), 100 * float(np.mean(np.array(outside) < bar))) for bar in bars
    ]
    return [(0.0, 0.0), *refused, (100.0, 100.0)]
