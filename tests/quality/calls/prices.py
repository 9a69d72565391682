"""What decisions cost in minutes of agents by `config/escalation.toml`'s prices, and the best single policy's cost.

The single policy escalates every topic, amount and customer at one probability, chosen on the tuning calls.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.quality.calls import in_text, score
from tests.quality.calls.outcome import Outcome
from tests.quality.calls.script import Script
from tests.sim.story import business
from voice.dialogue.business import Business
from voice.events import Escalated
from voice.triggers.price import Costs, Price

PREMIER = frozenset({"318562", "645921"})  # members of the demo bank
_ANYBODY = Escalated("always", "always@1", (), (), "", "now")
THRESHOLDS = (0.1, 0.2, 0.35, 0.5, 0.7)


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


@dataclass(frozen=True, slots=True)
class Policy:
    """How one way to decide came out over a set of calls."""

    name: str
    recall: float
    false_rate: float
    minutes: float

    @classmethod
    def of(cls, name: str, outcomes: Sequence[Outcome]) -> "Policy":
        return cls(name, score.recall(outcomes).value, score.false_rate(outcomes).value, minutes(outcomes))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Of the scoring calls: our decisions, every single policy, and the one that was best on the tuning calls."""

    ours: Policy
    singles: tuple[Policy, ...]
    best: Policy


def compared(tuning: Sequence[Script], scoring: Sequence[Outcome]) -> Comparison:
    asked = [one.script for one in scoring]
    tuned = _singles(tuning)
    chosen = min(range(len(tuned)), key=lambda number: tuned[number].minutes)
    singles = _singles(asked)
    return Comparison(Policy.of("Warmline", scoring), singles, singles[chosen])


def _singles(scripts: Sequence[Script]) -> tuple[Policy, ...]:
    """Never, each threshold, always."""
    return (
        Policy.of("nobody ever", [_undecided(script, called=False) for script in scripts]),
        *(
            Policy.of(f"one threshold of {one}", [in_text.play(script, single(one)) for script in scripts])
            for one in reversed(THRESHOLDS)
        ),
        Policy.of("everybody at once", [_undecided(script, called=True) for script in scripts]),
    )


def _undecided(script: Script, *, called: bool) -> Outcome:
    """A policy that does not listen: everybody gets a person at once, or nobody ever."""
    outcome = Outcome(script, "none", None, 0, 0)
    return replace(outcome, escalated=_ANYBODY, at_line=1) if called else outcome
