"""What agents think of the brief, the trigger and the suggestions, kept where reviews and figures read it."""

import pytest

from telephony.events import AgentMarked
from tests.desk.conftest import Room


def offered(room: Room) -> str:
    room.sign_in()
    return room.office.offer("ana").id


def marks(room: Room) -> list[object]:
    return [record.entry for record in room.office.journals["c1"].records if isinstance(record.entry, AgentMarked)]


def test_each_mark_is_an_entry_of_the_call_and_the_last_word_is_shown(room: Room) -> None:
    room.client.portal.call(room.office.accept, "ana", offered(room))
    for body in (
        {"about": "brief", "mark": "poor"},
        {"about": "brief", "mark": "good"},
        {"about": "trigger", "mark": "earlier"},
    ):
        assert room.post("/desk/api/calls/c1/marks", body) == 200
    assert marks(room) == [
        AgentMarked("ana", "brief", "poor"),
        AgentMarked("ana", "brief", "good"),
        AgentMarked("ana", "trigger", "earlier"),
    ]
    room.office.end("c1", "caller")
    snapshot = room.desks.feed("ana").snapshot()
    assert snapshot.wrapup.marks == {"brief": "good", "trigger": "earlier"}


def test_marks_of_one_call_do_not_stand_at_the_next(room: Room) -> None:
    room.client.portal.call(room.office.accept, "ana", offered(room))
    assert room.post("/desk/api/calls/c1/marks", {"about": "suggestions", "mark": "good"}) == 200
    room.office.end("c1", "caller")
    room.client.portal.call(room.office.wrap_up, "ana", "c1", "answered", "")
    room.client.portal.call(room.office.accept, "ana", room.office.offer("ana", "c2").id)
    room.office.end("c2", "caller")
    assert room.desks.feed("ana").snapshot().wrapup.marks == {}


@pytest.mark.parametrize(
    "body",
    [
        {"about": "brief", "mark": "earlier"},
        {"about": "trigger", "mark": "good"},
        {"about": "caller", "mark": "poor"},
        {"mark": "good"},
    ],
    ids=["a time of a brief", "a thumb for the trigger", "of a person", "of nothing"],
)
def test_what_is_no_mark_is_refused(room: Room, body: dict[str, object]) -> None:
    offered(room)
    assert room.post("/desk/api/calls/c1/marks", body) == 422
    assert marks(room) == []


def test_a_call_that_lies_on_another_desk_cannot_be_marked(room: Room) -> None:
    offered(room)
    assert room.post("/desk/api/calls/c9/marks", {"about": "brief", "mark": "good"}) == 409
