"""The review page: marks by key, changes signed by another, refusals in words; in a browser by keyboard alone."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from telephony.access.directory import Credentials
from telephony.access.roles import Role
from telephony.access.users import User
from telephony.desk.reviews import ReviewDoor
from tests.desk.axe import violations
from tests.desk.chromium import needs_chromium, open_browser, sees, shot
from tests.desk.conftest import Room, make_room
from tests.desk.house import DEMO, House
from tests.reviews import house as reviews
from tests.reviews.house import FLUSH, flush, told
from tests.sim.story import Story, business

HERE = "/desk/api/reviews"
KIM = User("kim", "Kim Weber", frozenset({Role.SUPERVISOR}))
NOTE = "<img src=x onerror=alert(1)> they meant money"


def door(here: reviews.Room) -> ReviewDoor:
    titles = {name: intent.title for name, intent in business().intents.items()}
    return ReviewDoor(here.reviews, titles, lambda call, start, end: b"RIFF" if start < end else None)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[reviews.Room]:
    with reviews.room(tmp_path) as here:
        here.had(told("c-1", flush))
        yield here


@pytest.fixture
def room(here: reviews.Room) -> Iterator[Room]:
    yield from make_room(Credentials(one_click=True), demo=(*DEMO, KIM), review=door(here))


def said(room: Room, path: str, body: dict[str, object] | None = None) -> tuple[int, dict[str, object]]:
    headers = {"origin": "http://testserver", "x-csrf-token": room.csrf}
    answer = room.client.post(f"{HERE}{path}", json=body or {}, headers=headers)
    return answer.status_code, answer.json()


def test_calls_are_for_reviewers_and_changes_for_supervisors_too(room: Room) -> None:
    assert room.client.get(HERE).status_code == 401
    for who, calls, changes in (("ana", 403, 403), ("kim", 403, 200), ("sam", 200, 200)):
        room.sign_in(who)
        assert room.client.get(HERE).status_code == calls
        assert room.client.get(f"{HERE}/changes").status_code == changes


def test_a_reviewer_reads_hears_marks_and_another_person_signs(room: Room) -> None:
    room.sign_in("sam")
    (one,) = room.client.get(HERE).json()["queue"]
    assert (one["call"], one["why"]) == ("c-1", ["random"])
    shown = room.client.get(f"{HERE}/calls/c-1").json()
    heard = next(turn for turn in shown["turns"] if turn["text"] == FLUSH)
    assert room.client.get(f"{HERE}/calls/c-1/clips/{heard['turn']}").content == b"RIFF"
    assert room.client.get(f"{HERE}/calls/c-1/clips/99").status_code == 409
    wrong = {"judgement": f"intent:{heard['turn']}", "right": False, "answer": "balance", "note": NOTE}
    assert said(room, "/calls/c-1/marks", wrong)[0] == 200
    assert said(room, "/calls/c-1/marks", {**wrong, "answer": "world_peace"})[0] == 409
    _, done = said(room, "/calls/c-1/done")
    example = next(one for one in done["changes"] if one["kind"] == "example")
    assert example["evidence"] == [f"understood as wait_time: {NOTE}"], "HTML is text, and shown as text"
    assert example["yours"] and not example["may_sign"]
    status, refused = said(room, f"/changes/{example['id']}/sign")
    assert (status, refused["detail"]) == (409, "You wrote this yourself. Another person signs it.")
    room.sign_in("kim")
    assert said(room, f"/changes/{example['id']}/refuse", {"why": "not money"})[1]["standing"] == "refused"
    assert said(room, f"/changes/{example['id']}/sign")[0] == 409
    assert said(room, "/changes/nothing/sign")[1]["detail"] == "There is no such change any more."


def test_a_number_that_was_taken_out_of_the_words_is_not_heard_either(here: reviews.Room, room: Room) -> None:
    def card(story: Story) -> None:
        story.hears("my card number is four one one one" + " one one one one" * 3)
        story.hears("it is four one five five five five")
        story.hears("no thank you goodbye")

    here.had(told("c-2", card))
    room.sign_in("sam")
    shown = room.client.get(f"{HERE}/calls/c-2").json()["turns"]
    plays = {one["turn"]: (one["text"], one["plays"]) for one in shown if one["speaker"] == "caller"}
    assert next(iter(plays.values())) == ("my card number is [card ending 1111]", False)
    assert list(plays.values())[-1] == ("no thank you goodbye", True)
    hidden = [turn for turn, (_, heard) in plays.items() if not heard]
    assert len(hidden) == 2
    for turn in hidden:
        assert room.client.get(f"{HERE}/calls/c-2/clips/{turn}").status_code == 409


@needs_chromium
async def test_a_reviewer_marks_a_call_by_keyboard_and_sees_what_it_proposes(
    here: reviews.Room, only_loopback: None, tmp_path: Path
) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    house = House(listener.getsockname()[1], review=door(here))
    serving = asyncio.create_task(house.server.serve(sockets=[listener]))
    try:
        async with open_browser(tmp_path) as new_page:
            page = await new_page()
            await page.goto(f"{house.url}/review")
            await page.get_by_label("Sam Reyes").check()
            await page.keyboard.press("Enter")
            await page.wait_for_url(f"{house.url}/review")
            await sees(page, "#turns", FLUSH)
            assert await violations(page) == []
            await shot(page, "review")
            await page.keyboard.press("2")
            await page.locator("#answer-choice").select_option("balance")
            await page.locator("#note").fill(NOTE)
            await page.locator("#note").press("Enter")
            await sees(page, "#turns", "wrong: ")
            await page.keyboard.press("1")
            await page.keyboard.press("n")
            await sees(page, "#queue-empty", "Nothing to review now.")
            await page.keyboard.press("g")
            await sees(page, "#change-list", NOTE)
            await sees(page, "#change-list", "another person signs")
            assert await violations(page) == []
            await shot(page, "changes")
    finally:
        await house.line.close()
        house.server.should_exit = True
        await serving
