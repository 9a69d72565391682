"""What going on may lose and what a person costs, both in minutes of an agent: a weighed rule fires where the first is
more (`[costs.*]`, `[worth]` and `[early]` of `config/escalation.toml`).

With probability p that the caller needs a person: expected loss = p × stakes, cost = (1 - p) × needless minutes.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

Minutes = Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)]
Factor = Annotated[float, Field(ge=0.1, le=20, allow_inf_nan=False)]
_STRICT: dict[str, str] = {"extra": "forbid"}
SURE = 0.999  # a weighed probability comes no nearer to 0 or 1 than this: its log-odds stay within ±6.9


@dataclass(frozen=True, slots=True)
class Costs:
    """Of one topic, in agent minutes: a transfer that was not needed; a caller lost who needed one; what each dollar at
    stake adds to that."""

    __pydantic_config__: ClassVar = _STRICT
    needless_minutes: Minutes
    missed_minutes: Minutes
    minutes_per_dollar: Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)] = 0.0


@dataclass(frozen=True, slots=True)
class Early:
    """How much more a lost caller counts while a deployment is young: dated, and lowered only on reviewed calls."""

    __pydantic_config__: ClassVar = _STRICT
    bias: Factor
    since: date
    review_by: date
    owner: str
    origin: str  # where the number comes from


@dataclass(frozen=True, slots=True)
class Price:
    """What is at stake in a call now. `stakes`: agent minutes by reason; they sum to what losing the caller costs."""

    needless_minutes: float = 1.0
    stakes: Mapping[str, float] = field(default_factory=dict)

    @property
    def missed_minutes(self) -> float:
        return sum(self.stakes.values())

    @property
    def threshold(self) -> float:
        """The probability above which a person costs less than going on; 1 where nothing is at stake."""
        return self.needless_minutes / (self.needless_minutes + self.missed_minutes)

    def loss(self, probability: float) -> float:
        return probability * self.missed_minutes

    def cost(self, probability: float) -> float:
        return (1 - probability) * self.needless_minutes

    def pays(self, probability: float) -> bool:
        """Whether a person costs less than going on."""
        return self.loss(probability) > self.cost(probability)


def price(costs: Costs, *, amount: float = 0.0, worth: float = 1.0, early: float = 1.0) -> Price:
    """Topic, amount, the customer's worth and the early bias, each as the minutes that it adds."""
    stakes = {"topic": costs.missed_minutes}
    stakes["amount"] = costs.minutes_per_dollar * max(0.0, amount) if math.isfinite(amount) else 0.0
    for name, factor in (("customer", worth), ("early", early)):
        stakes[name] = sum(stakes.values()) * (factor - 1)
    return Price(costs.needless_minutes, {name: round(value, 3) for name, value in stakes.items() if value})


@dataclass(frozen=True, slots=True)
class Weighed:
    """A probability with the log-odds that it comes from: `terms` sum to its logit."""

    probability: float
    terms: Mapping[str, float]


def weighed(terms: Mapping[str, float]) -> Weighed:
    """Terms of nothing are left out; a sum beyond what may be believed is cut, and the cut is a term as well."""
    kept = {name: round(value, 3) for name, value in terms.items() if round(value, 3)}
    total = sum(kept.values())
    most = round(logit(SURE), 3)
    if abs(total) > most:
        kept["cut"] = round(math.copysign(most, total) - total, 3)
        total = math.copysign(most, total)
    return Weighed(1 / (1 + math.exp(-total)), kept)


def logit(probability: float) -> float:
    """Log-odds, of a probability kept within what `weighed` believes."""
    inside = min(SURE, max(1 - SURE, probability))
    return math.log(inside / (1 - inside))
