"""Trains the head of `models/sayings.py`: `python -m models.training.sayings --data DIR` (a minute).

DIR holds `intents-banking77` (Casanueva et al. 2020, CC BY 4.0), `intents-clinc150` (Larson et al. 2019, CC BY 3.0) and
`intents-multidogo` (Peskov et al. 2019, CDLA-Permissive-1.0): what people say to service lines when they ask for no
person, and three of their intents for a topic. All else is ours: the sentences of `tests/voice/data`, written to
develop the rules on, the examples of `config/intents`, and what `sayings_frames.toml` draws: with it .71 of the topics
left out are heard instead of .20 at p > .5 (and .015 instead of .006 of the rest), and .84 of requests instead of .71.
"""

import argparse
import csv
import hashlib
import json
import tomllib
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models import linear
from models.sayings import CLASSES, NOTHING, PERSON, SHIPPED, Sayings, grams
from models.training.sayings_frames import drawn
from models.training.sparse_rows import Floats, sparse_rows

REPOSITORY = Path(__file__).parents[2]
OWN = REPOSITORY / "tests" / "voice" / "data"
STRENGTH = 10.0  # C: AUC of held-out requests against near misses .947, .953, .955 at 3, 10, 30
LEAST_TEXTS = 2  # that hold a gram
PUBLIC_WEIGHT = 0.3  # of a sentence of theirs beside one of ours: there are six times as many
DRAWN_WEIGHT = 0.7  # of a drawn sentence; .3 to 1 alike on groups that were left out
TURNS_EVERY, STRANGER = 5, "outofdomain"  # of MultiDoGO's turns; its strangers may ask for a person
PUBLIC_EVERY = 3  # of theirs: each so-many-th is enough of what is nothing
LIGHT = 0.02  # weights below are left out: half of all grams, and no chance moves by .01
STEP = 2.0**-7  # weights are multiples of it: the file packs into 0.56 MB instead of 1.06, and no chance moves by .004
FOLDS = 4
SAME = {
    "terminate_account": "churn",
    "report_fraud": "fraud",
    "closeaccount": "churn",
}  # their intents that are a topic of ours
UNCLEAR = frozenset(
    {"compromised_card", "card_payment_not_recognised", "cash_withdrawal_not_recognised", "lost_or_stolen_card"}
)
"""Fraud to one, a lost card or a disputed charge to another."""
OURS = {"talk_to_person": PERSON, "complaint": "complaint"}

Labelled = tuple[str, str, float]  # text, class, weight


def own() -> Iterator[Labelled]:
    """Ours: requests, sentences that only mention a person, topics, and what sounds like one."""
    for name, label in (("person_requests", PERSON), ("person_near_misses", NOTHING)):
        yield from ((text, label, 1.0) for _, text in _said(name))
    yield from (
        (text, NOTHING if topic.startswith("none") else topic.split("_")[0], 1.0) for topic, text in _said("topics")
    )
    for path in sorted((REPOSITORY / "config" / "intents").glob("*.toml")):
        label = OURS.get(path.stem, NOTHING)
        yield from ((text, label, 1.0) for text in tomllib.loads(path.read_text("utf-8")).get("examples", ()))


def _said(name: str) -> Iterator[tuple[str, str]]:
    for group, lines in tomllib.loads((OWN / f"{name}.toml").read_text("utf-8")).items():
        yield from ((group, line) for line in lines.strip().splitlines())


def public(folder: Path) -> Iterator[Labelled]:
    with (folder / "intents-banking77" / "train.csv").open(encoding="utf-8", newline="") as rows:
        pairs = [(row["text"], row["category"]) for row in csv.DictReader(rows)]
    clinc = json.loads((folder / "intents-clinc150" / "train_val.json").read_text("utf-8"))
    pairs += [(text, intent) for text, intent in (*clinc["train"], *clinc["oos_train"])]
    for path in sorted((folder / "intents-multidogo").glob("*-train.tsv")):
        with path.open(encoding="utf-8", newline="") as rows:
            turns = [row for row in csv.DictReader(rows, dialect="excel-tab") if row["intent"] not in ("", STRANGER)]
        pairs += [(row["utterance"], row["intent"]) for row in turns[::TURNS_EVERY] if "<div>" not in row["intent"]]
    for at, (text, intent) in enumerate(pairs):
        if intent in SAME or (intent not in UNCLEAR and at % PUBLIC_EVERY == 0):
            yield text, SAME.get(intent, NOTHING), PUBLIC_WEIGHT


def fit(sentences: Sequence[Labelled], temperature: float = 1.0) -> Sayings:
    seen = Counter(gram for text, _, _ in sentences for half in grams(text) for gram in half)
    names = sorted(gram for gram, count in seen.items() if count >= LEAST_TEXTS)
    columns = {gram: at for at, gram in enumerate(names)}
    rows = sparse_rows((grams(text) for text, _, _ in sentences), columns)
    labels = np.array([CLASSES.index(label) for _, label, _ in sentences], np.intp)
    shares = np.array([weight for _, _, weight in sentences])
    head = linear.fit(rows, labels, len(CLASSES), strength=STRENGTH, sample_weights=shares)
    weights = head.weights - head.weights.mean(axis=1, keepdims=True)
    kept = np.abs(weights).max(axis=1) >= LIGHT
    return Sayings(
        {name: at for at, name in enumerate(name for name, stays in zip(names, kept, strict=True) if stays)},
        (np.round(weights[kept] / STEP) * STEP).astype(np.float32),
        (head.bias - head.bias.mean()).astype(np.float32),
        temperature,
    )


def held_out(sentences: Sequence[Labelled]) -> tuple[Floats, npt.NDArray[np.intp]]:
    """Logits of our own sentences by a head that has not seen them, and their classes."""
    logits, labels = [], []
    for fold in range(FOLDS):
        head = fit([one for one in sentences if _fold(one[0]) != fold])
        for text, label, weight in sentences:
            if weight == 1.0 and _fold(text) == fold:
                logits.append(head.logits(text))
                labels.append(CLASSES.index(label))
    return np.array(logits), np.array(labels, np.intp)


def _fold(text: str) -> int:
    return zlib.crc32(text.encode()) % FOLDS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds both")
    parser.add_argument("--out", type=Path, default=SHIPPED)
    given = parser.parse_args()
    frames = [(text, label, DRAWN_WEIGHT) for label, text, _ in drawn()]
    sentences = [*own(), *frames, *public(given.data)]
    logits, labels = held_out(sentences)
    head = fit(sentences, linear.fit_temperature(logits, labels))
    np.savez_compressed(
        given.out,
        grams=np.frombuffer(json.dumps(list(head.columns), ensure_ascii=False).encode(), np.uint8),
        weights=head.weights.astype(np.float16),  # exact: 11 bits of a multiple of STEP reach to 16
        bias=head.bias,
        temperature=np.float32(head.temperature),
    )
    report = {
        "sources": "ours; BANKING77 (CC BY 4.0, Casanueva et al. 2020); CLINC150 (CC BY 3.0, Larson et al. 2019); "
        "MultiDoGO (CDLA-Permissive-1.0, Peskov et al. 2019)",
        "sentences": {name: sum(label == name for _, label, _ in sentences) for name in CLASSES},
        "grams": len(head.columns),
        "held_out_accuracy": round(float((logits.argmax(axis=1) == labels).mean()), 4),
        "temperature": round(head.temperature, 3),
        "sha256": hashlib.sha256(given.out.read_bytes()).hexdigest(),
    }
    given.out.with_suffix(".json").write_text(json.dumps(report, indent=2) + "\n", "utf-8")
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
