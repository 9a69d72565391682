"""Another contact-centre product gets the brief of calls that are offered to it: signed, redacted, never in the way."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from models.brief import Brief, BriefLine, Part
from telephony.events import AgentOffered, Bridged, BriefReady, Entry, HandoffMoved, Unbridged
from telephony.journal import Record
from telephony.outside import TRIES, WAITING_MAX, BriefWebhook, over
from telephony.sim.clock import run_virtual

SECRET = b"shared with the other product"
BRIEF = Brief(1, "Dispute a charge", (BriefLine(Part.ISSUE, "“I never bought that”", (3,)),), "Wants to dispute.")


class Receiver:
    """Answers with `statuses` in turn, the last one for ever."""

    def __init__(self, *statuses: int | Exception) -> None:
        self.statuses = list(statuses or (200,))
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[Mapping[str, str]] = []

    async def __call__(self, body: bytes, headers: Mapping[str, str]) -> int:
        answer = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        self.bodies.append(json.loads(body))
        self.headers.append(headers)
        if isinstance(answer, Exception):
            raise answer
        return answer


def record(entry: Entry) -> Record:
    return Record("c1", 1, 0, 0.0, entry)


def told(receiver: Receiver, *entries: Entry) -> BriefWebhook:
    webhook = BriefWebhook(agents={"theirs"}, secret=SECRET, post=receiver, wall=lambda: 1_772_452_831.5)

    async def story() -> None:
        running = asyncio.create_task(webhook.run())
        for entry in entries:
            webhook.hear(record(entry))
        await asyncio.sleep(30)
        running.cancel()

    run_virtual(story())
    return webhook


OFFERED = (BriefReady("c1-h1", 1, BRIEF), AgentOffered("c1-h1", "theirs", 1, 20.0))


def test_an_offer_to_them_brings_the_brief() -> None:
    receiver = Receiver()
    told(receiver, *OFFERED)
    (body,) = receiver.bodies
    assert (body["event"], body["handoff"], body["agent"]) == ("offered", "c1-h1", "theirs")
    assert body["brief"]["lines"] == [{"part": "issue", "text": "“I never bought that”"}]


def test_offers_to_our_own_agents_are_nobody_elses_business() -> None:
    receiver = Receiver()
    told(receiver, OFFERED[0], AgentOffered("c1-h1", "ana", 1, 20.0), Bridged("c1-h1", "ana"))
    assert receiver.bodies == []


def test_a_newer_brief_and_the_bridge_follow_until_the_handoff_is_over() -> None:
    receiver = Receiver()
    newer = BriefReady("c1-h1", 2, Brief(2, "Dispute a charge", (), "Wants to dispute."))
    told(
        receiver, *OFFERED, newer, Bridged("c1-h1", "theirs"), Unbridged("c1-h1", "theirs", "agent"),
        HandoffMoved("c1-h1", "ended", "bridged", None), newer,
    )  # fmt: skip
    assert [body["event"] for body in receiver.bodies] == ["offered", "brief", "bridged", "unbridged"]


def test_whoever_has_the_secret_can_tell_that_it_is_ours() -> None:
    receiver = Receiver()
    told(receiver, *OFFERED)
    at, _, signature = receiver.headers[0]["X-Warmline-Signature"].partition(",")
    body = json.dumps(receiver.bodies[0], ensure_ascii=False).encode()
    expected = hmac.new(SECRET, b"1772452831." + body, hashlib.sha256).hexdigest()
    assert (at, signature) == ("t=1772452831", f"v1={expected}")


@pytest.mark.parametrize("first", [503, 429, TimeoutError(), aiohttp.ClientError()], ids=str)
def test_what_may_pass_is_tried_again(first: int | Exception) -> None:
    receiver = Receiver(first, 200)
    assert told(receiver, *OFFERED).dropped == 0
    assert len(receiver.bodies) == 2


def test_a_refusal_is_not_argued_with_and_a_dead_receiver_not_waited_for() -> None:
    refusing, dead = Receiver(400), Receiver(503)
    assert told(refusing, *OFFERED).dropped == 1
    assert len(refusing.bodies) == 1
    assert told(dead, *OFFERED).dropped == 1
    assert len(dead.bodies) == TRIES


def test_a_receiver_that_stands_still_costs_the_oldest_events_and_no_memory() -> None:
    webhook = BriefWebhook(agents={"theirs"}, secret=SECRET, post=Receiver(), wall=lambda: 0.0)

    async def story() -> None:
        for number in range(WAITING_MAX + 10):
            webhook.hear(record(AgentOffered(f"c{number}-h1", "theirs", 1, 20.0)))

    run_virtual(story())
    assert webhook.dropped == 10


async def test_it_goes_over_http_as_it_is_signed() -> None:
    seen: list[tuple[str, bytes]] = []

    async def receive(request: web.Request) -> web.Response:
        seen.append((request.headers["X-Warmline-Signature"], await request.read()))
        return web.Response()

    app = web.Application()
    app.router.add_post("/warmline", receive)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
    try:
        async with aiohttp.ClientSession() as session:
            post = over(session, f"http://127.0.0.1:{port}/warmline", timeout_seconds=5)
            assert await post(b"{}", {"X-Warmline-Signature": "t=1,v1=0"}) == 200
    finally:
        await runner.cleanup()
    assert seen == [("t=1,v1=0", b"{}")]


def test_a_call_that_a_colleague_goes_on_with_is_theirs_no_more() -> None:
    receiver = Receiver()
    passed = (Bridged("c1-h1", "theirs"), Unbridged("c1-h1", "theirs", "colleague"), Bridged("c1-h1", "ours"))
    told(receiver, *OFFERED, *passed, Unbridged("c1-h1", "ours", "caller"))
    assert [body["event"] for body in receiver.bodies] == ["offered", "bridged", "unbridged"]
