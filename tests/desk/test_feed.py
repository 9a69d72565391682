"""What a desk's page is told, in which order, and what happens when it is slow or comes back."""

import asyncio
from dataclasses import replace

import pytest
from starlette.websockets import WebSocketDisconnect

from telephony.being_said import BeingSaid
from telephony.desk.feed import KEPT, Feed
from telephony.desk.messages import LineMessage, LineModel, PresenceMessage, PresenceModel, Skipped
from telephony.desk.office import Offer, OfferClosed, Offered, Person, Presence, PresenceIs, Recorded
from telephony.desk.outbox import LINES_WAITING, Outbox
from telephony.events import BriefReady, Heard
from telephony.journal import Record
from tests.desk.conftest import Room
from tests.desk.office import BRIEF, STORY


def until(socket, kind: str, wanted=lambda message: True) -> dict:
    while True:
        message = socket.receive_json()
        if message["type"] == kind and wanted(message):
            return message


def test_a_page_first_gets_all_there_is_to_show(room: Room):
    room.sign_in()
    with room.feed() as socket:
        socket.send_json(room.hello())
        snapshot = socket.receive_json()
    assert snapshot["type"] == "snapshot" and snapshot["v"] == 1
    assert snapshot["name"] == "Ana Ruiz" and snapshot["presence"]["presence"] == "away"


def test_a_page_shows_the_alarms_of_the_service(room: Room):
    room.desks.notice("rules", "The escalation rules are not published.")
    room.sign_in()
    with room.feed() as socket:
        socket.send_json(room.hello())
        assert socket.receive_json()["notices"] == ["The escalation rules are not published."]


def test_an_alarm_comes_to_an_open_desk_and_goes_when_all_is_well_again(room: Room):
    room.sign_in()
    with room.feed() as socket:
        socket.send_json(room.hello())
        socket.receive_json()
        room.client.portal.call(room.desks.notice, "pool", "Speech recognition is being started again.")
        assert until(socket, "notices")["notices"] == ["Speech recognition is being started again."]
        room.client.portal.call(room.desks.notice, "pool", None)
        assert until(socket, "notices")["notices"] == []


def test_who_signs_in_later_reads_what_is_still_wrong(room: Room):
    room.desks.notice("pool", "Speech recognition is being started again.")
    room.sign_in()
    with room.feed() as socket:
        socket.send_json(room.hello())
        assert socket.receive_json()["notices"] == ["Speech recognition is being started again."]


def test_words_that_are_being_said_come_to_who_has_the_call_before_them_and_are_not_kept(room: Room):
    def words(call: str) -> None:
        room.desks.being_said(BeingSaid(call, "caller", "yes i never"))

    room.sign_in()
    assert not room.desks.looks_at("c1")
    with room.feed() as socket:
        socket.send_json(room.hello())
        epoch = socket.receive_json()["epoch"]
        room.client.portal.call(room.office.offer, "ana")
        room.client.portal.call(words, "another call")
        room.client.portal.call(words, "c1")
        message = until(socket, "saying")
        assert message["saying"] == {"call": "c1", "speaker": "caller", "text": "yes i never", "name": ""}
        room.client.portal.call(room.office.tell, "c1", 80_000, Heard(9, "caller", "yes", 0.9, 79_000, 80_000, "x"))
        seq = until(socket, "line", lambda m: m["line"]["text"] == "yes")["seq"]
    assert seq == message["seq"] + 1, "it takes no number of its own"
    while room.desks.looks_at("c1"):  # until the closed page is seen to be gone
        room.client.portal.call(asyncio.sleep, 0)
    with room.feed() as socket:
        socket.send_json(room.hello(epoch=epoch, since=1))
        while (kind := socket.receive_json()["type"]) != "line":
            assert kind != "saying"


def test_an_offer_comes_with_its_six_parts_and_the_conversation_before_anyone_accepts(room: Room):
    room.sign_in()
    with room.feed() as socket:
        socket.send_json(room.hello())
        socket.receive_json()
        room.client.portal.call(room.office.offer, "ana")
        offer = until(socket, "offer")["offer"]
        said = until(socket, "line", lambda m: "second time" in m["line"]["text"])["line"]
        judged = until(socket, "judged", lambda m: m["judged"]["level"] > 0.7)["judged"]
    assert [p["part"] for p in offer["brief"]["parts"]] == ["who", "issue", "why", "tried", "next", "entities"]
    assert (offer["caller"], offer["tier"], offer["waited_seconds"]) == ("Maria Keller", "Gold", 42.0)
    assert len(offer["brief"]["headline"].split()) <= 8
    assert (said["speaker"], said["turn"]) == ("caller", 4)
    assert judged["reasons"][0] == "said “ridiculous”"


def test_accept_talk_hang_up_and_wrap_up_go_over_one_feed(room: Room):
    room.sign_in()
    with room.feed() as socket:
        socket.send_json(room.hello())
        room.client.portal.call(room.office.offer, "ana")
        until(socket, "offer")
        assert room.post("/desk/api/offers/o-c1/accept") == 200
        assert until(socket, "call", lambda m: m["call"]["stage"] == "talking")["call"]["brief"]["version"] == 1
        assert room.post("/desk/api/calls/c1/hang-up") == 200
        assert until(socket, "call", lambda m: m["call"]["stage"] == "over")["call"]["over_by"] == "agent"
        wrapup = until(socket, "wrapup")["wrapup"]
        assert wrapup["disposition"] == "dispute_opened"
        body = {"disposition": wrapup["disposition"], "summary": wrapup["summary"]}
        assert room.post("/desk/api/calls/c1/wrap-up", body) == 200
        assert until(socket, "wrapup")["wrapup"] is None
    assert [d[0] for d in room.office.did if d[0] not in ("sign_in", "presence")] == ["accept", "hang_up", "wrap_up"]


def test_declining_keeps_the_reason(room: Room):
    room.sign_in()
    room.client.portal.call(room.office.offer, "ana")
    assert room.post("/desk/api/offers/o-c1/decline", {"reason": "On a break"}) == 200
    assert ("decline", "ana", "o-c1", "On a break") in room.office.did


def test_what_cannot_be_done_any_more_is_said_in_a_sentence(room: Room):
    room.sign_in()
    answer = room.client.post(
        "/desk/api/offers/gone/accept", headers={"origin": "http://testserver", "x-csrf-token": room.csrf}
    )
    assert answer.status_code == 409 and answer.json()["detail"] == "This call was taken by a colleague."


def test_a_page_that_comes_back_gets_only_what_it_missed(room: Room):
    room.sign_in()
    with room.feed() as socket:
        socket.send_json(room.hello())
        snapshot = socket.receive_json()
    room.client.portal.call(room.office.set_presence, "ana", Presence.AVAILABLE)
    with room.feed() as socket:
        socket.send_json(room.hello(epoch=snapshot["epoch"], since=snapshot["seq"]))
        missed = socket.receive_json()
    assert missed["type"] == "presence" and missed["seq"] == snapshot["seq"] + 1


def test_a_page_that_was_away_too_long_or_knew_another_service_gets_a_snapshot():
    feed = Feed(Person("ana", "Ana"), clock=lambda: 0.0)
    for _ in range(KEPT + 5):
        feed.on_news(PresenceIs(Presence.AWAY))
    for epoch, since in ((feed.epoch, 2), ("other", KEPT + 4), (feed.epoch, KEPT + 500)):
        page = Outbox()
        feed.attach(page, epoch=epoch, since=since)
        assert len(page) == 1


@pytest.mark.parametrize("ticket", ["", "made-up"])
def test_a_websocket_without_a_fresh_ticket_is_closed(room: Room, ticket: str):
    room.sign_in()
    with room.feed() as socket:
        socket.send_json({"v": 1, "type": "hello", "ticket": ticket})
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == 4004


def test_a_websocket_from_another_site_is_closed(room: Room):
    room.sign_in()
    with pytest.raises(WebSocketDisconnect), room.feed(origin="http://evil.example") as socket:
        socket.receive_json()


def test_a_second_tab_takes_over_and_the_first_is_told(room: Room):
    room.sign_in()
    with room.feed() as first, room.feed() as second:
        first.send_json(room.hello())
        first.receive_json()
        second.send_json(room.hello())
        assert second.receive_json()["type"] == "snapshot"
        assert until(first, "closed")["why"] == "other_tab"


def test_a_newer_sign_in_takes_the_desk_and_the_older_page_is_told(room: Room):
    room.sign_in()
    with room.feed() as older:
        older.send_json(room.hello())
        older.receive_json()
        room.sign_in()
        assert until(older, "closed")["why"] == "taken_over"
        with pytest.raises(WebSocketDisconnect) as closed:
            older.receive_json()
    assert closed.value.code == 4001
    assert room.client.get("/desk/api/me").json()["agent"] == "ana"


def line(record: int) -> LineMessage:
    model = LineModel(call="c1", record=record, at_ms=0, speaker="caller", text=str(record))
    return LineMessage(seq=record, line=model)


async def test_a_page_that_does_not_read_loses_its_oldest_lines_and_is_told_how_many():
    page = Outbox()
    for record in range(1, LINES_WAITING + 11):
        page.put(line(record))
    assert len(page) == LINES_WAITING
    skipped, first = await page.get(), await page.get()
    assert isinstance(skipped, Skipped) and skipped.count == 10
    assert isinstance(first, LineMessage) and first.line.record == 11


async def test_a_page_that_does_not_read_never_loses_the_newest_state():
    page = Outbox()
    page.put(PresenceMessage(seq=1, presence=PresenceModel(presence="available", why="")))
    for record in range(2, 2 * LINES_WAITING):
        page.put(line(record))
    page.put(PresenceMessage(seq=900, presence=PresenceModel(presence="away", why="")))
    newest = await page.get()
    assert isinstance(newest, PresenceMessage) and newest.presence.presence == "away"
    assert newest.seq == 1, "it takes the older one's place, so that numbers still rise"


async def test_a_page_that_does_not_read_delays_nobody_else():
    stuck, reading = (Feed(Person(a, a), clock=lambda: 0.0) for a in ("ana", "ben"))
    stuck_page, reading_page = Outbox(), Outbox()
    stuck.attach(stuck_page)
    reading.attach(reading_page)
    await reading_page.get()
    for n in range(5000):
        stuck.on_news(PresenceIs(Presence.AWAY, str(n)))
    reading.on_news(PresenceIs(Presence.AVAILABLE))
    told = await reading_page.get()
    assert isinstance(told, PresenceMessage) and told.presence.presence == "available"
    assert len(stuck_page) <= 2


def test_names_and_words_travel_as_they_are_for_the_page_to_show_as_text(room: Room):
    room.sign_in()
    with room.feed() as socket:
        socket.send_json(room.hello())
        offer = lambda: room.office.offer("ana", caller="<img src=x onerror=alert(1)>")  # noqa: E731
        room.client.portal.call(offer)
        told = until(socket, "offer")["offer"]
    assert told["caller"] == "<img src=x onerror=alert(1)>"


def test_lines_of_another_call_never_reach_the_desk():
    feed = Feed(Person("ana", "Ana"), clock=lambda: 0.0)
    stray = Record("another", 1, 0, 0.0, Heard(1, "caller", "secret", 0.9, 0, 1, "scripted"))
    feed.on_news(Recorded(stray))
    assert not feed.snapshot().lines


def test_a_newer_brief_replaces_the_shown_one_and_an_older_does_not():
    feed = Feed(Person("ana", "Ana"), clock=lambda: 0.0)
    feed.on_news(Offered(Offer("o", "c1", "M", "", 1.0, 20.0, BRIEF)))
    feed.on_news(Recorded(Record("c1", 2, 0, 0.0, BriefReady("h", 2, replace(BRIEF, version=2, headline="New")))))
    feed.on_news(Recorded(Record("c1", 3, 0, 0.0, BriefReady("h", 1, BRIEF))))
    shown = feed.snapshot()
    assert shown.offer and shown.offer.brief.headline == "New"
    assert shown.call and shown.call.brief and shown.call.brief.version == 2


def test_the_story_of_the_simulated_office_is_in_order():
    assert [at for at, _ in STORY] == sorted(at for at, _ in STORY)


def test_a_call_lost_before_it_was_joined_leaves_the_desk_free():
    feed = Feed(Person("ana", "Ana"), clock=lambda: 0.0)
    feed.on_news(Offered(Offer("o", "c1", "M", "", 1.0, 20.0, BRIEF)))
    feed.on_news(OfferClosed("o", "accepted"))
    assert feed.snapshot().call
    feed.on_news(PresenceIs(Presence.AVAILABLE))
    assert feed.snapshot().call is None
