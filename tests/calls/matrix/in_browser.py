"""Branches that a page, its network or its agent's hands make. The caller is on a telephone of the carrier's."""

import asyncio
from collections.abc import Mapping

from telephony.events import (
    AgentAnswered,
    AgentOffered,
    AttemptEnded,
    Bridged,
    PartyBack,
    PartyLost,
    Said,
    Unbridged,
)
from telephony.sim.attention import is_loud
from telephony.sim.faults import Drop
from tests.calls.matrix.browser import DESKS, TALKS, BrowserStage
from tests.calls.matrix.dying import dies, starts_again
from tests.calls.matrix.everywhere import taken_on_screen_in_the_brief
from tests.calls.matrix.people import Does
from tests.calls.matrix.stage import Scene, Story, asks
from tests.sim.desk_page import AtDesk, DeskPage
from tests.sim.virtual import Call

LISTENS_FIRST = AtDesk(TALKS, listens=1.0)
SHORT_RING = {"handoff": {"ring_seconds": 6.0}}


async def talked(call: Call) -> Call:
    await call.until(Bridged)
    await asyncio.sleep(6)
    await call.hangs_up()
    return call


# --- the page goes ----------------------------------------------------------------------------------------------------


def shut(stage_of_it: type, *, count: int = 1) -> Story:
    """Ana's tab is shut a moment after this entry; Ben takes the caller."""

    async def story(stage: BrowserStage) -> Call:
        call = asks(stage)
        await call.until(stage_of_it, count=count)
        await asyncio.sleep(2)
        await stage.pages["ana"].shut()
        return await talked(call)

    return story


async def shut_while_they_talk(stage: BrowserStage) -> Call:
    call = asks(stage)
    await call.until(Bridged)
    await asyncio.sleep(4)
    await stage.pages["ana"].shut()
    assert (await call.until(Unbridged)).by == "agent"
    await asyncio.sleep(6)
    await call.hangs_up()
    return call


async def signed_out_while_it_rings(stage: BrowserStage) -> Call:
    call = asks(stage)
    await call.until(AgentOffered)
    await asyncio.sleep(1)
    await stage.pages["ana"].post("/desk/api/sign-out", {})
    return await talked(call)


# --- its network goes -------------------------------------------------------------------------------------------------


def lost_while_they_talk(*, seconds: float | None) -> Story:
    """Ana's network is gone for so long; None: for good."""

    async def story(stage: BrowserStage) -> Call:
        call = asks(stage)
        await call.until(Bridged)
        await asyncio.sleep(4)
        page = stage.pages["ana"]
        await page.loses_network()
        await call.until(PartyLost)
        if seconds is None:
            assert (await call.until(Unbridged)).by == "agent"
            await asyncio.sleep(6)
        else:
            await asyncio.sleep(seconds)
            await page.is_back()
            await call.until(PartyBack)
            await asyncio.sleep(6)
            assert not call.all(Unbridged)
            assert any(is_loud(frame) for frame in stage.town.carrier.calls[call.sid].media.heard[-200:])
        assert "seek.line_lost" in [said.prompt for said in call.all(Said)]
        await call.hangs_up()
        return call

    return story


def lost_in_the_brief(*, back: bool) -> Story:
    async def story(stage: BrowserStage) -> Call:
        call = asks(stage)
        await call.until(AgentAnswered)
        await asyncio.sleep(2)
        page = stage.pages["ana"]
        await page.loses_network()
        await asyncio.sleep(5)
        if back:
            await page.is_back()
            await asyncio.sleep(2)
            await page.accept()
        return await talked(call)

    return story


async def lost_while_it_rings(stage: BrowserStage) -> Call:
    """She is back in time, sees the offer again, and takes it."""
    call = asks(stage)
    await call.until(AgentOffered)
    page = stage.pages["ana"]
    await asyncio.sleep(0.5)
    await page.loses_network()
    await asyncio.sleep(6)
    await page.open_feed()
    await asyncio.sleep(1)
    await page.accept()
    return await talked(call)


async def reloaded_while_they_talk(stage: BrowserStage) -> Call:
    call = asks(stage)
    await call.until(Bridged)
    await asyncio.sleep(4)
    page = stage.pages["ana"]
    await page.is_back()  # over a new connection, before the old one was missed
    await asyncio.sleep(8)
    assert not call.all(Unbridged) and len(page.links) == 2
    await call.hangs_up()
    return call


async def another_desk_takes_over(stage: BrowserStage) -> Call:
    """The agent signs in at a second browser while they talk: the newest page has the call."""
    call = asks(stage)
    await call.until(Bridged)
    await asyncio.sleep(4)
    first_page = stage.pages["ana"]
    second = DeskPage(stage.service, "ana", DESKS[Does.TAKES], stage.links)
    await second.sign_in()
    await second.takes_over(first_page)
    stage.pages["second desk of ana"] = second
    await asyncio.sleep(8)
    assert first_page.closed == "taken_over"
    assert not call.all(Unbridged)
    await call.hangs_up()
    return call


# --- its hands, its messages ------------------------------------------------------------------------------------------


async def everything_twice(stage: BrowserStage) -> Call:
    """Two quick clicks, and an offer of media sent twice: the second finds nothing left to do."""
    call = asks(stage)
    await call.until(AgentOffered)
    await asyncio.sleep(1)
    page = stage.pages["ana"]
    leg, offer = page.ring, page.offer
    await page.accept()
    assert leg is not None and offer is not None
    await page.post(f"/desk/api/legs/{leg['leg']}/sdp", {"sdp": page.links[-1].offer})
    await page.post(f"/desk/api/offers/{offer['offer']}/accept", {})
    return await talked(call)


async def a_decline_behind_the_accept(stage: BrowserStage) -> Call:
    call = asks(stage)
    await call.until(AgentOffered)
    await asyncio.sleep(1)
    page = stage.pages["ana"]
    offer = page.offer
    assert offer is not None
    await page.accept()
    await call.until(Bridged)
    await page.post(f"/desk/api/offers/{offer['offer']}/decline", {"reason": "too late"})
    return await talked(call)


async def an_accept_too_late(stage: BrowserStage) -> Call:
    """Ana takes an offer that has gone to Ben, and answers a leg that rings no more."""
    call = asks(stage)
    await call.until(AgentOffered)
    await asyncio.sleep(1)
    page = stage.pages["ana"]
    leg, offer = page.ring, page.offer
    assert leg is not None and offer is not None
    await call.until(AttemptEnded)
    await page.post(f"/desk/api/offers/{offer['offer']}/accept", {})
    await page.post(f"/desk/api/legs/{leg['leg']}/sdp", {"sdp": "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"})
    assert len(page.said_no) == 2, page.said_no
    return await talked(call)


async def anothers_offer(stage: BrowserStage) -> Call:
    """Ben accepts, and answers, what rings at Ana's desk."""
    call = asks(stage)
    await call.until(AgentOffered)
    await asyncio.sleep(0.5)
    theirs, page = stage.pages["ana"], stage.pages["ben"]
    assert theirs.ring is not None and theirs.offer is not None
    await page.post(f"/desk/api/offers/{theirs.offer['offer']}/accept", {})
    await page.post(f"/desk/api/legs/{theirs.ring['leg']}/sdp", {"sdp": "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"})
    assert len(page.said_no) == 2, page.said_no
    return await talked(call)


# --- the process ------------------------------------------------------------------------------------------------------


async def dies_while_it_rings(stage: BrowserStage) -> Call:
    stage.town.carrier.drops.append(Drop(after_seconds=4.0))  # the sockets of a process that is gone
    call = asks(stage)
    await call.until(AgentOffered)
    await asyncio.sleep(2)
    dies(stage)
    await stage.pages["ana"].loses_network()
    await asyncio.sleep(30)
    await starts_again(stage)
    await asyncio.sleep(1)
    return call


async def dies_while_they_talk(stage: BrowserStage) -> Call:
    """They were joined in this process: the carrier takes the caller to its fallback."""
    stage.town.carrier.drops.append(Drop(after_seconds=8.0))
    call = asks(stage)
    await call.until(Bridged)
    await asyncio.sleep(4)
    dies(stage)
    await stage.pages["ana"].loses_network()
    await asyncio.sleep(30)
    await starts_again(stage)
    await asyncio.sleep(1)
    return call


SCENES: Mapping[str, Scene] = {
    "taken on screen in the brief": Scene(LISTENS_FIRST, story=taken_on_screen_in_the_brief),
    "the agent's media cannot be opened": Scene(AtDesk(accepts=1.0, connects=False), Does.TAKES),
    "the page is shut while it rings": Scene(
        Does.DOES_NOT_ANSWER, Does.TAKES, story=shut(AgentOffered), changes=SHORT_RING
    ),
    "the page is shut in the brief": Scene(Does.LISTENS_FOR_LONG, Does.TAKES, story=shut(AgentAnswered)),
    "the page is shut while they talk": Scene(Does.TAKES, story=shut_while_they_talk),
    "the agent signs out while it rings": Scene(
        Does.DOES_NOT_ANSWER, Does.TAKES, story=signed_out_while_it_rings, changes=SHORT_RING
    ),
    "the network is lost and back": Scene(Does.TAKES, story=lost_while_they_talk(seconds=4.0)),
    "the network is lost and not back": Scene(Does.TAKES, story=lost_while_they_talk(seconds=None)),
    "the network is lost in the brief and back": Scene(Does.LISTENS_FOR_LONG, story=lost_in_the_brief(back=True)),
    "the network is lost in the brief and not back": Scene(
        Does.LISTENS_FOR_LONG, Does.TAKES, story=lost_in_the_brief(back=False)
    ),
    "the network is lost while it rings": Scene(Does.DOES_NOT_ANSWER, story=lost_while_it_rings),
    "the page is reloaded while they talk": Scene(Does.TAKES, story=reloaded_while_they_talk),
    "another desk takes over while they talk": Scene(Does.TAKES, story=another_desk_takes_over),
    "news twice": Scene(Does.DOES_NOT_ANSWER, story=everything_twice),
    "news out of order": Scene(Does.DOES_NOT_ANSWER, story=a_decline_behind_the_accept),
    "news late": Scene(Does.DOES_NOT_ANSWER, Does.TAKES, story=an_accept_too_late, changes=SHORT_RING),
    "news forged": Scene(Does.TAKES, AtDesk(), story=anothers_offer),
    "the process dies while it rings": Scene(Does.DOES_NOT_ANSWER, story=dies_while_it_rings),
    "the process dies while they talk": Scene(Does.TAKES, story=dies_while_they_talk),
}
