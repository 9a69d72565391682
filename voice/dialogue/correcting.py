"""The answer to a read-back: a yes does it, a new value is read back again, a "no" asks what is wrong."""

from dataclasses import replace

from voice.dialogue.business import Slot
from voice.dialogue.filling import apart
from voice.dialogue.hearing import PLAIN_ANSWER_WORDS, SURE_VALUE, Turn
from voice.dialogue.state import Place, Task, Value
from voice.dialogue.step import Step
from voice.dialogue.tasks import act, advance, cancel, cannot_be

_STOPPING = ("cancel", "never mind", "nevermind", "forget it", "stop", "none", "nothing", "leave it", "don't do")
_SAYINGS: dict[str, tuple[str, ...]] = {
    "amount": ("amount", "sum", "money", "much"),
    "date": ("day", "date", "when"),
    "digits": ("number", "digits"),
}
"""What callers call a slot of this kind, beside its name and cues."""


def confirm_heard(step: Step, turn: Turn) -> bool:
    """A yes does it, a no leaves it, a new value is read back again. False when it was none of these."""
    task, intent = step.state.task, step.task_intent
    if task is None or intent is None:
        return False
    if changed(step, turn):
        return True
    if turn.answer == "yes" and turn.words <= PLAIN_ANSWER_WORDS:
        step.worked()
        act(step)
        return True
    if turn.answer == "no":
        step.worked()
        if task.values and turn.words <= PLAIN_ANSWER_WORDS and not _stops(turn):
            step.go(Place.CHANGE)
        else:
            cancel(step)
        return True
    return False


def change_heard(step: Step, turn: Turn) -> bool:
    """To "what shall I change?": a new value, the name of what is wrong, or nothing of it after all."""
    task, intent = step.state.task, step.task_intent
    if task is None or intent is None:
        return False
    if changed(step, turn):
        return True
    named = next((slot for slot in intent.slots if slot.name in task.values and _names(slot, turn.raw)), None)
    if named is not None:
        _ask_again(step, task, named.name)
    elif _stops(turn) or (turn.answer == "no" and turn.words <= PLAIN_ANSWER_WORDS):
        step.worked()
        cancel(step)
    elif turn.answer == "yes" and turn.words <= PLAIN_ANSWER_WORDS and turn.strong is None and step.state.attempt == 0:
        step.set(attempt=1)  # "yes" names nothing: told once what to say, and then it counts as not understood
    else:
        return False
    return True


def change_keyed(step: Step, key: int) -> None:
    task = step.state.task
    if task is None or not 1 <= key <= len(task.values):
        step.say("keys.wrong")
        return
    _ask_again(step, task, list(task.values)[key - 1])


def changed(step: Step, turn: Turn) -> bool:
    """A new value for any slot, read back again."""
    task, intent = step.state.task, step.task_intent
    if task is None or intent is None:
        return False
    found = turn.corrected(intent.slots, {name: value.value for name, value in task.values.items()})
    unfit = next((value for value in found.changed.values() if value.problem is not None), None)
    changed = {
        value.name: Value(value.value, value.words, turn.number)
        for value in found.changed.values()
        if value.confidence >= SURE_VALUE
    }
    if unfit is not None and not changed:
        cannot_be(step, intent.slot(unfit.name), unfit)
        return True
    if found.denied and not changed:
        _ask_again(step, task, found.denied[0])
        return True
    if not changed:
        return False
    step.set(task=replace(task, values=apart(intent, changed, task.values), sure=False))
    step.worked()
    advance(step)
    return True


def _stops(turn: Turn) -> bool:
    """ "No, cancel that": they want none of it."""
    said = turn.raw.casefold()
    return (turn.match.name == "cancel" and turn.match.in_scope) or any(word in said for word in _STOPPING)


def _names(slot: Slot, text: str) -> bool:
    said = set(text.casefold().replace(",", " ").replace(".", " ").split())
    return bool(said & {*slot.name.split("_"), *slot.cues, *_SAYINGS.get(slot.kind, ())})


def _ask_again(step: Step, task: Task, name: str) -> None:
    step.worked()
    values = {slot: value for slot, value in task.values.items() if slot != name}
    step.set(task=replace(task, values=values, asking=None))
    advance(step)
