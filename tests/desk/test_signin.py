"""Who may sit at a desk, and what a page may do there."""

from collections.abc import Iterator

import pytest

from telephony.access.directory import AGENT, Credentials
from telephony.access.passwords import hashed
from telephony.access.sessions import ABSOLUTE_SECONDS, IDLE_SECONDS, TICKET_SECONDS, Sessions
from telephony.access.tries import PAIR
from telephony.access.users import User
from tests.desk.conftest import HOST, Room, make_room

PIN_HASH = hashed("4711")
ANA = User("ana", "Ana Ruiz", AGENT)


@pytest.fixture
def pin_room() -> Iterator[Room]:
    yield from make_room(Credentials(hashes={"ana": PIN_HASH}))


def test_the_right_pin_opens_the_desk(pin_room: Room):
    assert pin_room.sign_in("ana", "4711") == 200
    assert pin_room.client.get("/desk/api/me").json()["agent"] == "ana"


@pytest.mark.parametrize(("agent", "pin"), [("ana", "4712"), ("ana", ""), ("ben", "4711"), ("nobody", "4711")])
def test_a_wrong_pin_an_agent_without_one_and_a_stranger_get_the_same_answer(pin_room: Room, agent: str, pin: str):
    assert pin_room.sign_in(agent, pin) == 401
    assert pin_room.client.get("/desk/api/me").json()["agent"] is None


def test_after_five_wrong_pins_the_agent_waits_five_minutes(pin_room: Room):
    for _ in range(PAIR.tries):
        pin_room.sign_in("ana", "0000")
    assert pin_room.sign_in("ana", "4711") == 429
    pin_room.clock.now += PAIR.seconds + 1
    assert pin_room.sign_in("ana", "4711") == 200


def test_the_cookie_is_kept_from_scripts_and_other_sites(room: Room):
    answer = room.client.post("/desk/api/sign-in", json={"agent": "ana"}, headers={"origin": HOST})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie


def test_signing_in_from_another_site_is_refused(room: Room):
    foreign = room.client.post("/desk/api/sign-in", json={"agent": "ana"}, headers={"origin": "http://evil.example"})
    without = room.client.post("/desk/api/sign-in", json={"agent": "ana"})
    assert (foreign.status_code, without.status_code) == (403, 403)


def test_acting_needs_the_csrf_token_of_this_session(room: Room):
    room.sign_in()
    right = room.csrf
    room.csrf = "made-up"
    assert room.post("/desk/api/presence", {"presence": "available"}) == 403
    room.csrf = right
    assert room.post("/desk/api/presence", {"presence": "available"}) == 200
    assert ("presence", "ana", "available") in room.office.did


def test_acting_from_another_site_is_refused_even_with_cookie_and_token(room: Room):
    room.sign_in()
    assert room.post("/desk/api/presence", {"presence": "available"}, origin="http://evil.example") == 403


def test_acting_signed_out_is_refused(room: Room):
    assert room.post("/desk/api/presence", {"presence": "available"}) == 401


def test_signing_out_ends_the_session(room: Room):
    room.sign_in()
    room.post("/desk/api/sign-out")
    assert room.client.get("/desk/api/me").json()["agent"] is None
    assert ("sign_out", "ana") in room.office.did


def test_a_session_ends_after_half_an_hour_of_doing_nothing():
    sessions = Sessions()
    cookie, _ = sessions.open(ANA, now=0.0)
    assert sessions.find(cookie, IDLE_SECONDS - 1)
    assert sessions.find(cookie, 2 * IDLE_SECONDS - 2)
    assert sessions.find(cookie, 3 * IDLE_SECONDS) is None


def test_a_session_ends_after_twelve_hours_however_busy():
    sessions = Sessions()
    cookie, session = sessions.open(ANA, now=0.0)
    session.seen = ABSOLUTE_SECONDS
    assert sessions.find(cookie, ABSOLUTE_SECONDS)
    assert sessions.find(cookie, ABSOLUTE_SECONDS + 1) is None


def test_a_ticket_opens_one_websocket_within_thirty_seconds():
    sessions = Sessions()
    cookie, session = sessions.open(ANA, now=0.0)
    ticket, late = sessions.ticket(cookie, 0.0), sessions.ticket(cookie, 0.0)
    assert sessions.redeem(ticket, 1.0) is session
    assert sessions.redeem(ticket, 1.0) is None
    assert sessions.redeem(late, TICKET_SECONDS + 1) is None


def test_a_newer_sign_in_ends_the_older_session():
    sessions = Sessions()
    older, _ = sessions.open(ANA, now=0.0)
    newer, _ = sessions.open(ANA, now=1.0)
    assert sessions.find(older, 2.0) is None
    assert sessions.find(newer, 2.0)


def test_pages_load_nothing_but_their_own_files(room: Room):
    for page in ("/", "/desk", "/call"):
        answer = room.client.get(page)
        policy = answer.headers["content-security-policy"]
        assert answer.status_code == 200
        assert "default-src 'none'" in policy and "unsafe-inline" not in policy
        assert "<script>" not in answer.text and "style=" not in answer.text and "http:" not in answer.text


def test_a_caller_is_told_when_no_line_is_free(room: Room):
    answer = room.client.post("/call/sdp", json={"sdp": "v=0"}, headers={"origin": HOST})
    assert answer.status_code == 503 and "try again" in answer.json()["detail"]
