"""One number that a caller keys while they have a person: its digits as they come, and when it is whole. Pure.

As in the dialogue's keypad: # ends it, * begins it again. A digit is a digit here, 0 and 9 too: they have their person.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from voice.dialogue.business import KeypadItem, scheme
from voice.events import KeyingStage

PATIENCE_SECONDS = 15.0
"""Without a key, the sentence that asks included, until the caller is asked again: they look for a card [est]."""

WAITS = 3
"""Of these in a row, and it is over: 45 s in which the person they talk with does not hear them."""

TRIES = 3
"""Numbers that cannot be meant, and it is over."""


class Keys(StrEnum):
    """How the taking of a number ended."""

    TAKEN = "taken"
    UNFIT = "unfit"  # what was keyed cannot be meant, again and again
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"  # by the person, or because the two parted


@dataclass(frozen=True, slots=True)
class Keyed:
    """`digits` so far of `item`."""

    item: KeypadItem
    digits: str = ""
    waits: int = 0
    tries: int = 0

    @property
    def shown(self) -> str:
        """As the agent and the record may have it: the last few, a dot for each of the others."""
        hidden = max(0, len(self.digits) - self.item.shown)
        return "•" * hidden + self.digits[hidden:]


After = tuple[Keyed, KeyingStage | Keys | None]
"""What to say to the caller, how it ended, or neither."""


def after(keyed: Keyed, key: str | None) -> After:
    """`key` None: none came in time."""
    if key is None:
        waited = replace(keyed, waits=keyed.waits + 1)
        return waited, Keys.TIMED_OUT if waited.waits == WAITS else KeyingStage.AGAIN
    keyed = replace(keyed, waits=0)
    if key == "*":
        return replace(keyed, digits=""), None
    if key != "#":
        keyed = replace(keyed, digits=keyed.digits + key)
        if len(keyed.digits) < keyed.item.digits:
            return keyed, None
    return _whole(keyed)


def _whole(keyed: Keyed) -> After:
    check = scheme(keyed.item.check)
    if len(keyed.digits) == keyed.item.digits and (check is None or check.fits(keyed.digits)):
        return keyed, Keys.TAKEN
    again = replace(keyed, digits="", tries=keyed.tries + 1)
    return again, Keys.UNFIT if again.tries == TRIES else KeyingStage.UNFIT
