"""The guard before every dial: caps by call, caller and hour, and the switch."""

from pathlib import Path

import pytest

from telephony.dialling import HOUR_SECONDS, Dialling, DiallingSettings, turn
from telephony.errors import DialRefused


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def guard(folder: Path, clock: Clock | None = None, **caps: int | bool) -> Dialling:
    return Dialling(DiallingSettings(**caps), switch=folder / "dialling-off", now=clock or Clock())  # type: ignore[arg-type]  # caps and switch alike


def dial(dialling: Dialling, call: str = "c1", caller: str | None = "+12025550143") -> None:
    dialling.allow("twilio", call=call, caller=caller)


def test_a_call_may_ring_so_many_telephones_and_no_more(tmp_path: Path) -> None:
    dialling = guard(tmp_path, per_call=2)
    dial(dialling)
    dial(dialling)
    with pytest.raises(DialRefused, match="call c1: at most 2 dials for one call expected"):
        dial(dialling)
    dial(dialling, call="c2")


def test_a_caller_who_calls_again_and_again_is_capped_by_the_hour(tmp_path: Path) -> None:
    clock = Clock()
    dialling = guard(tmp_path, clock, per_caller_hour=2)
    dial(dialling, call="c1")
    clock.seconds = 1800.0
    dial(dialling, call="c2")
    with pytest.raises(DialRefused, match="2 dials for one caller in an hour"):
        dial(dialling, call="c3")
    dial(dialling, call="c4", caller="+12025550199")
    dial(dialling, call="c5", caller=None)  # numbers withheld are not all one caller
    clock.seconds = HOUR_SECONDS
    dial(dialling, call="c6")


def test_all_dials_of_an_hour_are_capped(tmp_path: Path) -> None:
    clock = Clock()
    dialling = guard(tmp_path, clock, per_hour=3)
    for number in range(3):
        dial(dialling, call=f"c{number}", caller=f"+1202555010{number}")
    with pytest.raises(DialRefused, match="3 dials in an hour"):
        dial(dialling, call="c9", caller=None)
    clock.seconds = HOUR_SECONDS
    dial(dialling, call="c9", caller=None)


def test_what_is_refused_does_not_count(tmp_path: Path) -> None:
    dialling = guard(tmp_path, per_call=1, per_hour=2)
    dial(dialling)
    for _ in range(5):
        with pytest.raises(DialRefused):
            dial(dialling)
    dial(dialling, call="c2")


def test_the_switch_holds_at_once_and_says_why(tmp_path: Path) -> None:
    dialling, switch = guard(tmp_path), tmp_path / "dialling-off"
    turn(switch, on=False, why="fraud suspected")
    with pytest.raises(DialRefused, match="switched off: fraud suspected"):
        dial(dialling)
    turn(switch, on=True, why="")
    turn(switch, on=True, why="")
    dial(dialling)


def test_a_switch_that_cannot_be_read_is_off(tmp_path: Path) -> None:
    (tmp_path / "dialling-off").mkdir()
    with pytest.raises(DialRefused, match="cannot be read"):
        dial(guard(tmp_path))


def test_the_setting_turns_it_off_for_good(tmp_path: Path) -> None:
    with pytest.raises(DialRefused, match=r"\[dialling\] enabled = false"):
        dial(guard(tmp_path, enabled=False))


def test_a_desks_softphone_is_never_refused(tmp_path: Path) -> None:
    guard(tmp_path, enabled=False).allow("webrtc", call="c1", caller=None)


def test_a_cap_of_nothing_is_no_setting(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="per_call: at least 1"):
        guard(tmp_path, per_call=0)
