"""What somebody who means harm would try at the desk's doors."""

from collections.abc import Iterator

import pytest
from starlette.websockets import WebSocketDisconnect

from telephony.access.directory import Credentials
from telephony.access.passwords import hashed
from telephony.access.roles import Role
from telephony.access.sessions import IDLE_SECONDS
from telephony.access.users import User
from telephony.desk import DeskSettings
from tests.desk.conftest import HOST, Room, make_room

SAM = User("sam", "Sam Reyes", frozenset({Role.SUPERVISOR, Role.ADMIN, Role.AUDITOR}))
SECURE = DeskSettings(secure_cookie=True, origins=("https://desk.example",))


@pytest.fixture
def demo() -> Iterator[Room]:
    yield from make_room(Credentials(one_click=True), demo=[SAM])


def cookie_of(room: Room) -> str:
    return str(room.client.cookies.get("warmline_desk"))


@pytest.mark.parametrize("forged", ["", "x", "0" * 43, "../../etc/passwd", "é" * 9])
def test_a_cookie_that_was_made_up_is_nobody_s(demo: Room, forged: str):
    demo.sign_in("sam")
    demo.client.cookies.clear()
    answer = demo.client.get("/desk/api/admin/people", headers={"cookie": f"warmline_desk={forged}".encode("latin-1")})
    assert answer.status_code == 401


def test_a_cookie_that_was_planted_before_the_sign_in_is_worth_nothing_after_it(demo: Room):
    demo.sign_in("ana")
    planted = cookie_of(demo)
    demo.sign_in("sam")
    assert cookie_of(demo) != planted
    demo.client.cookies.clear()
    assert demo.client.get("/desk/api/me", headers={"cookie": f"warmline_desk={planted}"}).json()["agent"] is None


def test_a_token_of_an_earlier_session_does_not_act(demo: Room):
    demo.sign_in("sam")
    stale = demo.csrf
    demo.sign_in("sam")
    demo.csrf = stale
    assert demo.post("/desk/api/admin/users/ana/disabled", {"disabled": True}) == 403


def test_another_site_does_not_act_even_with_cookie_and_token(demo: Room):
    demo.sign_in("sam")
    for origin in ("https://evil.example", "null", f"{HOST}.evil.example", HOST.replace("http", "https") + ":81"):
        assert demo.post("/desk/api/admin/users/ana/disabled", {"disabled": True}, origin=origin) == 403


def test_a_get_changes_nothing(demo: Room):
    demo.sign_in("sam")
    for path in ("/desk/api/admin/users", "/desk/api/admin/users/ana/disabled", "/desk/api/sign-out"):
        assert demo.client.get(path).status_code == 405


def test_an_agent_is_no_admin_however_they_ask(demo: Room):
    demo.sign_in("ana")
    assert demo.client.get("/desk/api/admin/people").status_code == 403
    assert demo.post("/desk/api/admin/users/ana/roles", {"roles": ["admin"]}) == 403
    assert demo.client.get("/desk/api/audit.csv").status_code == 403


def test_a_ticket_opens_one_websocket(demo: Room):
    demo.sign_in("ana")
    hello = demo.hello()
    with demo.feed() as first:
        first.send_json(hello)
        assert first.receive_json()["type"] == "snapshot"
    with demo.feed() as second:
        second.send_json(hello)
        with pytest.raises(WebSocketDisconnect) as closed:
            second.receive_json()
    assert closed.value.code == 4004


def test_a_desk_whose_agent_was_switched_off_closes_at_once(demo: Room):
    demo.sign_in("ana")
    with demo.feed() as feed:
        feed.send_json(demo.hello())
        feed.receive_json()
        demo.client.cookies.clear()  # Sam sits elsewhere
        demo.sign_in("sam")
        assert demo.post("/desk/api/admin/users/ana/disabled", {"disabled": True}) == 200
        while (said := feed.receive_json())["type"] != "closed":
            pass
        assert said["why"] == "signed_out"
    assert demo.sign_in("ana") == 401


def test_who_signs_in_at_the_desk_of_another_closes_it(demo: Room):
    demo.sign_in("ana")
    with demo.feed() as feed:
        feed.send_json(demo.hello())
        feed.receive_json()
        demo.sign_in("sam")
        while (said := feed.receive_json())["type"] != "closed":
            pass
    assert said["why"] == "signed_out" and ("sign_out", "ana") in demo.office.did


def test_signing_out_everywhere_ends_the_sessions_of_all_devices(demo: Room):
    demo.sign_in("sam")
    elsewhere = cookie_of(demo)
    demo.client.cookies.clear()
    demo.sign_in("sam")
    assert demo.post("/desk/api/sign-out-everywhere") == 200
    for cookie in (elsewhere, cookie_of(demo)):
        demo.client.cookies.clear()
        assert demo.client.get("/desk/api/me", headers={"cookie": f"warmline_desk={cookie}"}).json()["agent"] is None


def test_an_admin_ends_one_session_of_somebody(demo: Room):
    demo.sign_in("ana")
    ana = cookie_of(demo)
    demo.client.cookies.clear()
    demo.sign_in("sam")
    sessions = demo.client.get("/desk/api/admin/people").json()["sessions"]
    (key,) = [session["key"] for session in sessions if session["user"] == "ana"]
    assert ana not in str(sessions)
    assert demo.post(f"/desk/api/admin/sessions/{key}/end") == 200
    assert demo.post(f"/desk/api/admin/sessions/{key}/end") == 409
    demo.client.cookies.clear()
    assert demo.client.get("/desk/api/me", headers={"cookie": f"warmline_desk={ana}"}).json()["agent"] is None


def test_a_session_left_alone_is_over(demo: Room):
    demo.sign_in("sam")
    demo.clock.now += IDLE_SECONDS + 1
    assert demo.client.get("/desk/api/admin/people").status_code == 401


def test_behind_https_no_other_host_can_set_the_cookie():
    for room in make_room(Credentials(hashes={"ana": hashed("4711")}), SECURE):
        body = {"agent": "ana", "pin": "4711"}
        answer = room.client.post("/desk/api/sign-in", json=body, headers={"origin": "https://desk.example"})
        session = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("__Host-warmline_desk="))
        assert "Secure" in session and "Path=/;" in session + ";" and "Domain" not in session


def test_names_are_not_told_to_strangers():
    for room in make_room(Credentials(hashes={"ana": hashed("4711")}), demo=[SAM]):
        me = room.client.get("/desk/api/me").json()
        assert me["people"] == [] and "Ruiz" not in str(me) and "Sam" not in str(me)
        assert room.sign_in("sam") == 401


def test_a_spreadsheet_runs_nothing_out_of_the_audit(demo: Room):
    demo.access.audit.note(SAM.who, "approvals.reject", detail='=HYPERLINK("http://evil.example")')
    demo.sign_in("sam")
    demo.client.portal.call(kept, demo)
    answer = demo.client.get("/desk/api/audit.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "'=HYPERLINK" in answer.text and ",=HYPERLINK" not in answer.text and ',"=HYPERLINK' not in answer.text


def test_a_place_in_the_audit_that_no_database_can_count_to_is_refused(demo: Room):
    demo.sign_in("sam")
    assert demo.client.get(f"/desk/api/audit?before={2**31}").status_code == 422
    assert demo.client.get(f"/desk/api/audit?before={2**31 - 1}").status_code == 200


def test_a_name_is_one_line_that_turns_nothing_round_and_steers_no_terminal(demo: Room):
    demo.sign_in("sam")
    odd = "Kim\x1b[2J \x00\N{RIGHT-TO-LEFT OVERRIDE}eiL\r\n שלום"
    assert demo.post("/desk/api/admin/users", {"id": "kim.l", "name": odd, "roles": ["agent"]}) == 200
    users = demo.client.get("/desk/api/admin/people").json()["users"]
    assert "Kim [2J eiL שלום" in [user["name"] for user in users]
    assert demo.post("/desk/api/admin/users", {"id": "nobody", "name": "\x00\x1b", "roles": ["agent"]}) == 409


async def kept(room: Room) -> None:
    from telephony.access.audit import running

    async with running(room.access.audit):
        pass
