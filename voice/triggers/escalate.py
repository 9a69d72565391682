"""An escalation from a rule that fired: its evidence in words, its turns, the queue it leads to, and the sums."""

from voice.events import Escalated
from voice.triggers.price import Weighed
from voice.triggers.rule import Rule
from voice.triggers.signals import Signals

CERTAIN = Weighed(1.0, {})  # a rule that weighs nothing: that it fired is reason enough


def escalate(
    signals: Signals, rule: Rule, *, turns: tuple[int, ...] = (), queue: str | None = None, urgency: str | None = None,
    more: tuple[str, ...] = (), weighed: Weighed = CERTAIN, **words: str,
) -> Escalated:  # fmt: skip
    """`words` fill the rule's evidence; `turns` default to the present one; `more` are further pieces of evidence."""
    present = (signals.turn,) if signals.turn is not None else ()
    topic = signals.topic_queue if rule.topic_queue else None
    price, p = signals.price, weighed.probability
    sums = f"going on may cost {price.loss(p):.1f} agent minutes, a person {price.cost(p):.1f}"
    return Escalated(
        trigger=rule.kind,
        rule=rule.id,
        evidence=(rule.evidence.format_map(words), *more, *(() if weighed is CERTAIN else (sums,))),
        turns=turns or present,
        queue=queue or topic or rule.queue,
        urgency=urgency or rule.urgency,
        probability=round(p, 4),
        terms=weighed.terms,
        stakes=price.stakes,
        expected_loss=round(price.loss(p), 3),
        cost=round(price.cost(p), 3),
    )
