"""The rules that answer the telephone: other ones take their place between two calls, and nobody need restart.

A call takes the business as it begins, and keeps it. What slid back since the start stays down whatever is published.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from telephony.reviews.ladder import RUNGS
from voice.dialogue.business import Business, Scope
from voice.dialogue.learned import Mode

Heard = Callable[[Business], None]


@dataclass(frozen=True, slots=True)
class Answers:
    """`business`: with the rules of this hash, "" where they were never published; `known`: also with what slid back.
    `alarm`: why other rules answer than the configuration's."""

    business: Business
    rules: str
    alarm: str
    known: Business


class Ruling:
    """Of the event loop's thread."""

    def __init__(self, business: Business, rules: str, alarm: str = "") -> None:
        self._lowered: dict[str, Mode] = {}
        self._now = Answers(business, rules, alarm, business)
        self._followers: list[Heard] = []

    @property
    def business(self) -> Business:
        """What the next call knows, and keeps to its end."""
        return self._now.known

    @property
    def rules(self) -> str:
        return self._now.rules

    @property
    def alarm(self) -> str:
        return self._now.alarm

    def swap(self, business: Business, rules: str) -> None:
        """From the next call on; people chose them, so that there is nothing to be alarmed at."""
        self._is(Answers(business, rules, "", self._with_lowered(business)))

    def lower(self, intent: str, mode: Mode) -> None:
        """Its reviews turned bad: from the next call on nobody settles it who stands above `mode`."""
        self._lowered[intent] = mode
        self._is(replace(self._now, known=self._with_lowered(self._now.business)))

    def follow(self, heard: Heard) -> None:
        """`heard` gets what the next call knows whenever that changes: for whoever would hold it longer than a call."""
        self._followers.append(heard)

    def _is(self, now: Answers) -> None:
        self._now = now  # one assignment: a call gets all of it or nothing
        for heard in self._followers:
            heard(now.known)

    def _with_lowered(self, business: Business) -> Business:
        scope = business.scope
        below = {name: _below(scope[name], mode) for name, mode in self._lowered.items() if name in scope}
        return replace(business, scope={**scope, **below}) if below else business


def _below(scope: Scope, mode: Mode) -> Scope:
    return replace(scope, mode=min(scope.mode, mode, key=RUNGS.index))
