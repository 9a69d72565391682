"""Reads one order with the coffee bar's business: intent and slots from a text, as the dialogue would."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from models.intent import IntentModel
from models.slots import read
from voice.dialogue.business import Business
from voice.dialogue.languages import languages, training_examples
from voice.dialogue.load import load_business

COFFEE = Path(__file__).with_name("coffee")
ANY_DAY = date(2026, 1, 1)


@dataclass(frozen=True)
class Order:
    intent: str | None
    slots: dict[str, str]


@cache
def coffee() -> Business:
    return load_business(COFFEE)


@cache
def sentences() -> tuple[str, ...]:
    """What the recogniser is told to expect."""
    return languages(coffee())["main"]


def reader() -> Callable[[str], Order]:
    """A function from words to the order."""
    business = coffee()
    model = IntentModel.fit(training_examples(business), business.outside)

    def order(text: str) -> Order:
        name = model.match(text).name
        slots = business.intents[name].slots if name else ()
        found = read(text, [slot.spec for slot in slots], ANY_DAY)
        return Order(name, {one.name: one.value for one in found if one.confidence >= 0.5})

    return order
