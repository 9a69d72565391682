"""A caller's earlier calls on the desk: theirs alone, and a member's only for that member."""

import pytest

from telephony.earlier import member_of, number_of, told
from telephony.events import CallOffered, Entry
from telephony.journal import Record
from tests.desk.conftest import Room
from tests.desk.earlier import CALLS, MARIA, PETER
from voice.events import Verified


def journal(*entries: Entry) -> list[Record]:
    return [Record("c1", seq, 0, 0.0, entry) for seq, entry in enumerate(entries)]


def seen(member: str) -> list[tuple[str, bool]]:
    return [(one.call, one.withheld) for one in told(CALLS, member)]


def test_whoever_is_verified_reads_of_their_own_calls_and_of_those_nobody_was_verified_in() -> None:
    assert seen(MARIA) == [("c-3", False), ("c-1", False)]
    assert seen(PETER) == [("c-2", False), ("c-1", False)]


def test_before_anybody_is_verified_a_member_s_call_says_when_it_was_and_no_more() -> None:
    assert seen("") == [("c-3", True), ("c-2", True), ("c-1", False)]
    withheld = told(CALLS, "")[0]
    assert (withheld.about, withheld.summary, withheld.disposition, withheld.member) == ((), "", "", "")


@pytest.mark.parametrize(
    ("caller", "number"),
    [
        ("+12025550143", "+12025550143"),
        (None, ""),
        ("anonymous", ""),
        ("+266696687", ""),
        ("sip:desk@example", ""),
        ("100", ""),
    ],
)
def test_only_a_number_that_is_somebody_s_finds_calls(caller: str | None, number: str) -> None:
    assert number_of(journal(CallOffered("twilio", "inbound", caller, "+12025550100", None))) == number


def test_a_call_back_is_found_by_the_number_that_was_called() -> None:
    assert number_of(journal(CallOffered("twilio", "outbound", "+12025550100", "+12025550143", None))) == "+12025550143"


def test_a_failed_verification_is_none() -> None:
    assert member_of(journal(Verified(MARIA, "keypad_pin"))) == MARIA
    assert member_of(journal(Verified(MARIA, "keypad_pin"), Verified("", "none"))) == ""


def test_the_desk_reads_when_what_with_whom_and_how_it_ended(room: Room) -> None:
    room.sign_in()
    room.office.offer("ana")
    found = room.client.get("/desk/api/calls/c1/earlier").json()
    assert found["known"]
    first, last = found["calls"]
    assert (first["day"], first["ago"], first["agent"]) == ("2026-03-01 12:00", "yesterday", "Ben <b>Okafor</b>")
    assert (first["about"], first["disposition"]) == (["a disputed charge"], "We owe them something")
    assert (last["outcome"], last["ago"]) == ("Hung up while waiting", "30 days ago")
    assert PETER not in str(found)


def test_a_call_that_lies_on_no_desk_of_theirs_tells_nothing(room: Room) -> None:
    room.sign_in()
    assert room.client.get("/desk/api/calls/c9/earlier").status_code == 409


def test_nobody_reads_who_is_not_signed_in(room: Room) -> None:
    assert room.client.get("/desk/api/calls/c1/earlier").status_code == 401
