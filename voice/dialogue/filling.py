"""Values of a task's slots: read from a sentence, kept apart where two may not be the same, and said aloud."""

import re
from collections.abc import Mapping
from dataclasses import replace

from voice.dialogue import prompts
from voice.dialogue.business import Intent, Slot
from voice.dialogue.hearing import Turn
from voice.dialogue.state import Member, Task, Value
from voice.events import ActionDone

_MONEY = re.compile(r"-?\d+\.\d\d")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def read(slots: tuple[Slot, ...], turn: Turn) -> dict[str, Value]:
    return {found.name: Value(found.value, found.words, turn.number) for found in turn.values(slots)}


def answered(asked: Slot, values: dict[str, Value], task: Task) -> dict[str, Value]:
    """One word of a shared list ("savings") answers the question asked, not its twin; two slots never hold the same."""
    values = {name: value for name, value in values.items() if name == asked.name or name not in task.values}
    if asked.name in values:
        values = {
            name: value
            for name, value in values.items()
            if name == asked.name or value.words != values[asked.name].words
        }
    if asked.differs_from and asked.name in values:
        other = task.values.get(asked.differs_from)
        if other is not None and other.value == values[asked.name].value:
            values.pop(asked.name)
    return values


def apart(intent: Intent, new: Mapping[str, Value], old: Mapping[str, Value]) -> dict[str, Value]:
    """All values; where two slots that must differ hold the same, the older of the two is asked for again."""
    values = {**old, **new}
    for slot in intent.slots:
        other = slot.differs_from
        if other in values and slot.name in values and values[other].value == values[slot.name].value:
            older = intent.slot(other if slot.name in new and other not in new else slot.name)
            left = [value for value in older.choices if value != values[older.name].value]
            held = values.pop(older.name)
            if len(left) == 1 and older.name in old:  # "from savings, I mean": then it can only go to checking
                values[older.name] = replace(held, value=left[0])
    return values


def key_of(call: str, task: Task, intent: Intent) -> str:
    """The idempotency key of the task's deed: the same task always has the same."""
    return f"{call}-{task.number}-{intent.action}"


def arguments(task: Task, member: Member | None) -> dict[str, str]:
    """What the backend is asked to do it with."""
    params = {name: value.value for name, value in task.values.items()}
    return {**params, "member": member.number} if member is not None else params


def said(intent: Intent, task: Task) -> dict[str, str]:
    return {name: prompts.spoken(intent.slot(name), value.value) for name, value in task.values.items()}


def facts_said(intent: Intent, task: Task, event: ActionDone) -> dict[str, str]:
    facts = {name: _spoken(value) for name, value in event.facts.items()}
    receipt = " ".join(event.receipt) if event.receipt else ""
    return {**said(intent, task), **facts, "receipt": receipt}


def _spoken(fact: str) -> str:
    if _MONEY.fullmatch(fact):
        return prompts.money(fact)
    return prompts.day(fact) if _DAY.fullmatch(fact) else fact
