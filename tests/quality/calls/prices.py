"""What decisions cost in minutes of agents by `config/escalation.toml`'s prices, and the best single policy's cost.

The single policy escalates every topic, amount and customer at one probability, chosen on the tuning calls.
"""

from collections.abc import Sequence
from dataclasses import replace

from tests.quality.calls import in_text
from tests.quality.calls.outcome import Outcome
from tests.quality.calls.script import Script
from tests.sim.story import business
from voice.dialogue.business import Business
from voice.events import Escalated
from voice.triggers.price import Costs, Price

PREMIER = frozenset({"318562", "645921"})  # members of the demo bank
_ANYBODY = Escalated("always", "always@1", (), (), "", "now")
THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def minutes(outcomes: Sequence[Outcome]) -> float:
    """A caller who needed a person and got none in time costs the stakes; one who needed none, a needless transfer."""
    return sum(_minutes(one) for one in outcomes)


def _minutes(one: Outcome) -> float:
    price = _price(one.script)
    if one.script.truth.needs_person:
        return 0.0 if one.in_time else price.missed_minutes
    return price.needless_minutes if one.false else 0.0


def _price(script: Script) -> Price:
    """By what is true of the call; the early bias is a way to decide, not a loss."""
    topics = [line.intent for line in script.lines if line.intent in business().costs]
    amount = max((float(line.slots["amount"]) for line in script.lines if "amount" in line.slots), default=0.0)
    tier = "premier" if script.member in PREMIER else None
    return replace(business(), early=None).price(topics[0] if topics else None, amount=amount, tier=tier)


def single(threshold: float) -> Business:
    """The demo business with one threshold for all."""
    costs = {"default": Costs(needless_minutes=threshold, missed_minutes=1 - threshold)}
    return replace(business(), costs=costs, worth={}, early=None)


def compared(tuning: Sequence[Outcome], scoring: Sequence[Outcome]) -> tuple[float, float, str]:
    """Minutes by our decisions and by the best single policy, on the scoring calls; and which policy that was."""
    known = [one.script for one in tuning]
    asked = [one.script for one in scoring]
    by_threshold = {one: minutes([in_text.play(script, single(one)) for script in known]) for one in THRESHOLDS}
    never = minutes([_undecided(script, called=False) for script in known])
    always = minutes([_undecided(script, called=True) for script in known])
    best = min(by_threshold, key=lambda one: by_threshold[one])
    if min(never, always) < by_threshold[best]:
        called = always < never
        return minutes(scoring), minutes([_undecided(script, called=called) for script in asked]), (
            f"{'always' if called else 'never'} a person, best on the tuning calls"
        )  # fmt: skip
    fixed = minutes([in_text.play(script, single(best)) for script in asked])
    return minutes(scoring), fixed, f"one threshold of {best} for every topic, best on the tuning calls"


def _undecided(script: Script, *, called: bool) -> Outcome:
    """A policy that does not listen: everybody gets a person at once, or nobody ever."""
    outcome = Outcome(script, "none", None, 0, 0)
    return replace(outcome, escalated=_ANYBODY, at_line=1) if called else outcome
