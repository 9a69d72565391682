"""Digits of a number that was asked for and given up: keyed late, they are no choice from what is offered now."""

from dataclasses import replace

from voice.dialogue.hearing import Turn
from voice.dialogue.questions import wanted
from voice.dialogue.state import DIGITS, Late, Place
from voice.dialogue.step import Step

LATE_MS = 10_000  # after the question was given up
BETWEEN_MS = 3_000  # two digits of one number; after so long a pressed key is a choice again
PERSON = "0"
_GOES_ON = frozenset({*DIGITS, Place.CALLBACK_CHECK, Place.ACTING})


def owed(step: Step, was: Place, turn: Turn | None) -> None:
    """After a silence, or words that were no wish: the number that was still being waited for may come yet."""
    wish = turn is not None and (turn.asks or turn.strong is not None)
    if was in DIGITS and step.state.place not in _GOES_ON and not wish:
        step.set(late=Late(step.now_ms + LATE_MS, wanted(step, was)))


def swallowed(step: Step, key: str) -> bool:
    """Takes `key` for a late digit. A first 0 is a person, as everywhere."""
    late = step.state.late
    if late is None:
        return False
    if step.now_ms > late.until_ms or not key.isdecimal() or (key == PERSON and not late.came):
        step.set(late=None)
        return False
    came = late.came + 1
    rest = replace(late, until_ms=step.now_ms + BETWEEN_MS, came=came)
    step.set(late=rest if came < late.digits else None)
    step.say("identity.late")
    step.ask = False
    return True
