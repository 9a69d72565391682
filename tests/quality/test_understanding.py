"""Understanding, measured on data that the models were not fitted on. The floors stand under what was measured when
they were set, by the spread of the draws; the figures are printed.
"""

import csv
import json
from collections import defaultdict
from pathlib import Path

import numpy as np

from models import linear
from models.intent import IntentModel
from models.word_errors import WordErrors
from tests.data import data_folder

INTENTS, EXAMPLES, TESTED, DRAWS = 12, 30, 30, 3  # as large as the demo business


def banking(folder: Path) -> dict[str, list[str]]:
    texts: dict[str, dict[str, str]] = defaultdict(dict)
    owner: dict[str, str] = {}
    with (folder / "train.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            key = " ".join(row["text"].casefold().split())
            if owner.setdefault(key, row["category"]) == row["category"]:
                texts[row["category"]][key] = row["text"].strip()
    return {name: list(found.values()) for name, found in texts.items()}


def test_intents_of_a_business_like_ours() -> None:
    texts = banking(data_folder("intents-banking77"))
    outside = [
        text for text, _ in json.loads((data_folder("intents-clinc150") / "train_val.json").read_text())["oos_val"]
    ]
    dice = np.random.default_rng(0)
    right: list[bool] = []
    noisy: list[bool] = []
    sure: list[float] = []
    aurocs: list[float] = []
    for _ in range(DRAWS):
        names = [str(name) for name in dice.choice(sorted(texts), INTENTS, replace=False)]
        shuffled = {name: [texts[name][at] for at in dice.permutation(len(texts[name]))] for name in names}
        model = IntentModel.fit({name: found[:EXAMPLES] for name, found in shuffled.items()})
        tested = [(text, name) for name, found in shuffled.items() for text in found[EXAMPLES : EXAMPLES + TESTED]]
        errors = WordErrors([text for text, _ in tested], seed=99)
        matches = [(model.match(text), name) for text, name in tested]
        right += [match.name == name for match, name in matches]
        sure += [match.confidence for match, _ in matches]
        noisy += [model.match(errors.applied(text, 0.2)).name == name for text, name in tested]
        inside = np.array([model.scope_score(text) for text, _ in tested])
        aurocs.append(linear.auc(inside, np.array([model.scope_score(text) for text in outside])))
    ece = calibration_error(np.array(sure), np.array(right))
    print(f"accuracy {np.mean(right):.3f}, at 20 % word errors {np.mean(noisy):.3f}, ECE {ece:.3f}")
    print(f"out-of-scope AUROC {np.mean(aurocs):.3f}")

    assert np.mean(right) >= 0.93  # measured .962
    assert np.mean(noisy) >= 0.87  # .911
    assert ece <= 0.03  # .010
    assert np.mean(aurocs) >= 0.96  # .996


def calibration_error(sure: np.ndarray, right: np.ndarray) -> float:
    """Expected calibration error in ten bins."""
    bins = np.minimum((sure * 10).astype(int), 9)
    return float(
        sum(abs(sure[bins == one].mean() - right[bins == one].mean()) * (bins == one).mean() for one in set(bins))
    )
