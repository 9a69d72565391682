"""What the synthetic callers say: the business's own examples with their slots filled, numbers, and plain answers.

Lower-case words without punctuation, numbers written out, as callers say them: "oh" for zero, digits in groups.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from num2words import num2words

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
          "december")  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ANSWERS = (
    "yes", "no", "yeah", "nope", "yes please", "no thanks", "that's right", "that's wrong", "correct", "not quite",
    "okay", "sure", "hello", "goodbye", "that's all", "say that again", "i don't know", "wait a moment", "stop",
    "no i said", "speak to a person", "can i talk to somebody", "an agent please", "operator", "help",
)  # fmt: skip
SHARES = {"example": 0.5, "digits": 0.2, "answer": 0.12, "amount": 0.06, "date": 0.06, "time": 0.06}

Dice = np.random.Generator


class Phrases:
    """Draws sentences. `intents`: the business's intent files."""

    def __init__(self, intents: Path) -> None:
        self._examples: list[tuple[str, Mapping[str, Sequence[str]]]] = []
        for path in sorted(intents.glob("*.toml")):
            table = tomllib.loads(path.read_text(encoding="utf-8"))
            choices = {slot["name"]: _said(slot) for slot in table.get("slots", ())}
            self._examples += [(text, choices) for text in table.get("examples", ())]
        if not self._examples:
            raise FileNotFoundError(f"intent files with examples expected in {intents}, found none")

    def draw(self, dice: Dice) -> str:
        kind = str(dice.choice(list(SHARES), p=list(SHARES.values())))
        return words_only(self._example(dice) if kind == "example" else _MAKERS[kind](dice))

    def many(self, count: int, dice: Dice) -> Iterable[str]:
        return (self.draw(dice) for _ in range(count))

    def _example(self, dice: Dice) -> str:
        text, choices = self._examples[int(dice.integers(len(self._examples)))]

        def fill(match: re.Match[str]) -> str:
            name = match.group(1)
            if choices.get(name):
                return _one(choices[name], dice)
            maker = next((make for kind, make in _MAKERS.items() if kind in name), amount)
            return maker(dice)

        return _PLACEHOLDER.sub(fill, text)


def words_only(text: str) -> str:
    """Lower case, numerals as words, nothing but letters and apostrophes."""
    text = re.sub(r"\d+", lambda match: f" {num2words(int(match.group()))} ", text.lower())
    return " ".join(re.findall(r"[a-z]+(?:'[a-z]+)*", text.replace("’", "'")))


def digits(dice: Dice) -> str:
    """One to ten digits, three or four at a breath, now and then "oh" and "double"."""
    count = int(dice.choice([1, 2, 3, 4, 4, 4, 5, 6, 8, 10]))
    drawn = [int(digit) for digit in dice.integers(0, 10, count)]
    zero = "oh" if dice.random() < 0.4 else "zero"
    said: list[str] = []
    at = 0
    while at < count:
        word = zero if drawn[at] == 0 else DIGITS[drawn[at]]
        if at + 1 < count and drawn[at] == drawn[at + 1] and dice.random() < 0.3:
            said.append(f"double {word}")
            at += 2
        else:
            said.append(word)
            at += 1
    return " ".join(said)


def amount(dice: Dice) -> str:
    whole = int(dice.choice([dice.integers(1, 100), dice.integers(1, 20) * 50, dice.integers(100, 2500)]))
    cents = int(dice.integers(1, 100)) if dice.random() < 0.4 else 0
    return f"{num2words(whole)} dollars" + (f" and {num2words(cents)} cents" if cents else "")


def date(dice: Dice) -> str:
    if dice.random() < 0.4:
        return _one(("today", "tomorrow", "yesterday", *WEEKDAYS, *(f"next {day}" for day in WEEKDAYS)), dice)
    day = num2words(int(dice.integers(1, 32)), to="ordinal")
    month = _one(MONTHS, dice)
    return f"{month} {day}" if dice.random() < 0.6 else f"the {day} of {month}"


def time(dice: Dice) -> str:
    hour = num2words(int(dice.integers(1, 13)))
    return _one((f"{hour} o'clock", f"half past {hour}", f"{hour} thirty", f"quarter to {hour}", f"{hour} a m",
                 f"{hour} fifteen p m", f"at {hour}", "in the morning", "in the afternoon"), dice)  # fmt: skip


def answer(dice: Dice) -> str:
    return _one(ANSWERS, dice)


_MAKERS: Mapping[str, Callable[[Dice], str]] = {
    "digits": digits, "amount": amount, "date": date, "time": time, "answer": answer,
}  # fmt: skip


def _said(slot: Mapping[str, Any]) -> list[str]:
    return [spoken for ways in slot.get("choices", {}).values() for spoken in ways]


def _one(choices: Sequence[str], dice: Dice) -> str:
    return choices[int(dice.integers(len(choices)))]
