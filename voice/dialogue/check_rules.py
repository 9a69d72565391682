"""What must hold of `scope.toml` and `escalation.toml`: every intent has its entry, every rule a queue that is there,
and no rule can never fire or always does. Dates that have passed, or soon will, are reminders and prevent nothing."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from voice.dialogue.business import Business, Scope
from voice.triggers import amount, costly, frustrated
from voice.triggers.price import Price
from voice.triggers.rule import Rule

Mistake = tuple[str, str]  # file within the folder, and "section key: expected, got"

NEEDED_RULES = ("asked", "sensitive", "lost", "silent")  # without these a caller could be left alone
SOON = timedelta(days=30)  # a review needs a meeting, and people on leave
RULES, SCOPE = "escalation.toml", "scope.toml"


def mistakes(business: Business) -> Iterator[Mistake]:
    yield from ((SCOPE, what) for what in _scope(business))
    yield from ((RULES, what) for what in _costs(business))
    for rule in business.rules:
        yield from ((RULES, f"[[rule]] {rule.name}{what}") for what in _rule(business, rule))
    kinds = [rule.kind for rule in business.rules]
    for kind in NEEDED_RULES:
        if kind not in kinds:
            yield RULES, f"[[rule]] kind: at least one rule of kind {kind} expected, got none"


def reminders(business: Business, today: date) -> Iterator[Mistake]:
    """Decisions whose review is due, or will be within `SOON`."""
    for name, scope in sorted(business.scope.items()):
        if (late := _due(scope.review_by, scope.owner, today)) is not None:
            yield SCOPE, f"[{name}] review_by: {late}"
    early = business.early
    if early is not None and early.bias != 1 and (late := _due(early.review_by, early.owner, today)) is not None:
        yield RULES, f"[early] review_by: {late}; the bias of {early.bias:g} stands until then"


def _due(review_by: date, owner: str, today: date) -> str | None:
    if review_by < today:
        return f"a date to come expected, got {review_by}: {owner} should have looked at it again"
    if review_by <= today + SOON:
        return f"{owner} should look at it again by {review_by}, in {(review_by - today).days} days"
    return None


def _scope(business: Business) -> Iterator[str]:
    for name in business.intents:
        if name not in business.scope:
            yield f"[{name}]: an entry for every intent expected, got none"
    for name, scope in business.scope.items():
        if name not in business.intents:
            yield f"[{name}]: an intent of intents/*.toml expected, got an unknown one"
        if scope.queue not in business.queues:
            yield f"[{name}] queue: one of {_list(business.queues)} expected, got {scope.queue!r}"
        if not scope.owner.strip():
            yield f"[{name}] owner: who answers for it expected, got {scope.owner!r}"
        yield from _entry(name, scope)


def _entry(name: str, scope: Scope) -> Iterator[str]:
    if name == "talk_to_person" and scope.mode != "person":
        yield f"[{name}] mode: person expected (nobody else can settle it), got {scope.mode!r}"


def _costs(business: Business) -> Iterator[str]:
    if "default" not in business.costs:
        yield "[costs.default]: needless_minutes and missed_minutes expected, got none"
    for name in business.costs:
        if name != "default" and name not in business.intents:
            yield f"[costs.{name}]: an intent or default expected, got an unknown name"
    if business.early is not None and business.early.review_by < business.early.since:
        yield f"[early] review_by: a day after since = {business.early.since} expected, got {business.early.review_by}"


def _rule(business: Business, rule: Rule) -> Iterator[str]:
    if [one.name for one in business.rules].count(rule.name) > 1:
        yield ": a name of its own expected, got it more than once"
    queues = {rule.queue, *(topic.queue for topic in getattr(rule, "topics", {}).values())}
    for queue in sorted(queues - set(business.queues)):
        yield f" queue: one of {_list(business.queues)} expected, got {queue!r}"
    yield from (f" {what}" for what in rule.mistakes())
    if isinstance(rule, amount.Rule):
        yield from _amount(business, rule)
    if isinstance(rule, (costly.Rule, frustrated.Rule)) and "default" in business.costs:
        yield from _weighed(business, rule)


def _amount(business: Business, rule: amount.Rule) -> Iterator[str]:
    for name in rule.intents:
        intent = business.intents.get(name)
        if intent is None:
            yield f" intents: intents of intents/*.toml expected, got {name!r}"
        elif not any(slot.kind == "amount" for slot in intent.slots):
            yield f" intents: intents with a slot of kind amount expected (the rule can never fire), got {name!r}"


def _weighed(business: Business, rule: costly.Rule | frustrated.Rule) -> Iterator[str]:
    """Whether the highest probability the rule can come to is never enough, or the lowest always is."""
    least, most = rule.bounds()
    dearest = max(business.worth.values(), default=1.0)
    never, always = [], []
    for topic in business.costs:
        if not _best(business, topic, dearest).pays(most):
            never.append(topic)
        if business.price(topic).pays(least):
            always.append(topic)
    if len(never) == len(business.costs):
        bar = min(_best(business, topic, dearest).threshold for topic in business.costs)
        yield f": a probability above {bar:.3f} within reach expected (the rule can never fire), got {most:.3f} at most"
    for topic in always:
        bar = business.price(topic).threshold
        yield (
            f": a probability below {bar:.3f} where nothing is wrong expected, from [costs.{topic}]"
            f" (the rule always fires), got {least:.3f}"
        )


def _best(business: Business, topic: str, worth: float) -> Price:
    """The price at which a person is brought most easily: the worthiest customer, with all the money of the world."""
    member = next((name for name, factor in business.worth.items() if factor == worth), None)
    return business.price(topic, amount=1e9, tier=member)


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
