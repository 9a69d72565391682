"""The demo's bank does each key once, moves whole cents, and refuses what it cannot do."""

from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.backends.demo_bank import DemoBank

TODAY = date(2026, 11, 18)
TRANSFER = {"member": "204713", "from_account": "checking", "to_account": "savings", "amount": "200.00"}


def test_a_member_is_known_by_number_and_pin_only() -> None:
    bank = DemoBank(today=TODAY)
    right = bank.perform_now("verify_member", {"member": "204713", "pin": "4821"}, "k1")
    assert right.ok and right.facts["name"] == "Dana Whitfield"
    for params in ({"member": "204713", "pin": "4822"}, {"member": "000000", "pin": "4821"}, {}):
        wrong = bank.perform_now("verify_member", params, f"k-{params}")
        assert (wrong.ok, wrong.error) == (False, "wrong")


def test_the_same_key_moves_money_once_and_gives_the_same_receipt(tmp_path: Path) -> None:
    bank = DemoBank(tmp_path / "bank.db", today=TODAY)
    first = bank.perform_now("transfer", TRANSFER, "call-1")
    bank.close()
    again = DemoBank(tmp_path / "bank.db", today=TODAY)  # also after a restart
    assert again.perform_now("transfer", TRANSFER, "call-1") == first
    assert again.perform_now("balance", {"member": "204713"}, "b").facts["checking"] == "1040.50"


def test_a_key_is_not_reused_for_another_deed() -> None:
    bank = DemoBank(today=TODAY)
    bank.perform_now("transfer", TRANSFER, "call-1")
    other = bank.perform_now("transfer", {**TRANSFER, "amount": "300.00"}, "call-1")
    assert other.error == "key_reused"


def test_a_dispute_needs_a_charge_and_is_opened_once() -> None:
    bank = DemoBank(today=TODAY)
    assert bank.perform_now("open_dispute", {"member": "204713", "amount": "85.00"}, "a").error == "no_such_charge"
    opened = bank.perform_now("open_dispute", {"member": "204713", "amount": "84.00"}, "b")
    assert opened.ok and opened.receipt
    assert bank.perform_now("open_dispute", {"member": "204713", "amount": "84.00"}, "c").error == "already_open"


def test_appointments_fill_up() -> None:
    bank = DemoBank(today=TODAY)
    params = {"member": "204713", "day": "2026-11-24", "part": "morning"}
    times = [bank.perform_now("book_appointment", params, f"k{n}") for n in range(4)]
    assert [one.ok for one in times] == [True, True, True, False]
    assert times[-1].error == "slot_taken"
    assert bank.perform_now("book_appointment", {**params, "day": "2026-11-22"}, "sunday").error == "closed"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(-50, 300_000), st.booleans()), max_size=12))
def test_no_cent_is_made_or_lost(moves: list[tuple[int, bool]]) -> None:
    bank = DemoBank(today=TODAY)
    for number, (cents, forth) in enumerate(moves):
        source, target = ("checking", "savings") if forth else ("savings", "checking")
        amount = f"{cents // 100}.{cents % 100:02d}"
        params = {"member": "204713", "from_account": source, "to_account": target, "amount": amount}
        bank.perform_now("transfer", params, f"k{number}")
    held = bank.perform_now("balance", {"member": "204713"}, "b").facts
    assert round(sum(float(value) for value in held.values()), 2) == 6540.50
    assert all(float(value) >= 0 for value in held.values())
