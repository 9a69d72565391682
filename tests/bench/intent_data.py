"""Labelled texts that intents are measured on, and the sentence encoder where its weights are."""

import csv
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.encoder import SentenceEncoder
from models.errors import WeightsError
from models.files import read_manifest, require
from models.intent import Encoder, plain
from telephony.assembly.engines import SENTENCES
from telephony.settings import load
from tests.bench.context import ROOT
from tests.data import data_folder

Labelled = tuple[str, str]  # text, its intent
SERVICES = ("airline", "fastfood", "finance", "insurance", "media", "software")


class Remembered:
    """An encoder that is asked once for each text, since several measurements use the same."""

    def __init__(self, encoder: Encoder) -> None:
        self.name = encoder.name
        self._encoder = encoder
        self._known: dict[str, npt.NDArray[np.float32]] = {}

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        if new := list(dict.fromkeys(text for text in texts if text not in self._known)):
            self._known.update(zip(new, self._encoder.encode(new), strict=True))
        return np.stack([self._known[text] for text in texts])


@dataclass(frozen=True, slots=True)
class Way:
    """One way to judge: with the encoder ("full") or by n-grams alone."""

    name: str
    encoder: Encoder | None
    missing: str = ""  # why it cannot be measured


def ways(folder: Path | None = None) -> tuple[Way, Way]:
    """Both ways; `full` says what is missing where its weights are not here."""
    folder = folder or load(ROOT / "config").service.models_folder
    ngram = Way("ngram", None)
    try:
        there = require(ROOT / folder, read_manifest().model(SENTENCES))
        return Way("full", Remembered(SentenceEncoder(there, threads=2))), ngram
    except WeightsError as missing:
        return Way("full", None, str(missing)), ngram


def banking() -> list[Labelled]:
    with (data_folder("intents-banking77") / "train.csv").open(encoding="utf-8", newline="") as table:
        return _once((line["text"].strip(), line["category"]) for line in csv.DictReader(table))


def clinc() -> Mapping[str, list[Labelled]]:
    """Parts "train", "val", "oos_train" and "oos_val"."""
    table = json.loads((data_folder("intents-clinc150") / "train_val.json").read_text(encoding="utf-8"))
    return {part: [(text, name) for text, name in pairs] for part, pairs in table.items()}


def multidogo(service: str, part: str) -> list[Labelled]:
    """Turns of customers that carry one intent; "contentonly" turns answer a question and carry none."""
    path = data_folder("intents-multidogo") / f"{service}-{part}.tsv"
    with path.open(encoding="utf-8", newline="") as table:
        lines = list(csv.DictReader(table, dialect="excel-tab"))
    found = ((line["utterance"].strip(), line["intent"] or "") for line in lines)
    return [(text, name) for text, name in found if text and name and "<div>" not in name]


def by_intent(texts: Sequence[Labelled]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for text, name in _once(texts):
        found[name].append(text)
    return {name: texts for name, texts in found.items() if len(texts) >= 2}


def _once(texts) -> list[Labelled]:
    """Each sentence once, under the intent that it had first."""
    owner: dict[str, Labelled] = {}
    for text, name in texts:
        owner.setdefault(plain(text), (text, name))
    return list(owner.values())
