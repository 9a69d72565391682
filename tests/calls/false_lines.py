"""Counts what a brief says that is not so, against what was really said and what the business really holds.

It reads a line in its own simple way, numerals and capitals, and does not ask what the brief cites.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from models import evidence
from models.names import plain
from telephony.backends.demo_schema import MEMBERS
from telephony.events import BriefReady
from telephony.journal import Record
from telephony.sim.fixture import Fixture
from voice.dialogue.load import load_business
from voice.events import Escalated

CONFIG = Path(__file__).parents[2] / "config"
_NUMERAL = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+")  # inside a sentence


def false_lines(fixture: Fixture, records: Sequence[Record], today: date) -> list[str]:
    """Lines of any version of the brief, and what was spoken of it, that hold a number or a name from nowhere."""
    known = evidence.of(" . ".join(map(plain, _facts(fixture, records))), today)
    values = {value.split()[0] for _, value in known.numbers}
    briefs = [record.entry.brief for record in records if isinstance(record.entry, BriefReady)]
    lines = [text for brief in briefs for text in (*(line.text for line in brief.lines), brief.spoken, brief.headline)]
    return [
        line
        for line in dict.fromkeys(lines)
        if any(numeral.replace(",", "") not in values for numeral in _NUMERAL.findall(line))
        or any(name.casefold() not in known.words for name in _NAME.findall(line))
    ]


def _facts(fixture: Fixture, records: Sequence[Record]) -> Iterator[str]:
    """What the caller really said, who they are in the bank's books, what procedure says, and what was measured."""
    yield from (turn.text for turn in fixture.before_bridge)
    keyed = {turn.keys for turn in fixture.before_bridge if turn.keys}
    for number, name, _first, _salt, tier, since, *_rest in MEMBERS:
        if number in keyed:
            yield f"{name}, member {number[-2:]}, PIN, {tier}, {since}"
    for intent in load_business(CONFIG).intents.values():
        yield from (intent.next_step, intent.limits)
    for record in records:
        if isinstance(record.entry, Escalated):
            yield from record.entry.evidence
