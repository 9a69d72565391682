"""The arguments of an act as an approver may change them: within limits, exactly, or not at all. Pure."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Protocol

from telephony.approvals.errors import NotAllowed
from voice.dialogue.approval_policy import ApprovalPolicy, Limits

LONGEST = 64  # characters of one value
_AMOUNT = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,2})?")  # as people write it: no sign, no power, no digits without end
_CENT = Decimal("0.01")


class Proposed(Protocol):
    @property
    def policy(self) -> ApprovalPolicy: ...

    @property
    def shown(self) -> tuple[str, ...]: ...


def amount_of(policy: ApprovalPolicy, terms: Mapping[str, str]) -> float | None:
    """The money at stake; None where none is. An amount nobody can read counts as more than any limit."""
    if policy.amount is None or policy.amount not in terms:
        return None
    try:
        value = Decimal(terms[policy.amount])
    except InvalidOperation:
        return float("inf")
    return float(value) if value.is_finite() else float("inf")


def changed(proposal: Proposed, terms: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """`terms` with `values` in them. Raises `NotAllowed` with what is allowed instead."""
    after = dict(terms)
    for slot, value in values.items():
        limits = proposal.policy.edits.get(slot)
        if limits is None or slot not in proposal.shown or slot not in terms:
            raise NotAllowed(f"“{slot.replace('_', ' ')[:LONGEST]}” may not be changed here.")
        after[slot] = _money(slot, value, limits) if _is_money(limits) else _one_of(slot, value, limits)
    return after


def _is_money(limits: Limits) -> bool:
    return limits.least is not None or limits.most is not None


def _money(slot: str, text: str, limits: Limits) -> str:
    name = slot.replace("_", " ")
    if not _AMOUNT.fullmatch(text.strip()):
        raise NotAllowed(f"An amount like 15 or 15.50 is expected for the {name}.")
    value = Decimal(text.strip())
    least, most = limits.least, limits.most
    if (least is not None and value < Decimal(str(least))) or (most is not None and value > Decimal(str(most))):
        raise NotAllowed(f"The {name} may be changed to {_between(least, most)}. This was not.")
    return str(value.quantize(_CENT))


def _between(least: float | None, most: float | None) -> str:
    if least is None:
        return f"{most:.2f} at most"
    return f"{least:.2f} or more" if most is None else f"{least:.2f} to {most:.2f}"


def _one_of(slot: str, value: str, limits: Limits) -> str:
    if value not in limits.values:
        raise NotAllowed(f"The {slot.replace('_', ' ')} may be changed to: {', '.join(limits.values)}.")
    return value
