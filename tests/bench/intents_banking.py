"""Fine shades: 77 intents of people's questions to a bank (BANKING77's training file); many and few examples."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from models.intent import IntentMatch, IntentModel
from models.intent_report import calibration_gaps
from models.word_errors import WordErrors
from tests.bench.context import Context
from tests.bench.intent_data import Labelled, Way, banking, by_intent
from tests.bench.writer import Row, unmeasured

CV, SHOTS, NOISE = "banking77_cv_acc", "banking77_10shot", "intent_noise20_acc"
GOALS = {CV: {"full": 0.92, "ngram": 0.89}, SHOTS: {"full": 0.84, "ngram": 0.73}, NOISE: {"full": 0.80, "ngram": 0.78}}
ECE, RELIABILITY = "intent_ece", "intent_reliability.json"
IDS = (*(f"{row}_{way}" for row in GOALS for way in ("full", "ngram")), ECE)
FOLDS, EXAMPLES, DRAWS = 5, 10, 3
RATE = 0.2  # of words wrong
UNIT, OF = "of questions", "1 when the best intent was right"


@dataclass(frozen=True, slots=True)
class Judged:
    truth: list[str]
    clean: list[IntentMatch]
    noisy: list[IntentMatch]

    def right(self, found: Sequence[IntentMatch]) -> list[float]:
        return [float(match.name == name) for match, name in zip(found, self.truth, strict=True)]


def rows(context: Context, ways: Sequence[Way]) -> Iterator[Row]:
    texts = banking()
    for way in ways:
        if way.missing:
            yield from (
                unmeasured(f"{row}_{way.name}", unit=UNIT, goal=f">= {goal[way.name]}", why=way.missing)
                for row, goal in GOALS.items()
            )
            continue
        folds = FOLDS if context.full else 1
        judged = _folds(texts, way, folds)
        learned = f"fold 1 to {folds} of {FOLDS}" if folds > 1 else f"fold 1 of {FOLDS} (all in --full)"
        noise = f"{learned}; {RATE:.0%} of words replaced, lost or added by chance"
        yield _row(context, CV, way, judged.right(judged.clean), learned)
        yield _row(context, NOISE, way, judged.right(judged.noisy), noise)
        draws = DRAWS if context.full else 1
        right = [one for draw in range(draws) for one in _few(texts, way, context.seed + draw)]
        yield _row(context, SHOTS, way, right, f"{draws} draw(s) of {EXAMPLES} examples an intent; all others asked")
        if way.name == "ngram":
            yield _calibration(context, judged)


def _row(context: Context, row: str, way: Way, right: Sequence[float], note: str) -> Row:
    goal = f">= {GOALS[row][way.name]:.2f}"
    return context.samples.row(f"{row}_{way.name}", right, "share", unit=UNIT, goal=goal, of=OF, note=note)


def _folds(texts: Sequence[Labelled], way: Way, folds: int) -> Judged:
    part = np.random.default_rng(0).permutation(len(texts)) % FOLDS
    judged = Judged([], [], [])
    for fold in range(folds):
        tested = [texts[at] for at in np.flatnonzero(part == fold)]
        learned = by_intent([texts[at] for at in np.flatnonzero(part != fold)])
        model = IntentModel.fit(learned, encoder=way.encoder)
        errors = WordErrors([text for text, _ in tested], seed=99)
        judged.truth.extend(name for _, name in tested)
        judged.clean.extend(model.match(text) for text, _ in tested)
        judged.noisy.extend(model.match(errors.applied(text, RATE)) for text, _ in tested)
    return judged


def _few(texts: Sequence[Labelled], way: Way, seed: int) -> Iterator[float]:
    dice = np.random.default_rng(seed)
    learned, asked = {}, []
    for name, known in sorted(by_intent(texts).items()):
        shuffled = [known[at] for at in dice.permutation(len(known))]
        learned[name] = shuffled[:EXAMPLES]
        asked += [(text, name) for text in shuffled[EXAMPLES : EXAMPLES + 25]]  # as many of each intent
    model = IntentModel.fit(learned, encoder=way.encoder)
    for text, name in asked:
        yield float(model.match(text).name == name)


def _calibration(context: Context, judged: Judged) -> Row:
    sure = np.array([match.confidence for match in judged.clean])
    right = np.array(judged.right(judged.clean))
    samples = {"confidence": [round(float(one), 4) for one in sure], "right": right.astype(int).tolist()}
    kept = context.folder / "raw" / RELIABILITY
    kept.write_text(json.dumps(samples), encoding="utf-8")
    gaps = [gap.share * abs(gap.confidence - gap.accuracy) for gap in calibration_gaps(sure, right)]
    note = "n-grams; expected calibration error in ten bins of confidence, on the questions of banking77_cv_acc_ngram"
    return context.samples.row(
        ECE, gaps, "sum", unit="of confidence", goal="<= 0.03", of="a bin's gap times its share", note=note
    )
