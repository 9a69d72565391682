"""A grant does one thing once: the act it names, as it was approved, in its time, by the process that signed it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from telephony.approvals.gate import Gate, Guarded, Needs, guarded
from telephony.approvals.grants import Grant, Notary, Refused
from tests.sim.story import business
from voice.events import ActionDone

PARAMS = {"amount": "20.00", "member": "204713"}
ACT: dict[str, Any] = {"call": "call-1", "action": "refund_fee", "key": "k1", "params": PARAMS, "amount": "20.00"}


def granted(notary: Notary, **changes: Any) -> Grant:
    return notary.grant(**{**ACT, "approvers": ("ana",), "expires_ms": 1000, **changes})


def test_it_passes_once() -> None:
    notary = Notary()
    grant = granted(notary)
    assert notary.check_and_spend(grant, **ACT, now_ms=0).approvers == ("ana",)
    with pytest.raises(Refused, match="used"):
        notary.check_and_spend(grant, **ACT, now_ms=1)


@pytest.mark.parametrize(
    "other",
    [
        {"call": "call-2"}, {"action": "transfer"}, {"key": "k2"}, {"amount": "21.00"}, {"amount": None},
        {"params": {**PARAMS, "amount": "20.0"}}, {"params": {**PARAMS, "member": "318562"}}, {"params": {}},
    ],
)  # fmt: skip
def test_it_is_for_this_act_of_this_call_and_these_arguments_alone(other: Mapping[str, Any]) -> None:
    notary = Notary()
    grant = granted(notary)
    with pytest.raises(Refused):
        notary.check_and_spend(grant, **{**ACT, **other}, now_ms=0)
    assert notary.check_and_spend(grant, **ACT, now_ms=0), "what is refused spends nothing"


def test_it_is_void_when_its_time_is_up() -> None:
    notary = Notary()
    with pytest.raises(Refused, match="expired"):
        notary.check_and_spend(granted(notary), **ACT, now_ms=1000)


@pytest.mark.parametrize(
    "forged",
    [
        {"amount": "99.00"}, {"expires_ms": 10**9}, {"approvers": ("ana", "sam")}, {"nonce": "0" * 32},
        {"call": "call-2"}, {"arguments": "0" * 64},
    ],
)  # fmt: skip
def test_not_a_word_of_it_can_be_changed(forged: Mapping[str, Any]) -> None:
    notary = Notary()
    grant = granted(notary)
    changed = Grant(replace(grant.claims, **forged), grant.signature)
    with pytest.raises(Refused, match="signed by this service"):
        notary.check_and_spend(changed, **{**ACT, **{k: v for k, v in forged.items() if k in ACT}}, now_ms=0)


@pytest.mark.parametrize("signature", ["", "0" * 64, "é" * 64, "\ud800"])
def test_another_signature_is_none(signature: str) -> None:
    notary = Notary()
    with pytest.raises(Refused, match="signed by this service"):
        notary.check_and_spend(Grant(granted(notary).claims, signature), **ACT, now_ms=0)


def test_another_process_signs_nothing_for_this_one() -> None:
    with pytest.raises(Refused, match="signed by this service"):
        Notary().check_and_spend(granted(Notary()), **ACT, now_ms=0)


def test_no_argument_is_in_the_words_of_a_grant() -> None:
    assert "204713" not in repr(granted(Notary()))


# --- the gate ---------------------------------------------------------------------------------------------------------


class Asked:
    """A backend that remembers what reached it."""

    def __init__(self) -> None:
        self.acts: list[tuple[str, dict[str, str], str]] = []

    async def perform(self, action: str, params: Mapping[str, str], key: str) -> ActionDone:
        self.acts.append((action, dict(params), key))
        return ActionDone(action, key, ok=True)


def gate(backend: Asked, notary: Notary) -> Gate:
    acts = {"refund_fee": Guarded(Needs.GRANT, "amount"), "close_account": Guarded(Needs.PERSON)}
    return Gate(backend, acts=lambda: acts, notary=notary, now_ms=lambda: 0)


async def test_an_act_without_a_grant_never_reaches_the_backend() -> None:
    backend = Asked()
    done = await gate(backend, Notary()).perform("refund_fee", PARAMS, "k1")
    assert (done.ok, done.error, backend.acts) == (False, "not_approved", [])


async def test_with_its_grant_it_does_once() -> None:
    backend, notary = Asked(), Notary()
    door, grant = gate(backend, notary), granted(notary)
    for _ in range(2):
        await door.perform_with(grant, call="call-1", action="refund_fee", params=PARAMS, key="k1")
    assert backend.acts == [("refund_fee", PARAMS, "k1")]


async def test_what_is_always_a_persons_has_no_grant_that_helps() -> None:
    backend, notary = Asked(), Notary()
    grant = notary.grant(**{**ACT, "action": "close_account"}, approvers=("ana", "sam"), expires_ms=1000)
    done = await gate(backend, notary).perform_with(
        grant, call="call-1", action="close_account", params=PARAMS, key="k1"
    )
    assert (done.error, backend.acts) == ("not_approved", [])


async def test_other_acts_need_none() -> None:
    backend = Asked()
    assert (await gate(backend, Notary()).perform("balance", {}, "k")).ok


async def test_arguments_changed_after_the_check_are_not_those_that_are_done() -> None:
    backend, notary, params = Asked(), Notary(), dict(PARAMS)
    await gate(backend, notary).perform_with(
        granted(notary), call="call-1", action="refund_fee", params=params, key="k1",
        spent=lambda claims: params.update(amount="9999.00"),
    )  # fmt: skip
    assert backend.acts == [("refund_fee", PARAMS, "k1")]


def test_the_scope_register_says_which_acts_are_guarded() -> None:
    known = business()
    assert guarded(known) == {"refund_fee": Guarded(Needs.GRANT, "amount")}
    without = replace(known, approvals=replace(known.approvals, intents={}))
    assert guarded(without)["refund_fee"].needs is Needs.PERSON
    scope = {**known.scope, "transfer": replace(known.scope["transfer"], mode="person")}
    assert guarded(replace(known, scope=scope))["transfer"].needs is Needs.PERSON
