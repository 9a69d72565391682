"""The browser as a line: agents' desks ring, answer, or do not; what is no offer is refused."""

import asyncio

import aioice.ice
import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack

from telephony.errors import DialRefused, LegFailed, Refused
from telephony.leg import LegEnded, LegId, LegState
from telephony.lines import webrtc
from telephony.lines.webrtc import SDP_MAX_BYTES, Settings, WebRtcLine, check_offer

NO_AUDIO = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"


class Bell:
    """Remembers how desks were rung; `open_desks` says whose are there."""

    def __init__(self, *open_desks: str) -> None:
        self.open_desks = open_desks
        self.rung: list[tuple[str, str]] = []
        self.stopped: list[LegEnded | None] = []

    def ring(self, leg: LegId, *, agent: str, call: str, ring_seconds: float) -> bool:
        self.rung.append((agent, call))
        return agent in self.open_desks

    def stop(self, leg: LegId, *, agent: str, why: LegEnded | None) -> None:
        self.stopped.append(why)


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])


async def browser() -> RTCPeerConnection:
    """A peer that offers what a page offers: a microphone and a data channel."""
    peer = RTCPeerConnection()
    peer.addTrack(AudioStreamTrack())
    peer.createDataChannel("warmline")
    await peer.setLocalDescription(await peer.createOffer())
    return peer


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
    leg, peer = await dial(line), await browser()
    answer = await line.answer(leg.id, agent="ana", sdp=peer.localDescription.sdp)
    await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await asyncio.wait_for(leg.media(), 5)
    assert leg.state is LegState.ANSWERED and bell.stopped == [None]
    await peer.close()
    assert await asyncio.wait_for(leg.ended(), 5) is LegEnded.HUNG_UP
    await line.close()
    assert bell.stopped == [None, LegEnded.HUNG_UP]


async def test_another_agent_cannot_answer_the_leg():
    line = WebRtcLine(ringer=Bell("ana"))
    leg, peer = await dial(line), await browser()
    with pytest.raises(Refused, match="agent ben"):
        await line.answer(leg.id, agent="ben", sdp=peer.localDescription.sdp)
    await line.close()
    await peer.close()


async def test_a_leg_is_answered_once():
    line = WebRtcLine(ringer=Bell("ana"))
    leg, peer = await dial(line), await browser()
    await line.answer(leg.id, agent="ana", sdp=peer.localDescription.sdp)
    with pytest.raises(Refused, match="one offer expected"):
        await line.answer(leg.id, agent="ana", sdp=peer.localDescription.sdp)
    await line.close()
    await peer.close()


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
    first, second = await browser(), await browser()
    await line.call_in(first.localDescription.sdp)
    with pytest.raises(Refused, match="at most 1"):
        await line.call_in(second.localDescription.sdp)
    await line.close()
    await first.close()
    await second.close()


async def test_a_page_that_falls_silent_is_taken_for_gone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(webrtc, "LOST_SECONDS", 0.2)
    monkeypatch.setattr(webrtc, "WATCH_SECONDS", 0.02)
    line = WebRtcLine(ringer=Bell("ana"))
    leg, peer = await dial(line), await browser()
    answer = await line.answer(leg.id, agent="ana", sdp=peer.localDescription.sdp)
    await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await asyncio.wait_for(leg.media(), 5)
    assert await asyncio.wait_for(leg.ended(), 5) is LegEnded.HUNG_UP
    await line.close()
    await peer.close()
