"""In whatever order people, callers, clocks and forgers act: nothing reaches the backend without its yes."""

import pytest

from telephony.approvals.gate import Gate
from telephony.approvals.grants import Notary
from telephony.sim.clock import run_virtual
from tests.approvals.orders import play


def test_nothing_passes_without_its_yes_in_any_of_three_hundred_orders() -> None:
    played = run_virtual(play(300, seed=1))
    assert not played.bypasses
    assert played.done > 20, "and what was agreed to is done"
    assert played.refused > 300


def test_the_tally_sees_a_gate_that_lets_things_through(monkeypatch: pytest.MonkeyPatch) -> None:
    claims = (
        Notary().grant(call="", action="", key="", params={}, amount=None, approvers=(), expires_ms=0).claims
    )  # of a gate that looks at nothing
    monkeypatch.setattr(Gate, "_admit", lambda self, *args, **more: claims)
    assert run_virtual(play(5, seed=1)).bypasses
