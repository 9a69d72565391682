"""A page's peer connection, with a scripted party at its microphone and loudspeaker, 20 ms at a time.

What the party does on its keypad, and that it hangs up, is the page's to carry out: a caller's page presses keys on the
data channel, an agent's has a desk around it.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable

import numpy as np
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError
from av import AudioFrame

from telephony.lines.webrtc_media import LEAVING, StereoTrack
from telephony.sim.phone import Party
from telephony.sim.stream import Capture
from voice.audio import FRAME_MS, FRAME_SAMPLES, RATE, Pcm, silence

EVERY = 48_000 // RATE  # of Opus's samples: what we send holds nothing above 4 kHz, and a filter's delay would be heard
AHEAD_SAMPLES = 60 * RATE // 1000  # held before the first is played: aiortc hands packets out in bursts
LOOK_FRAMES = 25  # how often what is held without need is let go: a burst would else be heard late for good


class Peer:
    """`capture`: what the party said and heard; `over`: the far end is gone, or we are."""

    def __init__(
        self,
        party: Party,
        *,
        on_key: Callable[[str], None] | None = None,
        on_hang_up: Callable[[], None] | None = None,
        on_message: Callable[[str], None] = lambda message: None,
    ) -> None:
        self.capture = Capture()
        self.over = asyncio.Event()
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.channel = self.connection.createDataChannel("warmline")
        self._party = party
        self._on_key = on_key or self.press
        self._on_hang_up = on_hang_up or self.leave
        self._on_message = on_message
        self._speaker = _Loudspeaker()
        self._open = asyncio.Event()
        self._listening: set[asyncio.Task[None]] = set()
        self.connection.addTrack(StereoTrack(_Microphone(self._step)))
        self.connection.on("track", self._hear)
        self.connection.on("connectionstatechange", self._changed)
        self.channel.on("open", self._open.set)
        self.channel.on("message", self._told)

    async def offer(self) -> str:
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return str(self.connection.localDescription.sdp)

    async def takes(self, answer: str) -> None:
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def opened(self) -> None:
        """Until the data channel is there."""
        await self._open.wait()

    def press(self, key: str) -> None:
        self.say(json.dumps({"type": "key", "key": key}))

    def leave(self) -> None:
        """As a page does that is closed."""
        self.say(LEAVING)

    def say(self, message: str) -> None:
        if self.channel.readyState == "open":
            self.channel.send(message)

    async def close(self) -> None:
        """Without a word."""
        for task in self._listening:
            task.cancel()
        await self.connection.close()
        self.over.set()

    # --- 20 ms ---------------------------------------------------------------------------------------------------

    def _step(self) -> Pcm:
        heard = self._speaker.play()
        step = self._party.step(heard)
        self.capture.heard.append(heard)
        self.capture.spoken.append(step.voice)
        if step.key is not None:
            self._on_key(step.key)
        if step.hangs_up:
            self._on_hang_up()
        return step.voice

    def _hear(self, track: MediaStreamTrack) -> None:
        self._listening.add(asyncio.create_task(self._listen(track), name="page hears"))

    async def _listen(self, track: MediaStreamTrack) -> None:
        with contextlib.suppress(MediaStreamError):  # the far end stopped its track
            while True:
                frame = await track.recv()
                assert isinstance(frame, AudioFrame)  # the only track there is
                self._speaker.take(frame)

    # --- the far end ---------------------------------------------------------------------------------------------

    def _told(self, message: str) -> None:
        told = json.loads(message)
        if told.get("type") == "signalling" and told["message"].get("type") == "peerLeft":
            self.over.set()
        else:
            self._on_message(message)

    def _changed(self) -> None:
        if self.connection.connectionState in ("failed", "closed"):
            self.over.set()


class _Microphone(AudioStreamTrack):
    """Silence at the right pace, with the party's voice in its place."""

    def __init__(self, say: Callable[[], Pcm]) -> None:
        super().__init__()
        self._say = say

    async def recv(self) -> AudioFrame:
        pace = await super().recv()
        frame = AudioFrame.from_ndarray(self._say().reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, pace.pts, pace.time_base
        return frame


class _Loudspeaker:
    """What arrives as Opus's 48 kHz in stereo, and leaves as our frames."""

    def __init__(self) -> None:
        self._held = silence(0)
        self._playing = False
        self._left: list[int] = []  # samples after each frame, since the last look

    def take(self, frame: AudioFrame) -> None:
        both = frame.to_ndarray().reshape(-1, 2)[::EVERY]
        self._held = np.concatenate([self._held, both.mean(axis=1).astype(np.int16)])
        self._playing = self._playing or len(self._held) >= AHEAD_SAMPLES

    def play(self) -> Pcm:
        if not self._playing or len(self._held) < FRAME_SAMPLES:
            self._playing = False
            return silence(FRAME_MS)
        frame, self._held = self._held[:FRAME_SAMPLES], self._held[FRAME_SAMPLES:]
        self._left.append(len(self._held))
        if len(self._left) == LOOK_FRAMES:
            self._held = self._held[max(0, min(self._left) - AHEAD_SAMPLES) :]
            self._left.clear()
        return frame
