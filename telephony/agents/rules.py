"""What the settings say of routing: each queue's hours, weight and overflow, the tiers, the deadlines."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from voice.dialogue.hours import ALWAYS, Hours


@dataclass(frozen=True, slots=True)
class QueueRules:
    priority: int = 0
    overflow: str | None = None
    overflow_seconds: float = 60.0
    wrap_up_seconds: float = 120.0
    hours: Hours = ALWAYS


@dataclass(frozen=True, slots=True)
class Rules:
    """`offer_seconds`: from the reservation of an agent until they count as not responding, whatever rings them."""

    queues: Mapping[str, QueueRules] = field(default_factory=dict)
    tiers: Mapping[str, int] = field(default_factory=dict)
    sticky_seconds: float = 20.0
    offer_seconds: float = 120.0

    def of(self, queue: str) -> QueueRules:
        return self.queues.get(queue, QueueRules())

    def chain(self, queue: str) -> Iterator[str]:
        """`queue` and those it overflows to, in order. The loader has seen to it that the chain ends."""
        following: str | None = queue
        while following is not None:
            yield following
            following = self.of(following).overflow

    def priority(self, queue: str, tier: str | None) -> int:
        return self.of(queue).priority + self.tiers.get(tier or "", 0)
