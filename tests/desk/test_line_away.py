"""A browser that loses its network: the leg waits ten seconds, the same pipeline goes on over a new connection."""

import asyncio

import pytest

from telephony.errors import Refused
from telephony.leg import LegEnded, LegState
from telephony.lines import webrtc_leg, webrtc_media
from telephony.lines.webrtc import WebRtcLine
from telephony.lines.webrtc_leg import WebRtcLeg
from tests.desk.media import Meter, playing_tone
from tests.desk.page import Bell, Page

pytestmark = pytest.mark.usefixtures("only_loopback")


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webrtc_leg, "WATCH_SECONDS", 0.02)


async def answered(line: WebRtcLine):
    leg = await line.dial("agent:ana", ring_seconds=5.0, call="c1", attempt="a1")
    page = await Page.open()
    await page.takes(await line.answer(leg.id, agent="ana", sdp=page.offer))
    transport = await asyncio.wait_for(leg.media(), 45)
    return leg, page, transport


class Fading:
    """Remembers when the page was lost, and when it was back."""

    def __init__(self, leg: WebRtcLeg) -> None:
        self.news: asyncio.Queue[bool] = asyncio.Queue()
        leg.on_fade(self.news.put_nowait)

    async def is_lost(self) -> None:
        assert await asyncio.wait_for(self.news.get(), 45) is True

    async def is_back(self) -> None:
        assert await asyncio.wait_for(self.news.get(), 45) is False


async def test_a_lost_page_comes_back_to_its_leg_and_the_same_transport_hears_and_speaks_again():
    line, meter = WebRtcLine(ringer=Bell("ana")), Meter()
    leg, page, transport = await answered(line)
    page_is = Fading(leg)
    async with playing_tone(transport, meter):
        await page.hears()
        await asyncio.wait_for(meter.until(level_dbfs=-30), 45)
        await page.vanishes()
        await page_is.is_lost()
        assert leg.away and leg.state is LegState.ANSWERED
        leg.tell({"type": "state", "state": "person"})

        back = await Page.open()
        await back.takes(await line.resume(leg.id, agent="ana", sdp=back.offer))
        await back.hears()
        meter.heard.clear()
        await asyncio.wait_for(meter.until(level_dbfs=-30), 45)
        await page_is.is_back()
        await back.is_told('"person"')  # what was said to it while it was away
        assert not leg.away and leg.state is LegState.ANSWERED
        assert await leg.media() is transport
        await line.close()
    await back.vanishes()


async def test_while_a_page_is_away_its_silence_keeps_the_time():
    line, meter = WebRtcLine(ringer=Bell("ana")), Meter()
    leg, page, transport = await answered(line)
    page_is = Fading(leg)
    async with playing_tone(transport, meter):
        await asyncio.wait_for(meter.until(level_dbfs=-30), 45)
        await page.vanishes()
        await page_is.is_lost()
        meter.heard.clear()
        await asyncio.wait_for(meter.frames(25), 45)
        assert meter.level_dbfs() < -90
        await line.close()


async def test_a_page_that_does_not_come_back_in_time_ends_the_leg(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(webrtc_leg, "AWAY_SECONDS", 0.2)
    bell = Bell("ana")
    line = WebRtcLine(ringer=bell)
    leg, page, _ = await answered(line)
    await page.vanishes()
    assert await asyncio.wait_for(leg.ended(), 45) is LegEnded.FAILED
    late = await Page.open()
    with pytest.raises(Refused):
        await line.resume(leg.id, agent="ana", sdp=late.offer)
    await line.close()
    await late.vanishes()


async def test_a_page_may_come_back_before_we_miss_it():
    line = WebRtcLine(ringer=Bell("ana"))
    leg, page, _ = await answered(line)
    page_is, back = Fading(leg), await Page.open()
    await back.takes(await line.resume(leg.id, agent="ana", sdp=back.offer))
    await page_is.is_lost()
    await page_is.is_back()
    await page.vanishes()
    assert leg.state is LegState.ANSWERED
    await line.close()
    await back.vanishes()


async def test_an_offer_that_cannot_be_read_leaves_the_leg_waiting_for_a_better_one():
    line = WebRtcLine(ringer=Bell("ana"))
    leg, page, _ = await answered(line)
    page_is = Fading(leg)
    await page.vanishes()
    with pytest.raises(Refused):
        await line.resume(leg.id, agent="ana", sdp="v=0\r\nm=audio nonsense\r\na=ice-ufrag\r\n")
    back = await Page.open()
    await back.takes(await line.resume(leg.id, agent="ana", sdp=back.offer))
    await page_is.is_lost()
    await page_is.is_back()
    await line.close()
    await back.vanishes()


async def test_only_the_callers_own_page_may_come_back_to_its_leg():
    line = WebRtcLine(ringer=Bell())
    page = await Page.open()
    called = await line.call_in(page.offer)
    await page.takes(called.sdp)
    leg = await anext(aiter(line.arrivals()))
    await asyncio.wait_for(leg.media(), 45)
    page_is, back = Fading(leg), await Page.open()
    with pytest.raises(Refused, match="token"):
        await line.call_back_in(called.leg, token="guessed", sdp=back.offer)
    with pytest.raises(Refused):
        await line.resume(called.leg, agent="ana", sdp=back.offer)
    await back.takes(await line.call_back_in(called.leg, token=called.token, sdp=back.offer))
    await page_is.is_lost()
    await page_is.is_back()
    await line.close()
    await page.vanishes()
    await back.vanishes()


async def test_a_ringing_leg_is_nothing_to_come_back_to():
    line = WebRtcLine(ringer=Bell("ana"))
    leg, page = await line.dial("agent:ana", ring_seconds=5, call="c1", attempt="a1"), await Page.open()
    with pytest.raises(Refused, match="answered leg"):
        await line.resume(leg.id, agent="ana", sdp=page.offer)
    await line.close()
    await page.vanishes()


async def test_a_page_whose_sound_comes_again_over_the_old_connection_is_back(monkeypatch: pytest.MonkeyPatch):
    line, meter = WebRtcLine(ringer=Bell("ana")), Meter()
    leg, page, transport = await answered(line)
    page_is = Fading(leg)
    async with playing_tone(transport, meter):
        await asyncio.wait_for(meter.until(level_dbfs=-30), 45)
        monkeypatch.setattr(webrtc_media, "LOST_SECONDS", 0.0)  # as if nothing came for long
        await page_is.is_lost()
        monkeypatch.setattr(webrtc_media, "LOST_SECONDS", 3.0)
        await page_is.is_back()
        assert leg.state is LegState.ANSWERED
        await line.close()
    await page.vanishes()


async def test_a_leg_that_is_hung_up_is_not_lost():
    line = WebRtcLine(ringer=Bell("ana"))
    leg, page, _ = await answered(line)
    page_is = Fading(leg)
    await leg.hang_up("the call is over")
    await line.close()
    assert page_is.news.empty()
    await page.vanishes()
