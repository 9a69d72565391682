"""An escalation from a rule that fired: its evidence in words, the turns it rests on, the queue it leads to."""

from voice.events import Escalated
from voice.triggers.rule import Rule
from voice.triggers.signals import Signals


def escalate(
    signals: Signals, rule: Rule, *, turns: tuple[int, ...] = (), queue: str | None = None, urgency: str | None = None,
    more: tuple[str, ...] = (), **words: str,
) -> Escalated:  # fmt: skip
    """`words` fill the rule's evidence; `turns` default to the present one; `more` are further pieces of evidence."""
    present = (signals.turn,) if signals.turn is not None else ()
    topic = signals.topic_queue if rule.topic_queue else None
    evidence = (rule.evidence.format_map(words), *more)
    return Escalated(
        rule.kind, rule.id, evidence, turns or present, queue or topic or rule.queue, urgency or rule.urgency
    )
