"""What must hold of `approvals.toml`: each entry is an intent that needs a yes, its limits fit its slots, its times are
in order, and no act that needs a yes has a way round it."""

from collections.abc import Iterable, Iterator

from voice.dialogue.approval_policy import ApprovalPolicy, Limits
from voice.dialogue.business import Business, Intent, Slot

Mistake = tuple[str, str]  # file within the folder, and "section key: expected, got"
FILE = "approvals.toml"


def mistakes(business: Business) -> Iterator[Mistake]:
    for name, policy in business.approvals.intents.items():
        intent = business.intents.get(name)
        if intent is None:
            yield FILE, f"[intents.{name}]: an intent of intents/*.toml expected, got an unknown one"
        elif intent.action is None or intent.confirm is None:
            yield FILE, f"[intents.{name}]: an intent with an action and a confirm expected, got one without"
        else:
            yield from ((FILE, f"[intents.{name}] {what}") for what in _policy(intent, policy))
    if business.approvals.intents and not business.approvals.reasons:
        yield FILE, "[reasons]: at least one sentence for callers who are refused expected, got none"
    yield from (("scope.toml", what) for what in _ways_round(business))


def _policy(intent: Intent, policy: ApprovalPolicy) -> Iterator[str]:
    slots = {slot.name: slot for slot in intent.slots}
    if policy.remind_seconds >= policy.deadline_seconds:
        yield f"remind_seconds: less than deadline_seconds = {policy.deadline_seconds:g} expected, got no less"
    amounts = [name for name, slot in slots.items() if slot.kind == "amount"]
    if policy.amount is not None and policy.amount not in amounts:
        yield f"amount: one of the slots of kind amount ({_list(amounts)}) expected, got {policy.amount!r}"
    if policy.two_above is not None and policy.amount is None:
        yield "amount: the slot that two_above speaks of expected, got none"
    for name, limits in policy.edits.items():
        if name not in slots:
            yield f"edits.{name}: one of the slots {_list(slots)} expected, got an unknown one"
        else:
            yield from (f"edits.{name}: {what}" for what in _limits(slots[name], limits))


def _limits(slot: Slot, limits: Limits) -> Iterator[str]:
    bounds = limits.least is not None or limits.most is not None
    if slot.kind == "amount":
        if limits.most is None or limits.values:
            yield "least and most expected for an amount, got other limits"
        elif limits.least is not None and limits.least > limits.most:
            yield f"least: at most {limits.most:g} expected, got {limits.least:g}"
    elif slot.kind == "choice":
        strange = [value for value in limits.values if value not in slot.choices]
        if bounds or not limits.values or strange:
            yield f"values: some of {_list(slot.choices)} expected, got {_list(strange) or 'none'}"
    else:
        yield f"a slot of kind amount or choice expected (others are not edited), got {slot.kind}"


def _ways_round(business: Business) -> Iterator[str]:
    """One action, two intents, one of which needs no yes: nobody could say which of the two was meant."""
    modes: dict[str, tuple[str, str]] = {}
    for intent in business.intents.values():
        scope = business.scope.get(intent.name)
        if intent.action is None or scope is None:
            continue
        first, mode = modes.setdefault(intent.action, (intent.name, scope.mode))
        if mode != scope.mode:
            yield f"[{intent.name}] mode: {mode} expected as for [{first}] (both do {intent.action}), got {scope.mode}"


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
