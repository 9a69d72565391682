"""The counter of false lines finds what is false, and lets stand what is so."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from models.brief import Brief, BriefLine, Part
from telephony.events import BriefReady
from telephony.journal import Record
from telephony.sim import fixture as fx
from tests.calls.false_lines import false_lines

DISPUTE = fx.load(Path(__file__).parents[2] / "telephony" / "demo" / "calls" / "dispute.toml")
TODAY = date(2026, 11, 23)


def found(text: str) -> list[str]:
    brief = Brief(1, "Disputes a charge", (BriefLine(Part.ISSUE, text),), "Disputes a charge.")
    record = Record("c1", 1, 0, 0.0, BriefReady("h1", 1, brief))
    return false_lines(replace(DISPUTE), [record], TODAY)


@pytest.mark.parametrize("text", ["charged 84 dollars", "the caller is Ines Cordeiro, since 2021", "limit 12 dollars"])
def test_what_was_said_or_is_on_the_books_stands(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text", ["charged 85 dollars", "the caller is Dana Whitfield", "since 2014", "paid 1,200 dollars"]
)
def test_what_nobody_said_is_false(text: str) -> None:
    assert found(text) == [text]
