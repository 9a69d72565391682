"""Told calls as tapes, and rule sets that differ in one number, for the tests of the back-test."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from telephony.backends.demo_bank import DemoBank
from telephony.backtest.rerun import Rerun, Run
from telephony.backtest.tape import Tape, of_records
from tests.sim.journaled import Journaled
from tests.sim.story import TODAY, Story, business, fitted, judge
from voice.dialogue.business import Business

Tells = Callable[[Story], object]


def ruleless() -> Business:
    return replace(business(), rules=())


def with_rule(kind: str, **numbers: Any) -> Business:
    """The demo business, the rules of one kind with other numbers."""
    rules = tuple(replace(rule, **numbers) if rule.kind == kind else rule for rule in business().rules)
    return replace(business(), rules=rules)


def without(*kinds: str) -> Business:
    return replace(business(), rules=tuple(rule for rule in business().rules if rule.kind not in kinds))


def tape(tells: Tells, *, known: Business | None = None, name: str = "call", ends: bool = True) -> Tape:
    """`known`: whose rules ran in the call; by default the demo's. `ends` False: the journal stops in the middle."""
    story = Story(deed=DemoBank(today=TODAY).perform_now, answered=False, known=known)
    journaled = Journaled(story, name)
    tells(story)
    return of_records(name, journaled.ended() if ends else journaled.journal.records)


def run(call: Tape, rules: Business | None = None) -> Run:
    rules = rules or business()
    return Rerun(call, rules, intents=fitted(), judge=judge(), prices=(rules, rules)).run()
