"""Intents of people's own questions to a bank (BANKING77), learned from ten examples each."""

import csv
import random
from collections import defaultdict
from collections.abc import Sequence

from models.intent import IntentModel
from tests.bench.context import Context
from tests.bench.writer import Row
from tests.data import data_folder

IDS = ("intents.banking77.10shot",)
SHOTS, ASKED = 10, 5  # examples to learn from and to ask, of each of the 77


def rows(context: Context) -> Sequence[Row]:
    by_intent: dict[str, list[str]] = defaultdict(list)
    with (data_folder("intents-banking77") / "train.csv").open(encoding="utf-8", newline="") as table:
        for line in csv.DictReader(table):
            by_intent[line["category"]].append(line["text"])
    chance = random.Random(context.seed)
    drawn = {name: chance.sample(texts, SHOTS + ASKED) for name, texts in sorted(by_intent.items())}
    model = IntentModel.fit({name: texts[:SHOTS] for name, texts in drawn.items()})
    right = [float(model.match(text).name == name) for name, texts in drawn.items() for text in texts[SHOTS:]]
    return [
        context.samples.row(
            IDS[0], right, "share", unit="of questions", goal=">= 0.70", of="1 when the best intent was right",
            note=f"n-grams, {SHOTS} examples for each of {len(drawn)} intents, {ASKED} others asked",
        )
    ]  # fmt: skip
