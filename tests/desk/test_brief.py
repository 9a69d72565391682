"""The brief at the desk: drawn versions are told, and the caller's own words are played to whoever has the call."""

from tests.desk.conftest import Room
from tests.desk.test_feed import until

CLIP = "/desk/api/calls/c1/clips/4"


def test_a_line_in_the_caller_s_own_words_says_where_it_is_played(room: Room):
    room.sign_in()
    with room.feed() as socket:
        socket.send_json(room.hello())
        socket.receive_json()
        room.client.portal.call(room.office.offer, "ana")
        parts = until(socket, "offer")["offer"]["brief"]["parts"]
    clips = {part["part"]: [line["clip"] for line in part["lines"]] for part in parts}
    assert clips["issue"] == [CLIP]
    assert clips["who"] == [""]


def test_a_clip_is_a_wav_for_a_signed_in_agent_alone(room: Room):
    assert room.client.get(CLIP).status_code == 401
    room.sign_in()
    room.client.portal.call(room.office.offer, "ana")
    answer = room.client.get(CLIP)
    assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, "audio/wav", b"RIFF")
    assert answer.headers["cache-control"] == "no-store"
    assert ("clip", "ana", "c1", "4") in room.office.did


def test_what_cannot_be_played_says_so(room: Room):
    room.sign_in()
    assert room.client.get(CLIP).status_code == 409
    assert room.client.get("/desk/api/calls/c1/clips/none").status_code == 422


def test_a_drawn_version_is_told_by_the_agent_s_own_page_alone(room: Room):
    room.sign_in()
    assert room.post("/desk/api/calls/c1/brief/2/seen") == 200
    assert ("seen", "ana", "c1", "2") in room.office.did
    assert room.post("/desk/api/calls/c1/brief/2/seen", **{"x-csrf-token": "forged"}) == 403
