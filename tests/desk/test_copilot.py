"""The co-pilot's HTTP calls and its state on the feed."""

from telephony.events import CopilotMarked, Heard
from tests.desk.conftest import HOST, Room

WIRE = "what does an outgoing wire cost"


def ask(room: Room, question: str):
    headers = {"origin": HOST, "x-csrf-token": room.csrf}
    return room.client.post("/desk/api/copilot/ask", json={"question": question}, headers=headers)


def test_an_agent_asks_and_reads_sentences_with_source_and_date(room: Room) -> None:
    room.sign_in()
    body = ask(room, WIRE).json()
    assert body["answered"]
    assert "Outgoing wire: 20 dollars." in body["sentences"]
    assert (body["source"]["article"], body["source"]["updated"], body["source"]["warning"]) == (
        "fees",
        "2026-09-15",
        "",
    )


def test_nothing_in_the_knowledge_is_said_in_these_words(room: Room) -> None:
    room.sign_in()
    body = ask(room, "who won the football game last night").json()
    assert (body["answered"], body["note"]) == (False, "Nothing in the knowledge answers this.")


def test_an_article_past_its_review_date_is_shown_with_a_warning(room: Room) -> None:
    room.sign_in()
    body = room.client.get("/desk/api/copilot/articles/safe_boxes").json()
    assert body["source"]["warning"] == "past its review date (2026-10-31)"
    assert body["sections"][0]["heading"] == "Sizes and prices"
    assert room.client.get("/desk/api/copilot/articles/moon").status_code == 404


def test_an_empty_question_and_one_of_ten_thousand_words_are_refused_in_a_sentence(room: Room) -> None:
    room.sign_in()
    assert (ask(room, " ").status_code, ask(room, " ").json()["detail"]) == (409, "Write a question first.")
    refused = ask(room, "wire " * 10_000)
    assert (refused.status_code, "at most 300 words expected, got 10,000" in refused.json()["detail"]) == (409, True)


def test_nobody_asks_who_is_not_signed_in_or_comes_from_another_page(room: Room) -> None:
    assert ask(room, WIRE).status_code == 401
    room.sign_in()
    room.csrf = "forged"
    assert ask(room, WIRE).status_code == 403
    other = room.client.post("/desk/api/copilot/ask", json={"question": WIRE}, headers={"origin": "http://evil"})
    assert other.status_code == 403


def test_what_the_caller_says_on_the_bridge_comes_over_the_feed_and_can_be_marked(room: Room) -> None:
    room.sign_in()
    offer = room.office.offer("ana")
    room.client.portal.call(room.office.accept, "ana", offer.id)
    said = "when does the check I deposited yesterday clear and why is there a hold on my check"

    async def hears() -> None:
        room.office.tell("c1", 80_000, Heard(9, "caller", said, 0.9, 79_000, 80_000, "scripted"))

    room.client.portal.call(hears)
    room.client.portal.call(_settled)
    state = room.client.get("/desk/api/copilot").json()
    (prompt,) = state["prompts"]
    assert (state["call"], prompt["source"]["article"], prompt["because"]) == ("c1", "check_holds", said)
    with room.feed() as feed:
        feed.send_json(room.hello())
        assert feed.receive_json()["type"] == "snapshot"
        assert room.post(f"/desk/api/copilot/shown/{prompt['id']}/mark", {"mark": "not_useful"}) == 200
        message = feed.receive_json()
    assert (message["type"], message["copilot"]["prompts"]) == ("copilot", [])
    marked = [record.entry for record in room.office.journals["c1"].records if isinstance(record.entry, CopilotMarked)]
    assert marked == [CopilotMarked("ana", prompt["id"], "prompt", "not_useful")]
    assert room.post("/desk/api/copilot/shown/p99/mark", {"mark": "useful"}) == 409
    assert room.post(f"/desk/api/copilot/shown/{prompt['id']}/mark", {"mark": "great"}) == 422


async def _settled() -> None:
    """A turn of the loop in which what was begun ends."""


def test_one_desk_sees_nothing_of_the_call_on_another(room: Room) -> None:
    room.sign_in("ana")
    room.office.offer("ana")
    assert room.client.get("/desk/api/copilot").json()["call"] == "c1"
    room.sign_in("ben")
    assert room.client.get("/desk/api/copilot").json()["call"] == ""


def test_quiet_is_kept_and_told(room: Room) -> None:
    room.sign_in()
    assert room.post("/desk/api/copilot/quiet", {"on": True}) == 200
    assert room.client.get("/desk/api/copilot").json()["quiet"]
