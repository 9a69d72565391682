"""The system does not get on: not understood, not its business, not proved, or the backend says no, again and again."""

from dataclasses import dataclass

from voice.events import Escalated
from voice.triggers.escalate import escalate
from voice.triggers.rule import Rule as BaseRule
from voice.triggers.signals import Signals

DEAF = 1  # stretches of speech after the caller was told that only keys work: they will not use them
KEYLESS = 1  # silences after the keys were told: nor will this one, and the menu is long to hear twice


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(BaseRule):
    no_matches: int
    outside: int
    wrong_identities: int
    failed_actions: int
    wrong_guesses: int


def look(signals: Signals, rule: Rule) -> Escalated | None:
    failures = (
        (signals.deaf, DEAF, "spoke while the recogniser was down"),
        (signals.keyless, KEYLESS, "pressed no key while the recogniser was down"),
        (signals.no_matches_row, rule.no_matches, "was not understood {n} times in a row"),
        (signals.outside, rule.outside, "asked {n} times for what this line does not do"),
        (signals.wrong_identities, rule.wrong_identities, "gave a member number and PIN that did not match, {n} times"),
        (signals.failed_actions, rule.failed_actions, "our systems failed {n} times"),
        (signals.wrong_guesses, rule.wrong_guesses, "was understood wrongly {n} times"),
    )
    for count, most, what in failures:
        if count >= most:
            return escalate(signals, rule, what=what.format(n=count))
    return None
