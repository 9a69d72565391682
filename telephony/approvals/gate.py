"""The door to the backend. An act that needs a person's yes passes with a grant for exactly it, or not at all.

Every act of every path goes through here: the dialogue, a replay, a call back, what a supervisor whispered. Which acts
those are is the scope register's: of the rules that the call began with, and without a call of those that answer now.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from telephony.approvals.grants import Claims, Grant, Notary, Refused
from voice.dialogue.backend import Backend
from voice.dialogue.business import Business
from voice.events import ActionDone

NOT_APPROVED = "not_approved"
"""The error word of an act that was stopped here: it was certainly not done."""


class Needs(StrEnum):
    GRANT = "grant"
    PERSON = "person"  # never by the system, whoever says yes


@dataclass(frozen=True, slots=True)
class Guarded:
    """`amount`: the argument that holds the money a grant is bound to."""

    needs: Needs
    amount: str | None = None


def guarded(business: Business) -> dict[str, Guarded]:
    """Action → what it takes. Where two intents share an action, the stricter one counts."""
    found: dict[str, Guarded] = {}
    for intent in business.intents.values():
        mode = business.scope[intent.name].mode
        if intent.action is None or mode == "automatic":
            continue
        policy = business.approvals.intents.get(intent.name)
        needs = Needs.GRANT if mode == "approval" and policy is not None else Needs.PERSON
        if intent.action not in found or needs is Needs.PERSON:
            found[intent.action] = Guarded(needs, policy.amount if policy else None)
    return found


class Gate:
    """Implements `Backend`; what it refuses never reaches the one behind it."""

    def __init__(
        self, backend: Backend, *, acts: Callable[[], Mapping[str, Guarded]], notary: Notary,
        now_ms: Callable[[], int],
    ) -> None:  # fmt: skip
        """`acts`: those of the rules that answer the next call."""
        self.backend = backend
        self._acts = acts
        self._notary = notary
        self._now_ms = now_ms

    async def perform(self, action: str, params: Mapping[str, str], key: str) -> ActionDone:
        """Without a grant: for acts that need none."""
        return await self.perform_with(None, call="", action=action, params=params, key=key)

    async def perform_with(
        self, grant: Grant | None, *, call: str, action: str, params: Mapping[str, str], key: str,
        acts: Mapping[str, Guarded] | None = None,
        spent: Callable[[Claims], None] = lambda claims: None, refused: Callable[[str], None] = lambda why: None,
    ) -> ActionDone:  # fmt: skip
        """`acts`: of the rules that the call began with. `spent` hears of the grant that was used, before the backend
        is asked; `refused` of why it was not."""
        exact = dict(params)  # what is checked is what is done, whatever its owner does to it meanwhile
        act = (self._acts() if acts is None else acts).get(action)
        if act is not None:
            try:
                spent(self._admit(act, grant, call=call, action=action, params=exact, key=key))
            except Refused as error:
                refused(str(error))
                return ActionDone(action, key, ok=False, error=NOT_APPROVED)
        return await self.backend.perform(action, exact, key)

    def _admit(
        self, act: Guarded, grant: Grant | None, *, call: str, action: str, params: Mapping[str, str], key: str
    ) -> Claims:
        if act.needs is Needs.PERSON:
            raise Refused("an act the system may do expected, got one that is always a person's")
        amount = params.get(act.amount) if act.amount else None
        return self._notary.check_and_spend(
            grant, call=call, action=action, key=key, params=params, amount=amount, now_ms=self._now_ms()
        )
