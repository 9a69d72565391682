"""An airline works from its folder alone: whole calls through the real service, on the carrier's wire, in virtual time.

The words are heard, understood and answered by what `tests/businesses/airline` says; its acts go to the airline's own
system by the HTTP backend.
"""

from pathlib import Path

import pytest

from telephony.backends import http
from telephony.replay import Replayed, replay
from telephony.sim import fixture as fx
from tests.businesses.airline_system import AIRLINE, Airline
from tests.calls.truth import differences

CALLS = Path(__file__).with_name("airline_calls")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all, so that prompts are rendered once."""
    return tmp_path_factory.mktemp("airline")


@pytest.fixture
def airline(monkeypatch: pytest.MonkeyPatch) -> Airline:
    system = Airline()
    monkeypatch.setattr(http, "over", lambda session: system.post)
    return system


def play(name: str, out: Path) -> Replayed:
    """The call, once it has come out as its truth says."""
    call = CALLS / f"{name}.toml"
    played = replay(call, config=AIRLINE, out=out)
    assert differences(fx.load(call), played.records) == []
    assert played.violations == ()
    return played


def test_a_boarding_pass_with_its_number_by_keys(airline: Airline, out: Path) -> None:
    play("boarding_pass_by_keys", out)
    assert airline.done == [("send_boarding_pass", {"confirmation": "483452", "to": "email"})]


def test_a_boarding_pass_by_voice_alone(airline: Airline, out: Path) -> None:
    play("boarding_pass_by_voice", out)
    assert airline.done == [("send_boarding_pass", {"confirmation": "176756", "to": "text"})]


def test_another_seat_is_asked_for_with_the_number_missing(airline: Airline, out: Path) -> None:
    play("seat_change", out)
    assert airline.done == [("change_seat", {"confirmation": "176756", "seat": "window"})]


def test_a_number_that_cannot_be_right_is_asked_for_again(airline: Airline, out: Path) -> None:
    play("seat_info_wrong_number", out)
    assert airline.done == [("seat", {"confirmation": "483452"})]


def test_a_flight_is_held_for_the_day_that_was_asked_for(airline: Airline, out: Path) -> None:
    play("booking", out)
    assert airline.done == [("hold_flight", {"from": "boston", "to": "miami", "day": "2026-12-01"})]


@pytest.mark.parametrize("name", ["person", "out_of_domain"])
def test_a_person_is_brought_in_with_the_brief_and_nothing_is_done(name: str, airline: Airline, out: Path) -> None:
    play(name, out)
    assert airline.done == []
