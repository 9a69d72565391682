"""The wall's calls and websocket: for supervisors alone, in few and small messages, and never slowed by a slow page."""

import asyncio
import json
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from telephony.access.directory import Credentials
from telephony.access.parts import open_access
from telephony.access.roles import Role
from telephony.access.users import User
from telephony.desk import DeskDeps, Desks, create_desk
from telephony.desk.wall_feed import LINES_SHOWN, WAITING
from telephony.supervision.modes import CONFERENCE
from tests.desk.conftest import HOST, WALL, Clock, NoPhone, Room
from tests.desk.floor import Floor
from tests.desk.office import PEOPLE, SimulatedOffice
from voice.events import Judged

SAM = User("sam", "Sam Reyes", frozenset({Role.SUPERVISOR}))


class Watched(Room):
    """A desk service with a wall in it."""

    floor: Floor

    def wall(self, origin: str = HOST):
        return self.client.websocket_connect("/wall/feed", headers={"origin": origin})


@pytest.fixture
def room() -> Iterator[Watched]:
    clock = Clock()
    agents = {person.id: person.name for person in PEOPLE}
    access = open_access(
        agents=agents, credentials=Credentials(one_click=True), demo=(SAM,), clock=clock, wall=lambda: WALL
    )
    office, desks, floor = SimulatedOffice(), Desks(clock=clock), Floor(clock)
    deps = DeskDeps(office=office, phone=NoPhone(), desks=desks, access=access, clock=clock, wall=floor.parts)
    with TestClient(create_desk(deps)) as client:
        room = Watched(client, office, desks, clock, access)
        room.floor = floor
        yield room


def test_a_supervisor_gets_all_there_is_and_then_what_changes(room: Watched) -> None:
    room.sign_in("sam")
    room.floor.fills(3)
    with room.wall() as wall:
        wall.send_json(room.hello())
        snapshot = wall.receive_json()
        assert snapshot["type"] == "snapshot"
        assert [row["call"] for row in snapshot["calls"]] == ["c0", "c1", "c2"]
        assert [row["waiting"] for row in snapshot["queues"]] == [1, 0, 0]
        room.client.portal.call(room.floor.tells, "c1", Judged(3, 0.7, ("louder",), {}))  # type: ignore[union-attr]
        changes = wall.receive_json()
        while not changes["calls"]:
            changes = wall.receive_json()
        row = changes["calls"][-1]
        assert (row["call"], row["frustration"], row["alert"]["why"]) == ("c1", 0.7, "Upset, 70 %: louder")


@pytest.mark.parametrize("path", ["calls/c1/listen", "calls/c1/take-over", "calls/c1/whisper", "leave", "phone"])
def test_who_is_no_supervisor_gets_a_sentence_and_does_nothing(room: Watched, path: str) -> None:
    room.sign_in("ana")
    body = {"kind": "person"} if path.endswith("whisper") else {"sdp": ""} if path == "phone" else {}
    headers = {"origin": HOST, "x-csrf-token": room.csrf}
    answer = room.client.post(f"/desk/api/wall/{path}", json=body, headers=headers)
    assert (answer.status_code, answer.json()["detail"]) == (403, "This is for a supervisor. You are an agent.")
    assert not room.floor.room.did


def test_who_is_no_supervisor_gets_no_feed(room: Watched) -> None:
    room.sign_in("ana")
    with room.wall() as wall:
        wall.send_json(room.hello())
        with pytest.raises(WebSocketDisconnect) as closed:
            wall.receive_json()
    assert closed.value.code == 4005


def test_the_feed_needs_our_origin_and_a_fresh_ticket(room: Watched) -> None:
    room.sign_in("sam")
    with pytest.raises(WebSocketDisconnect), room.wall("http://elsewhere") as wall:
        wall.receive_json()
    with room.wall() as wall:
        wall.send_json({"v": 1, "type": "hello", "ticket": "old"})
        with pytest.raises(WebSocketDisconnect) as closed:
            wall.receive_json()
    assert closed.value.code == 4004


def test_acts_reach_the_room_and_its_refusal_the_page(room: Watched) -> None:
    room.sign_in("sam")
    room.floor.rings("c1")
    for path in ("calls/c1/listen", "calls/c1/coach", "calls/c1/barge", "calls/c1/take-over"):
        assert room.post(f"/desk/api/wall/{path}") == 200
    assert room.post("/desk/api/wall/calls/c1/whisper", {"kind": "say", "text": "hello\u202e"}) == 200
    assert room.post("/desk/api/wall/leave", {"notes": "the fee"}) == 200
    assert room.floor.room.did == [
        ("sam", "listen", "c1"), ("sam", "coach", "c1"), ("sam", "barge", "c1"), ("sam", "take_over", "c1"),
        ("sam", "whisper say", "c1", "hello"), ("sam", "leave", "the fee"),
    ]  # fmt: skip
    room.floor.room.refuses = CONFERENCE
    headers = {"origin": HOST, "x-csrf-token": room.csrf}
    answer = room.client.post("/desk/api/wall/calls/c1/coach", headers=headers)
    assert (answer.status_code, answer.json()["detail"]) == (409, CONFERENCE)
    assert room.post("/desk/api/wall/calls/c1/shout") == 422
    assert room.post("/desk/api/wall/calls/c1/whisper", {"kind": "refund"}) == 422


def told(message: str) -> dict:
    return json.loads(message)


async def gets(page) -> dict:
    return told(await asyncio.wait_for(page.get(), 20))


def test_a_page_that_comes_back_gets_what_it_missed_and_after_long_a_snapshot() -> None:
    async def story() -> None:
        clock = Clock()
        floor = Floor(clock)
        page = floor.feed.attach()
        assert (await gets(page))["type"] == "snapshot"
        floor.rings("c1")
        floor.feed.publish()
        first = await gets(page)
        floor.rings("c2")
        floor.feed.publish()
        again = floor.feed.attach(epoch=floor.feed.epoch, since=first["seq"])
        missed = await gets(again)
        assert [row["call"] for row in missed["calls"]] == ["c2"]
        for _ in range(WAITING + 1):
            floor.tells("c1", Judged(1, clock.now % 7 / 10, (), {}))
            clock.now += 1
            floor.feed.publish()
        late = floor.feed.attach(epoch=floor.feed.epoch, since=first["seq"])
        assert (await gets(late))["type"] == "snapshot"
        other = floor.feed.attach(epoch="another start", since=first["seq"])
        assert (await gets(other))["type"] == "snapshot"
        for one in (page, again, late, other):
            floor.feed.detach(one)

    asyncio.run(story())


def test_a_page_that_stops_reading_holds_a_few_messages_and_then_one_snapshot() -> None:
    async def story() -> None:
        clock = Clock()
        floor = Floor(clock)
        asleep, awake = floor.feed.attach(), floor.feed.attach()
        await gets(asleep)
        await gets(awake)
        for number in range(1000):
            floor.rings(f"c{number}")
            floor.feed.publish()
            assert (await gets(awake))["calls"][0]["call"] == f"c{number}"
            assert len(asleep) <= WAITING
        assert len((await gets(asleep))["calls"]) == 1000
        floor.feed.detach(asleep)
        floor.feed.detach(awake)

    asyncio.run(story())


def test_a_hundred_changes_within_one_look_are_one_message() -> None:
    async def story() -> None:
        clock = Clock()
        floor = Floor(clock)
        page = floor.feed.attach()
        await gets(page)
        for number in range(100):
            floor.rings(f"c{number}")
        floor.feed.publish()
        changes = await gets(page)
        assert len(changes["calls"]) == 100
        floor.feed.publish()
        assert len(page) == 0  # nothing has changed: nothing is sent
        floor.feed.detach(page)

    asyncio.run(story())


def test_the_followed_calls_transcript_comes_whole_and_then_line_by_line() -> None:
    async def story() -> None:
        floor = Floor(Clock())
        floor.rings("c1")
        floor.rings("c2")
        for number in range(5000):
            floor.says("c1", f"line {number}")
        page = floor.feed.attach()
        await gets(page)
        page.follow("c1")
        whole = await gets(page)
        assert (len(whole["lines"]), whole["earlier"]) == (LINES_SHOWN, 5000 - LINES_SHOWN)
        floor.says("c2", "another call's words")
        floor.says("c1", "one more")
        lines = await gets(page)
        assert [(line["call"], line["text"]) for line in lines["lines"]] == [("c1", "one more")]
        for number in range(LINES_SHOWN + 1):  # unread
            floor.says("c1", f"more {number}")
        assert (await gets(page))["type"] == "transcript"
        page.follow("")
        floor.says("c1", "for nobody")
        floor.feed.detach(page)

    asyncio.run(story())


def test_the_transcript_speaks_of_the_agent_and_not_to_them() -> None:
    async def story() -> None:
        floor = Floor(Clock())
        floor.rings("c1")
        floor.talks("c1", "ana")
        page = floor.feed.attach()
        await gets(page)
        page.follow("c1")
        assert [line["text"] for line in (await gets(page))["lines"]] == ["Ana Ruiz and the caller are connected"]
        floor.feed.detach(page)

    asyncio.run(story())


def test_a_session_that_ends_closes_its_wall() -> None:
    async def story() -> None:
        floor = Floor(Clock())
        page = floor.feed.attach()
        page.close("expired")
        assert (await gets(page))["why"] == "expired"
        floor.feed.detach(page)

    asyncio.run(story())
