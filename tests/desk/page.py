"""A browser's page as the line sees it, played by aiortc: its offers, its pings, and its going."""

import asyncio
from collections.abc import Callable

import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack
from av import AudioFrame

from telephony.leg import LegEnded, LegId
from telephony.lines.webrtc_media import LEAVING


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


class Buzz(AudioStreamTrack):
    """A loud microphone."""

    async def recv(self) -> AudioFrame:
        silent = await super().recv()
        samples = (12_000 * np.sin(np.arange(silent.samples) * 2 * np.pi * 500 / silent.sample_rate)).astype(np.int16)
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = silent.sample_rate, silent.pts, silent.time_base
        return frame


class Page:
    """One peer connection of a page: a microphone up, a voice down, a data channel."""

    def __init__(self) -> None:
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.channel = self.peer.createDataChannel("warmline")
        self.told: list[str] = []
        self.heard: list[np.ndarray] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.peer.addTrack(Buzz())
        self._more = asyncio.Event()
        self._open = asyncio.Event()
        self.channel.on("open", self._open.set)
        self.channel.on("message", self._take)
        self.peer.on("track", lambda track: self._tasks.append(asyncio.create_task(self._listen(track))))

    @classmethod
    async def open(cls) -> "Page":
        page = cls()
        await page.peer.setLocalDescription(await page.peer.createOffer())
        return page

    @property
    def offer(self) -> str:
        return self.peer.localDescription.sdp

    async def takes(self, answer: str) -> None:
        await self.peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    def _take(self, message: str) -> None:
        self.told.append(message)
        self._more.set()

    async def _listen(self, track) -> None:
        while True:
            frame = await track.recv()
            self.heard.append(frame.to_ndarray().reshape(-1))
            self._more.set()

    async def hears(self, loud: int = 1000) -> None:
        """Waits until something of this peak was heard, from now on."""
        self.heard.clear()
        await self._until(lambda: any(np.abs(part).max() > loud for part in self.heard))

    async def is_told(self, words: str) -> None:
        await self._until(lambda: any(words in message for message in self.told))

    async def _until(self, so: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not so():
                self._more.clear()
                await self._more.wait()

    async def leaves(self) -> None:
        """Closes as a page does whose tab is shut."""
        await self._open.wait()
        self.channel.send(LEAVING)

    async def vanishes(self) -> None:
        """Its connection is gone, without a word."""
        for task in self._tasks:
            task.cancel()
        await self.peer.close()
