"""Other people's business: 150 intents of CLINC and utterances of none of them; whether the gate tells them apart."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from models.intent import IntentModel
from models.intent_gate import REFUSED
from tests.bench.context import Context
from tests.bench.intent_data import Labelled, Way, by_intent, clinc
from tests.bench.writer import Row, unmeasured

INSIDE, AUROC, RECALL = "clinc_inscope_acc", "clinc_oos_auroc", "clinc_oos_recall_at_5fr"
GOALS = {
    INSIDE: {"full": 0.95, "ngram": 0.915},
    AUROC: {"full": 0.975, "ngram": 0.94},
    RECALL: {"full": 0.88, "ngram": 0.76},
}
IDS = tuple(f"{row}_{way}" for row in GOALS for way in ("full", "ngram"))
SCOPE = "intent_scope.json"  # scores of both ways, for the page's curve


@dataclass(frozen=True, slots=True)
class Judged:
    right: list[float]
    refused: list[float]  # of texts of ours at the threshold that other texts of ours set
    inside: list[float]  # gate scores
    outside: list[float]
    caught: list[float]


def rows(context: Context, ways: Sequence[Way]) -> Iterator[Row]:
    parts = clinc()
    drawn: dict[str, dict[str, list[float]]] = {}
    for way in ways:
        if way.missing:
            yield from (
                unmeasured(f"{row}_{way.name}", unit="share", goal=f">= {goal[way.name]}", why=way.missing)
                for row, goal in GOALS.items()
            )
            continue
        judged = _judged(parts, way, full=context.full)
        drawn[way.name] = {"inside": judged.inside, "outside": judged.outside}
        yield from _rows(context, way, judged)
    kept = context.folder / "raw" / SCOPE
    kept.write_text(json.dumps(drawn), encoding="utf-8")


def _rows(context: Context, way: Way, judged: Judged) -> Iterator[Row]:
    learned = "100 examples an intent, both halves"
    if not context.full:
        learned = "100 examples an intent, one half of two (both in --full)"
    inside = np.sort(judged.inside)
    above = [float(1 - np.searchsorted(inside, one) / len(inside)) for one in judged.outside]
    refused = f"{learned}; threshold from the other half; {np.mean(judged.refused):.1%} of ours refused"
    for row, samples, statistic, of, note in (
        (INSIDE, judged.right, "share", "1 when the best intent was right", f"{learned}; validation part"),
        (AUROC, above, "mean", "share of texts of ours that score above one of nobody's", learned),
        (RECALL, judged.caught, "share", "1 when a text of nobody's was refused", refused),
    ):
        goal = f">= {GOALS[row][way.name]}"
        yield context.samples.row(f"{row}_{way.name}", samples, statistic, unit="share", goal=goal, of=of, note=note)


def _judged(parts: dict[str, list[Labelled]], way: Way, *, full: bool) -> Judged:
    """Cross-fitted: gate and threshold know one half of the texts of nobody's intent and of the validation part, and
    judge the other. Without the package's background: small talk is nobody's business of ours, and CLINC's own."""
    examples = by_intent(parts["train"])
    halves = [parts["val"][0::2], parts["val"][1::2]]
    strangers = [parts["oos_train"], parts["oos_val"]]
    judged = Judged([], [], [], [], [])
    for known, asked in ((0, 1), (1, 0))[: 2 if full else 1]:
        model = IntentModel.fit(examples, [text for text, _ in strangers[known]], background=(), encoder=way.encoder)
        threshold = float(np.quantile([model.scope_score(text) for text, _ in halves[known]], REFUSED))
        inside = [model.scope_score(text) - threshold for text, _ in halves[asked]]
        outside = [model.scope_score(text) - threshold for text, _ in strangers[asked]]
        judged.right.extend(float(model.match(text).name == name) for text, name in halves[asked])
        judged.inside.extend(_finite(inside))
        judged.outside.extend(_finite(outside))
        judged.refused.extend(float(score < 0) for score in inside)
        judged.caught.extend(float(score < 0) for score in outside)
    return judged


def _finite(scores: Sequence[float]) -> list[float]:
    """A text without one known word scores lowest of all, in a number that JSON has."""
    return [round(max(score, -1e3), 4) for score in scores]
