"""A stand-in for aiortc's peer connection, in virtual time: everything above it is the product's and pipecat's own.

A `Link` is the page's end: it makes an offer, sends a party's voice and keys every 20 ms, plays what it is sent, pings,
and may vanish. Not modelled: ICE, DTLS, codecs and the jitter of a network; `tests/desk` plays those with aiortc.
"""

import asyncio
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest
from aiortc import RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack
from aiortc.rtcrtpreceiver import RemoteStreamTrack
from av import AudioFrame
from pipecat.transports.smallwebrtc import connection, transport
from pyee.asyncio import AsyncIOEventEmitter

from telephony.lines.webrtc_media import LEAVING
from telephony.sim.phone import Party
from voice.audio import FRAME_MS, FRAME_SAMPLES, RATE, Pcm, silence

CONNECT_SECONDS = 0.3  # as aiortc takes on one machine
GIVES_UP_SECONDS = 4.0  # until ICE without a working pair has failed
PING_FRAMES = 25  # the page pings every 0.5 s
OFFER = "v=0\r\no=- {number} 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\nm=application 9\r\n"
NUMBER = re.compile(r"^o=- (\d+) ", re.MULTILINE)


class Channel(AsyncIOEventEmitter):
    """The data channel, as our end has it."""

    readyState = "open"  # noqa: N815  (aiortc's name)

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def send(self, message: str) -> None:
        self.told.append(message)


class Link:
    """One connection of a page. `connects`: False where no path between the two is found."""

    def __init__(self, number: int, party: Party, *, connects: bool, on_hang_up: Callable[[], None]) -> None:
        self.offer = OFFER.format(number=number)
        self.heard: list[Pcm] = []
        self.channel = Channel()
        self.up = False
        self._party = party
        self._connects = connects
        self._on_hang_up = on_hang_up
        self._peer: SimPeer | None = None
        self._running: asyncio.Task[None] | None = None

    def answered(self, peer: "SimPeer") -> None:
        self._peer = peer
        self._running = asyncio.create_task(self._run(peer), name="page")

    def vanish(self) -> None:
        """The network is gone, without a word to anybody."""
        self.up = False
        if self._running is not None:
            self._running.cancel()

    def leave(self) -> None:
        """As a page does whose tab is shut."""
        self.channel.emit("message", LEAVING)
        self.vanish()

    def closed(self) -> None:
        self.vanish()

    async def _run(self, peer: "SimPeer") -> None:
        peer.now("connecting")
        if not self._connects:
            await asyncio.sleep(GIVES_UP_SECONDS)
            peer.now("failed")
            return
        await asyncio.sleep(CONNECT_SECONDS)
        self.up = True
        peer.emit("datachannel", self.channel)
        peer.now("connected")
        loop = asyncio.get_running_loop()
        due = loop.time()
        for tick in count():
            if tick % PING_FRAMES == 0:
                self.channel.emit("message", "ping")
            await self._exchange(peer)
            due += FRAME_MS / 1000
            await asyncio.sleep(max(0.0, due - loop.time()))

    async def _exchange(self, peer: "SimPeer") -> None:
        heard = await peer.plays()
        self.heard.append(heard)
        step = self._party.step(heard)
        peer.hears(step.voice)
        if step.key is not None:
            self.channel.emit("message", json.dumps({"type": "key", "key": step.key}))
        if step.hangs_up:
            self._on_hang_up()


class SimPeer(AsyncIOEventEmitter):
    """What `SmallWebRTCConnection` uses of aiortc's `RTCPeerConnection`, by its names."""

    def __init__(self, links: Mapping[int, Link]) -> None:
        super().__init__()
        self.connectionState = self.iceConnectionState = "new"
        self.iceGatheringState = "complete"
        self.localDescription: RTCSessionDescription | None = None
        self._links = links
        self._link: Link | None = None
        self._down: MediaStreamTrack | None = None
        self._up = RemoteStreamTrack(kind="audio")
        self._receiver = SimpleNamespace(track=self._up, _enabled=False)
        sender = SimpleNamespace(replaceTrack=self._sends)
        self._transceiver = SimpleNamespace(sender=sender, receiver=self._receiver, direction="sendrecv")
        self._said = 0

    async def setRemoteDescription(self, offer: RTCSessionDescription) -> None:  # noqa: N802
        number = NUMBER.search(offer.sdp)
        if number is None:
            raise ValueError("an offer of a simulated page expected")
        self._link = self._links[int(number.group(1))]

    async def createAnswer(self) -> RTCSessionDescription:  # noqa: N802
        return RTCSessionDescription("v=0\r\n", "answer")

    async def setLocalDescription(self, answer: RTCSessionDescription) -> None:  # noqa: N802
        self.localDescription = answer
        assert self._link is not None
        self._link.answered(self)

    def getTransceivers(self) -> list[SimpleNamespace]:  # noqa: N802
        return [self._transceiver]

    async def close(self) -> None:
        if self.connectionState == "closed":
            return
        if self._link is not None:
            self._link.closed()
        self.now("closed")
        self.remove_all_listeners()

    def now(self, state: str) -> None:
        self.connectionState = self.iceConnectionState = state
        self.emit("connectionstatechange")

    async def plays(self) -> Pcm:
        """The next 20 ms of the track that is sent; one channel of it."""
        if self._down is None:
            return silence(FRAME_MS)
        halves = [await self._down.recv() for _ in range(2)]
        sound = np.concatenate([half.to_ndarray().reshape(-1)[:: len(half.layout.channels)] for half in halves])
        return np.asarray(sound, dtype=np.int16)

    def hears(self, voice: Pcm) -> None:
        if not self._receiver._enabled:
            return
        frame = AudioFrame.from_ndarray(voice.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._said, Fraction(1, RATE)
        self._said += FRAME_SAMPLES
        self._up._queue.put_nowait(frame)

    def _sends(self, track: MediaStreamTrack) -> None:
        self._down = track


@contextmanager
def browsers() -> Iterator[dict[int, Link]]:
    """While open, peer connections are simulated, and the media's clock is the loop's. Links by offer number."""
    links: dict[int, Link] = {}
    clock = SimpleNamespace(time=lambda: asyncio.get_running_loop().time())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "RTCPeerConnection", lambda _: SimPeer(links))
        patch.setattr(connection, "time", clock)
        patch.setattr(transport, "time", clock)
        yield links
