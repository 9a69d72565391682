"""The browser as a line: agents' desks ring, answer, or do not; what is no offer is refused."""

import asyncio

import pytest

from telephony.errors import DialRefused, LegFailed, Refused
from telephony.leg import LegEnded, LegState
from telephony.lines import webrtc_leg, webrtc_media
from telephony.lines.webrtc import Settings, WebRtcLine
from telephony.lines.webrtc_leg import SDP_MAX_BYTES, check_offer
from tests.desk.page import Bell, Page

NO_AUDIO = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"


pytestmark = pytest.mark.usefixtures("only_loopback")


async def dial(line: WebRtcLine, agent: str = "ana", ring_seconds: float = 5.0):
    return await line.dial(f"agent:{agent}", ring_seconds=ring_seconds, call="c1", attempt="a1")


@pytest.mark.parametrize("address", ["+15550100", "agent:", "sip:ana@desk", ""])
async def test_only_agents_are_rung(address: str):
    with pytest.raises(DialRefused, match="call c1"):
        await WebRtcLine(ringer=Bell()).dial(address, ring_seconds=1, call="c1", attempt="a1")


async def test_an_agent_without_an_open_desk_does_not_answer():
    leg = await dial(WebRtcLine(ringer=Bell()))
    assert await leg.ended() is LegEnded.NO_ANSWER
    with pytest.raises(LegFailed):
        await leg.media()


async def test_a_desk_rings_until_its_time_is_up():
    bell = Bell("ana")
    leg = await dial(WebRtcLine(ringer=bell), ring_seconds=0.01)
    assert leg.state is LegState.RINGING and bell.rung == [("ana", "c1")]
    assert await asyncio.wait_for(leg.ended(), 2) is LegEnded.NO_ANSWER


async def test_the_agents_offer_answers_the_leg_and_its_going_ends_it():
    bell = Bell("ana")
    line = WebRtcLine(ringer=bell)
    leg, page = await dial(line), await Page.open()
    await page.takes(await line.answer(leg.id, agent="ana", sdp=page.offer))
    await asyncio.wait_for(leg.media(), 45)
    assert leg.state is LegState.ANSWERED and bell.stopped == [None]
    await page.leaves()
    assert await asyncio.wait_for(leg.ended(), 45) is LegEnded.HUNG_UP
    await line.close()
    assert bell.stopped == [None, LegEnded.HUNG_UP]


async def test_another_agent_cannot_answer_the_leg():
    line = WebRtcLine(ringer=Bell("ana"))
    leg, page = await dial(line), await Page.open()
    with pytest.raises(Refused, match="agent ben"):
        await line.answer(leg.id, agent="ben", sdp=page.offer)
    await line.close()
    await page.vanishes()


async def test_a_leg_is_answered_once():
    line = WebRtcLine(ringer=Bell("ana"))
    leg, page = await dial(line), await Page.open()
    await line.answer(leg.id, agent="ana", sdp=page.offer)
    with pytest.raises(Refused, match="one offer expected"):
        await line.answer(leg.id, agent="ana", sdp=page.offer)
    await line.close()
    await page.vanishes()


async def test_declined_at_the_desk_and_hung_up_by_us_are_told_apart():
    line = WebRtcLine(ringer=Bell("ana"))
    declined, dropped = await dial(line), await dial(line)
    await line.decline(declined.id, agent="ana")
    await dropped.hang_up("the caller left")
    await dropped.hang_up("twice is harmless")
    assert await declined.ended() is LegEnded.DECLINED
    assert await dropped.ended() is LegEnded.BY_US
    await line.close()


@pytest.mark.parametrize(
    "sdp",
    [
        "",
        "hello",
        NO_AUDIO,
        NO_AUDIO + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n",
        "m=audio\r\nm=audio\r\n",
        "x" * (SDP_MAX_BYTES + 1),
    ],
    ids=["empty", "no SDP", "no audio", "video", "two audio lines", "too long"],
)
async def test_what_is_not_one_audio_offer_is_refused(sdp: str):
    with pytest.raises(Refused):
        check_offer(sdp, "w-1")


async def test_an_offer_that_cannot_be_read_is_refused_and_leaves_the_leg_ringing():
    line = WebRtcLine(ringer=Bell("ana"))
    leg = await dial(line)
    with pytest.raises(Refused):
        await line.answer(leg.id, agent="ana", sdp=NO_AUDIO + "m=audio nonsense\r\na=ice-ufrag\r\n")
    assert leg.state is LegState.RINGING and not leg.taken
    await line.close()


async def test_more_callers_than_allowed_are_refused():
    line = WebRtcLine(ringer=Bell(), settings=Settings(max_callers=1))
    first, second = await Page.open(), await Page.open()
    await line.call_in(first.offer)
    with pytest.raises(Refused, match="at most 1"):
        await line.call_in(second.offer)
    await line.close()
    await first.vanishes()
    await second.vanishes()


async def test_one_place_takes_half_of_the_lines_and_no_more():
    line = WebRtcLine(ringer=Bell(), settings=Settings(max_callers=4))
    pages = [await Page.open() for _ in range(4)]
    for page in pages[:2]:
        await line.call_in(page.offer, place="192.0.2.7")
    with pytest.raises(Refused, match="at most 2 browser callers from one place"):
        await line.call_in(pages[2].offer, place="192.0.2.7")
    called = await line.call_in(pages[3].offer, place="2001:0db8:0000:0001")
    with pytest.raises(Refused, match="audio"):
        await line.call_in(NO_AUDIO, place="198.51.100.1")
    await line.close()
    assert called.leg not in line._legs and not line._places
    for page in pages:
        await page.vanishes()


async def test_a_page_that_falls_silent_is_taken_for_gone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(webrtc_media, "LOST_SECONDS", 0.2)
    monkeypatch.setattr(webrtc_leg, "WATCH_SECONDS", 0.02)
    monkeypatch.setattr(webrtc_leg, "AWAY_SECONDS", 0.2)
    line = WebRtcLine(ringer=Bell("ana"))
    leg, page = await dial(line), await Page.open()
    await page.takes(await line.answer(leg.id, agent="ana", sdp=page.offer))
    await asyncio.wait_for(leg.media(), 45)
    assert await asyncio.wait_for(leg.ended(), 45) is LegEnded.FAILED
    await line.close()
    await page.vanishes()
