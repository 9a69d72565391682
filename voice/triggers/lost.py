"""The system does not get on: not understood, not its business, not proved, or the backend says no, again and again."""

from collections.abc import Iterator
from dataclasses import dataclass

from voice.events import Escalated
from voice.triggers.escalate import escalate
from voice.triggers.rule import Count
from voice.triggers.rule import Rule as BaseRule
from voice.triggers.signals import Signals

DEAF = 1  # stretches of speech after the caller was told that only keys work: they will not use them
KEYLESS = 1  # silences after the keys were told: nor will this one, and the menu is long to hear twice


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(BaseRule):
    """Each count is the number of times that brings a person; None: another rule's, or nobody's."""

    FIELDS = frozenset({"what"})

    no_matches: Count | None = None  # in a row
    with_keys: Count | None = None  # ... instead, where the caller was understood before and was told the keys
    outside: Count | None = None
    wrong_identities: Count | None = None
    failed_actions: Count | None = None
    wrong_guesses: Count | None = None

    def mistakes(self) -> Iterator[str]:
        yield from BaseRule.mistakes(self)
        counts = (self.no_matches, self.outside, self.wrong_identities, self.failed_actions, self.wrong_guesses)
        if all(count is None for count in counts):
            names = "no_matches, outside, wrong_identities, failed_actions, wrong_guesses"
            yield f"{names}: at least one of them expected (the rule can never fire), got none"


def look(signals: Signals, rule: Rule) -> Escalated | None:
    no_matches = rule.with_keys if signals.by_keys and rule.with_keys and rule.no_matches else rule.no_matches
    failures = (
        (signals.deaf, DEAF, "spoke while the recogniser was down"),
        (signals.keyless, KEYLESS, "pressed no key while the recogniser was down"),
        (signals.no_matches_row, no_matches, "was not understood {n} times in a row"),
        (signals.outside, rule.outside, "asked {n} times for what this line does not do"),
        (signals.wrong_identities, rule.wrong_identities, "gave a member number and PIN that did not match, {n} times"),
        (signals.failed_actions, rule.failed_actions, "our systems failed {n} times"),
        (signals.wrong_guesses, rule.wrong_guesses, "was understood wrongly {n} times"),
    )
    for count, most, what in failures:
        if most is not None and count >= most:
            return escalate(signals, rule, what=what.format(n=count))
    return None
