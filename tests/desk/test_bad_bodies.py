"""Whatever a page, or somebody who plays one, sends: a refusal in words, never a fault of ours, and never an echo."""

import asyncio
import json
from collections.abc import Iterator

import pytest

from telephony.access.directory import Credentials
from telephony.access.parts import open_access
from telephony.access.passwords import hashed
from telephony.access.tries import PAIR
from telephony.desk import DeskDeps, Desks, create_desk
from telephony.desk.app import BODY_BYTES_MAX
from telephony.errors import Refused
from telephony.leg import LegId, Party
from telephony.lines.webrtc import WebRtcLine
from telephony.lines.webrtc_leg import WebRtcLeg
from telephony.sim.socket import InMemory
from tests.desk.conftest import HOST, Clock, NoPhone, Room, make_room
from tests.desk.office import SimulatedOffice
from tests.desk.page import Bell

PIN = "4711"


@pytest.fixture
def pin_room() -> Iterator[Room]:
    yield from make_room(Credentials(hashes={"ana": hashed(PIN)}))


def send(room: Room, path: str, body: bytes) -> tuple[int, str]:
    headers = {"origin": HOST, "x-csrf-token": room.csrf, "content-type": "application/json"}
    answer = room.client.post(path, content=body, headers=headers)
    return answer.status_code, answer.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"on": NaN}',
        b'{"on": 1e999}',
        b'{"on": "\\ud800"}',
        b'{"on": {"on": true}}',
        b'{"on": true, "\\ud800": 1}',
        b"[true]",
        b"{}",
        b"\xff\xfe\x00",
        b'{"on": ' + b"[" * 50_000,
    ],
    ids=["NaN", "infinite", "half a character", "nested", "odd key", "list", "empty", "bytes", "deep"],
)
def test_a_body_of_another_shape_is_refused_in_words(room: Room, body: bytes):
    room.sign_in()
    status, said = send(room, "/desk/api/calls/c1/hold", body)
    assert status in (400, 422)
    assert isinstance(said, str) and said


def test_a_refusal_does_not_repeat_what_was_sent(pin_room: Room):
    status, said = send(pin_room, "/desk/api/sign-in", json.dumps({"agent": "ana", "pin": [PIN]}).encode())
    assert status == 422
    assert "pin" in said and PIN not in said


@pytest.mark.parametrize("path", ["/call/sdp", "/desk/api/sign-in", "/desk/api/calls/c1/hand-back"])
def test_a_huge_body_is_refused_with_its_length_told_or_not(room: Room, path: str):
    room.sign_in()
    headers = {"origin": HOST, "x-csrf-token": room.csrf, "content-type": "application/json"}

    def chunks() -> Iterator[bytes]:
        yield b'{"sdp": "'
        for _ in range(100):
            yield b"x" * BODY_BYTES_MAX

    assert room.client.post(path, content=chunks(), headers=headers).status_code == 413
    assert room.client.post(path, content=b"x" * (BODY_BYTES_MAX + 1), headers=headers).status_code == 413


def test_control_characters_and_turned_text_stay_out_of_what_an_agent_writes(room: Room):
    room.sign_in()
    room.client.portal.call(room.office.offer, "ana")
    room.post("/desk/api/offers/o-c1/accept")
    assert (
        room.post("/desk/api/calls/c1/hand-back", {"notes": "a\x1b]0;b\x07\x00\N{RIGHT-TO-LEFT OVERRIDE}c\r\nd"}) == 200
    )
    assert room.office.did[-1] == ("hand_back", "ana", "a ]0;b   c \nd")


def test_notes_longer_than_a_page_are_refused(room: Room):
    room.sign_in()
    assert room.post("/desk/api/calls/c1/hand-back", {"notes": "x" * 1001}) == 422


async def test_wrong_pins_all_at_once_are_as_many_as_one_after_the_other():
    desks = Desks(clock=Clock())
    access = open_access(
        agents={"ana": "Ana Ruiz"},
        credentials=Credentials(hashes={"ana": hashed(PIN)}),
        clock=Clock(),
        wall=lambda: 0.0,
    )
    deps = DeskDeps(
        office=SimulatedOffice(), phone=NoPhone(), desks=desks, clock=Clock(),
        access=access,
    )  # fmt: skip
    app = InMemory(create_desk(deps))
    body = json.dumps({"agent": "ana", "pin": "0000"})
    headers = {"origin": "http://service.example", "host": "service.example", "Content-Type": "application/json"}
    url = "http://service.example/desk/api/sign-in"
    answers = await asyncio.gather(*(app.request("POST", url, body, headers) for _ in range(30)))
    assert sorted(answer.status for answer in answers) == [401] * PAIR.tries + [429] * (30 - PAIR.tries)


async def test_a_caller_s_page_with_a_token_that_is_not_ours_does_not_get_the_leg():
    line = WebRtcLine(ringer=Bell())
    leg = WebRtcLeg(LegId("w-1"), Party("webrtc", None, called="callers"), ice_servers=())
    line._legs[leg.id] = leg
    for token in ("", "ü", leg.token[:-1], leg.token + "x", "\x00" * 128):
        with pytest.raises(Refused):
            await line.call_back_in(leg.id, token=token, sdp="v=0")
