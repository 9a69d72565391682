"""Service lines: customers' turns of six trades (MultiDoGO), and what judging one text costs."""

import time
from collections.abc import Iterator, Sequence

import numpy as np

from models.frustration import Evidence, Frustration, FrustrationState
from models.intent import IntentModel
from telephony.assembly.understanding import intents_of
from tests.bench.context import ROOT, Context
from tests.bench.intent_data import SERVICES, Labelled, Way, by_intent, multidogo
from tests.bench.writer import Row
from voice.dialogue.languages import training_examples
from voice.dialogue.load import load_business

ACCURACY, COST = "multidogo_acc", "judge_text_cpu_ms_p95"
IDS = (*(f"{ACCURACY}_{service}" for service in SERVICES), COST)
NO_INTENT, STRANGER = "contentonly", "outofdomain"
EXAMPLES, ASKED = 40, 300  # an intent, and texts asked of a service, in the quick run
JUDGED = 200  # turns whose cost is taken


def rows(context: Context, ways: Sequence[Way]) -> Iterator[Row]:
    for service in SERVICES:
        yield _service(context, service)
    yield _cost(context, ways)


def _service(context: Context, service: str) -> Row:
    """By n-grams: the training dialogues teach, the development dialogues ask."""
    learned = [(text, name) for text, name in multidogo(service, "train") if name != NO_INTENT]
    asked = [(text, name) for text, name in multidogo(service, "dev") if name != NO_INTENT]
    dice = np.random.default_rng(context.seed)
    learned, asked = _shuffled(learned, dice), _shuffled(asked, dice)
    outside = [text for text, name in learned if name == STRANGER]
    most = 400 if context.full else EXAMPLES
    known = by_intent([one for one in learned if one[1] != STRANGER])
    model = IntentModel.fit({name: texts[:most] for name, texts in known.items()}, outside[: 5 * most])
    ours = [one for one in asked if one[1] in known][: None if context.full else ASKED]
    strangers = [text for text, name in asked if name == STRANGER]
    right = [float(model.match(text).name == name) for text, name in ours]
    refused = np.mean([model.scope_score(text) < 0 for text, _ in ours])
    caught = np.mean([model.scope_score(text) < 0 for text in strangers])
    note = (
        f"n-grams, at most {most} examples an intent; of {len(strangers)} outofdomain turns {caught:.0%} are refused, "
        f"of ours {refused:.0%}; turns that only answer a question are left out"
    )
    return context.samples.row(
        f"{ACCURACY}_{service}", right, "share", unit="of turns", goal="report", of="1 when the best intent was right",
        note=note,
    )  # fmt: skip


def _shuffled(texts: Sequence[Labelled], dice: np.random.Generator) -> list[Labelled]:
    return [texts[at] for at in dice.permutation(len(texts))]


def _cost(context: Context, ways: Sequence[Way]) -> Row:
    """One thread's time for intent and frustration of one turn, by the way that is here."""
    business = load_business(ROOT / "config")
    examples = training_examples(business)
    encoder = next((way.encoder for way in ways if way.encoder is not None), None)
    model = intents_of(business) if encoder is None else IntentModel.fit(examples, business.outside, encoder=encoder)
    said = [f"{text} please {number}" for number, text in enumerate(t for texts in examples.values() for t in texts)]
    judge, state, costs = Frustration.shipped(), FrustrationState(), []
    for text in said[:: max(1, len(said) // JUDGED)]:
        begun = time.process_time()
        model.match(text)
        state, _ = judge.judge(state, Evidence(text))
        costs.append(1000 * (time.process_time() - begun))
    note = "with the sentence encoder" if encoder is not None else "n-grams alone; weights of the encoder are not here"
    return context.samples.row(
        COST, costs, "p95", unit="ms CPU", goal="<= 10", of="a turn's intent and frustration by words", note=note
    )
