"""The rules page: for supervisors and admins, with a check, a trial, a second person's signature, and a way back."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from telephony.access.directory import Credentials
from telephony.access.roles import Role
from telephony.access.users import User
from telephony.rules.ports import Wrong
from tests.desk.axe import violations
from tests.desk.chromium import needs_chromium, open_browser, sees, shot
from tests.desk.conftest import HOST, Room, make_room
from tests.desk.house import DEMO, House
from tests.rules.bench import WORSE, Bench, changed

RULES = "/desk/api/rules"
KIM = User("kim", "Kim Duarte", frozenset({Role.SUPERVISOR}))
BOTH = (*DEMO, KIM)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture
def room(bench: Bench) -> Iterator[Room]:
    yield from make_room(Credentials(one_click=True), demo=BOTH, rules=bench.room)


def asked(room: Room, path: str, body: dict[str, object] | None = None):
    headers = {"origin": HOST, "x-csrf-token": room.csrf}
    return room.client.post(f"{RULES}{path}", json=body or {}, headers=headers)


def drafted(room: Room, silences: int = 3, reason: str = "Fewer calls for silence") -> dict[str, object]:
    from telephony.rules.change import Texts

    found = room.client.get(f"{RULES}/published").json()
    files = changed(Texts(found["escalation"], found["scope"]), silences)
    return {"escalation": files.escalation, "scope": files.scope, "base": found["hash"], "reason": reason}


def tried(room: Room) -> str:
    change = str(asked(room, "/changes", drafted(room)).json()["id"])
    assert asked(room, f"/changes/{change}/try", {"days": 28}).status_code == 200
    while standing(room, change) == "trying":
        pass
    return change


def standing(room: Room, change: str) -> str:
    found = room.client.get(RULES).json()["changes"]
    return next(one["standing"] for one in found if one["id"] == change)


def test_rules_are_for_supervisors_and_admins(room: Room) -> None:
    assert room.client.get(RULES).status_code == 401
    room.sign_in("ana")
    assert room.client.get(RULES).status_code == 403
    assert asked(room, "/check", {"escalation": "", "scope": ""}).status_code == 403
    room.sign_in("sam")
    assert room.client.get(RULES).status_code == 200
    assert room.client.get("/rules").status_code == 200


def test_a_change_is_drafted_tried_signed_by_another_and_rolled_back(room: Room) -> None:
    room.sign_in("sam")
    base = room.client.get(RULES).json()["upcoming"]
    change = tried(room)
    refused = asked(room, f"/changes/{change}/sign")
    assert (refused.status_code, "Another person" in refused.json()["detail"]) == (409, True)
    room.sign_in("kim")
    assert asked(room, f"/changes/{change}/sign").json()["signer"] == "kim"
    found = room.client.get(RULES).json()
    assert found["upcoming"] == found["runs"] != base
    assert asked(room, "/roll-back", {"to": base, "reason": "callers were lost"}).json() == {"ok": True}
    assert standing(room, change) == "rolled_back"


def test_what_is_worse_stays_unpublished(room: Room, bench: Bench) -> None:
    bench.trial.answers = WORSE
    room.sign_in("sam")
    change = tried(room)
    room.sign_in("kim")
    assert "found worse" in asked(room, f"/changes/{change}/sign").json()["detail"]


def test_mistakes_come_with_file_and_line(room: Room, bench: Bench) -> None:
    bench.trial.wrong = (Wrong("scope.toml", 3, "TOML expected, got an end"),)
    room.sign_in("sam")
    found = asked(room, "/check", {"escalation": "x", "scope": "y"}).json()
    assert found["wrong"] == [{"file": "scope.toml", "line": 3, "message": "TOML expected, got an end"}]
    assert asked(room, "/changes", {**drafted(room), "scope": "y"}).status_code == 409


def test_a_page_that_sends_something_else_is_told_so(room: Room) -> None:
    room.sign_in("sam")
    change = tried(room)
    for path, body in (
        ("/changes", {"escalation": "x"}),
        ("/changes", {**drafted(room), "base": "../../x"}),
        ("/changes", {**drafted(room), "escalation": "#" * 200_000}),
        (f"/changes/{change}/try", {"days": 0}),
        ("/changes/..%2F..%2Fx/sign", {}),
    ):
        assert asked(room, path, body).status_code in (404, 422)


@pytest_asyncio.fixture
async def house(only_loopback: None, bench: Bench) -> AsyncIterator[House]:
    listener = socket.create_server(("127.0.0.1", 0))
    house = House(listener.getsockname()[1], demo=BOTH, rules=bench.room)
    serving = asyncio.create_task(house.server.serve(sockets=[listener]))
    yield house
    await house.line.close()
    house.server.should_exit = True
    await serving


async def signed_in(page, house: House, name: str) -> None:
    await page.goto(f"{house.url}/rules")
    await page.get_by_label(name).check()
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{house.url}/rules")
    await sees(page, "#standing", "answer the telephone")


@needs_chromium
async def test_two_people_change_a_rule_by_keyboard(house: House, bench: Bench, tmp_path: Path) -> None:
    """Sam writes it with HTML in the reason, which is text; Kim signs it."""
    async with open_browser(tmp_path) as new_page:
        sam = await new_page()
        await signed_in(sam, house, "Sam Reyes")
        _, old = await bench.folder.upcoming()
        await sam.keyboard.press("n")
        await sam.locator("#escalation").fill(changed(old, 3).escalation)
        await sam.locator("#check").focus()
        await sam.keyboard.press("c")
        await sees(sam, "#found", "rule silent, silences: 2 → 3")
        await sam.locator("#reason").fill("<b>Fewer</b> calls for silence")
        await sam.keyboard.press("Enter")
        await sees(sam, "#changes", "<b>Fewer</b> calls for silence")
        await sam.get_by_role("button", name="Try on recorded calls").focus()
        await sam.keyboard.press("Enter")
        await sees(sam, "#changes", "waits for another person's signature")
        await sees(sam, "#changes", "another person signs it")
        assert await sam.get_by_role("button", name="Sign and publish").count() == 0
        kim = await new_page()
        await signed_in(kim, house, "Kim Duarte")
        assert await violations(kim) == []
        await shot(kim, "rules")
        await kim.get_by_role("button", name="Sign and publish").focus()
        await kim.keyboard.press("Enter")
        await sees(kim, "#changes", "Signed by kim")
        await sees(kim, "#changes", "published; answers the telephone")
        await sees(kim, "#standing", f"The published rules ({bench.ruling.rules}) answer the telephone")
        await kim.get_by_role("button", name="Roll back to it").last.focus()
        await kim.keyboard.press("Enter")
        await kim.locator("#why").fill("callers were lost")
        await kim.keyboard.press("Enter")
        await sees(kim, "#changes", "rolled back by kim: callers were lost")
        assert await violations(kim) == []
