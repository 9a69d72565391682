"""Do and don't: what an agent had better know before they open their mouth, counted in the call's own journal."""

from telephony.desk.hints import Hint, Hints
from telephony.events import BargedIn, Entry, Heard, Said
from telephony.journal import Record
from tests.desk.conftest import Room
from voice.events import Acted, RecordingDeclined, Verified


def asks(prompt: str) -> Said:
    return Said(1, "…", prompt, "1", 0, 100, False)


def hears(text: str, sure: float) -> Heard:
    return Heard(2, "caller", text, sure, 0, 100, "scripted")


def after(*entries: Entry) -> list[str]:
    hints = Hints()
    for seq, entry in enumerate(entries):
        hints.see(Record("c1", seq, 0, 0.0, entry))
    return [f"{hint.kind}: {hint.text}" for hint in hints.now]


def test_an_ordinary_call_gives_no_hints() -> None:
    assert after(asks("identity.ask_member"), hears("two oh four", 0.9), BargedIn("greeting", 900)) == []


def test_what_was_asked_twice_is_not_asked_again() -> None:
    member, day = asks("identity.ask_member"), asks("appointment.ask_day")
    assert after(member, member, day) == ["dont: Don't ask for the member number again: asked twice already"]
    assert after(day, day, day) == ["dont: Don't ask for the day again: asked 3 times already"]


def test_a_hint_about_waiting_is_no_question_to_the_caller() -> None:
    assert after(asks("seek.ask_hint"), asks("seek.ask_hint")) == []


def test_whoever_is_verified_is_not_asked_who_they_are_and_a_failed_try_says_nothing() -> None:
    assert after(Verified("M. Keller ••31", "keypad_pin")) == [
        "dont: Don't ask who they are: verified as M. Keller ••31"
    ]
    assert after(Verified("", "none")) == []


def test_an_act_that_failed_is_named_until_it_is_done() -> None:
    failed, done = Acted("open_dispute", False, None, "timed out", {}), Acted("open_dispute", True, "R-1", None, {})
    assert after(failed) == ["do: Say what became of “open dispute”: it was not done"]
    assert after(failed, done) == []


def test_who_cuts_in_or_is_hard_to_hear_is_known_by_counting() -> None:
    assert after(*[BargedIn("menu", 500)] * 3) == ["do: Keep it short: they cut in 3 times"]
    assert after(*[hears("", 0.0)] * 2, hears("mumble", 0.3)) == ["do: Say back what you heard: much was unclear to us"]


def test_what_not_to_do_stands_first() -> None:
    assert [line.split(":")[0] for line in after(*[BargedIn("menu", 500)] * 3, RecordingDeclined(3))] == ["dont", "do"]


def test_hints_come_over_the_feed_and_go_with_their_call(room: Room) -> None:
    room.sign_in()
    room.office.offer("ana")
    feed = room.desks.feed("ana")
    known = {"kind": "dont", "text": "Don't ask who they are: verified as M. Keller ••31"}
    assert [hint.model_dump() for hint in feed.snapshot().hints] == [known]
    room.office.close_offer("o-c1", "abandoned")
    assert feed.snapshot().hints == ()


def test_only_a_change_is_told() -> None:
    hints = Hints()
    assert not hints.see(Record("c1", 1, 0, 0.0, asks("identity.ask_pin")))
    assert hints.see(Record("c1", 2, 0, 0.0, asks("identity.ask_pin")))
    assert hints.now == (Hint("dont", "Don't ask for the PIN again: asked twice already"),)
