"""Pipecat's SmallWebRTC transport as a telephone leg needs it: 8 kHz inside, a short lead outwards, keys from the page.

Four things differ from the stock classes. Output runs a little ahead of the wire, so that a busy event loop is not
heard as a gap; both channels carry the voice, since the encoder's mono-to-stereo step costs 3 dB; `key` messages on
the data channel become keypad frames; and a page that is away is heard as silence, so that time goes on for the
recording and the ear until it comes back over another peer connection.
"""

import asyncio
import json
from collections import deque
from typing import Any

import numpy as np
from aiortc import RTCDataChannel
from aiortc.mediastreams import AudioStreamTrack
from av import AudioFrame
from pipecat.audio.dtmf.types import KeypadEntry
from pipecat.frames.frames import InputAudioRawFrame, InputDTMFFrame, InputTextRawFrame, OutputAudioRawFrame, StartFrame
from pipecat.transports.base_transport import TransportParams
from pipecat.transports.smallwebrtc.connection import SmallWebRTCConnection
from pipecat.transports.smallwebrtc.transport import (
    RawAudioTrack,
    SmallWebRTCInputTransport,
    SmallWebRTCOutputTransport,
    SmallWebRTCTransport,
)

from telephony.lines.webrtc_intake import Intake
from voice.audio import FRAME_MS, FRAME_SAMPLES, RATE

FRAME_SECONDS = FRAME_MS / 1000
SILENCE = bytes(2 * FRAME_SAMPLES)

LOST_SECONDS = 3.0
"""Without a sign of life for so long, a page is taken for lost: it sends sound all the time, and pings every 0.5 s."""

LEAD_FRAMES = 3
"""20 ms frames handed over before the first is played: 60 ms, the lower end of what barge-in can afford (A9)."""


class StereoTrack(AudioStreamTrack):
    """A mono track with its samples on both channels."""

    def __init__(self, mono: AudioStreamTrack) -> None:
        super().__init__()
        self._mono = mono

    async def recv(self) -> AudioFrame:
        mono = await self._mono.recv()
        assert isinstance(mono, AudioFrame)  # an audio track gives nothing else
        both = np.repeat(mono.to_ndarray().reshape(-1), 2).reshape(1, -1)
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(both), format="s16", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = mono.sample_rate, mono.pts, mono.time_base
        return frame

    def stop(self) -> None:
        self._mono.stop()
        super().stop()


class Connection(SmallWebRTCConnection):
    """One browser's peer connection, and the next one when the page comes back with another offer.

    `heard_at` is the loop time of its last sign of life: sound, or a word on the data channel, which after a gap in
    the network comes seconds later than the sound. `away` is set by the leg.
    """

    def __init__(self, ice_servers: list[str]) -> None:
        self.changed = asyncio.Event()  # connection state, or the page said it leaves
        self.heard_at: float | None = None
        self.left = False
        self.away = False
        super().__init__(ice_servers=ice_servers)

    @property
    def answer_sdp(self) -> str:
        answer = self.get_answer()
        assert answer is not None  # initialize or replace has just made it
        return str(answer["sdp"])

    def heard(self) -> None:
        self.heard_at = asyncio.get_running_loop().time()
        if self.away:
            self.changed.set()

    @property
    def alive(self) -> bool:
        """A page that was never heard is judged by its connection alone."""
        if self.left or self._pc.connectionState != "connected":
            return False
        return self.heard_at is None or asyncio.get_running_loop().time() - self.heard_at < LOST_SECONDS

    def is_connected(self) -> bool:
        """What pipecat asks before it sends; its own answer goes by the data channel's pings alone."""
        return self._connect_invoked and self.alive

    async def replace(self, sdp: str) -> None:
        """A new peer connection takes the place of this one, for the page's new offer."""
        self.heard_at, self.left = None, False
        await self.renegotiate(sdp, "offer", restart_pc=True)
        self.changed.set()

    def _setup_listeners(self) -> None:
        super()._setup_listeners()
        current, intake = self._pc, Intake()

        @self._pc.on("connectionstatechange")
        def on_change() -> None:
            self.changed.set()

        @self._pc.on("datachannel")
        def on_datachannel(channel: RTCDataChannel) -> None:
            reads = channel.listeners("message")[0]  # pipecat's, which keeps or logs whatever comes
            channel.remove_listener("message", reads)
            channel.on("message", lambda message: reads(message) if on_message(message) else None)
            on_message("")

        def on_message(message: str | bytes) -> bool:
            """Whether it is for pipecat to read."""
            if self._pc is not current:
                return False  # the last words of a connection that has been replaced
            self.heard()
            if message == LEAVING:
                self.left = True
                self.changed.set()
            ping = isinstance(message, str) and message.startswith("ping")
            return ping or intake.takes(message, asyncio.get_running_loop().time())

    def replace_audio_track(self, track: AudioStreamTrack) -> None:
        super().replace_audio_track(StereoTrack(track))


TEXT_MAX = 500
"""Characters of one message: more is a letter, and no answer."""

LEAVING = json.dumps({"type": "leaving"}, separators=(",", ":"))
"""What a page sends as it is closed, so that the leg ends at once rather than when its pings are missed."""


class PageInput(SmallWebRTCInputTransport):
    """What comes from the page: its sound, silence while it is away, its keys as keypad frames, and what is written."""

    def __init__(self, connection: Connection, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._connection = connection
        self._heard_until = 0.0  # loop time up to which there was sound, or silence in its place
        self._filling: asyncio.Task[None] | None = None

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        self._heard_until = asyncio.get_running_loop().time()
        self._filling = self.create_task(self._fill())

    async def _stop_tasks(self) -> None:
        await super()._stop_tasks()
        if self._filling is not None:
            filling, self._filling = self._filling, None
            await self.cancel_task(filling)

    async def push_audio_frame(self, frame: InputAudioRawFrame) -> None:
        self._connection.heard()
        self._heard_until = asyncio.get_running_loop().time()
        await super().push_audio_frame(frame)

    async def _fill(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(FRAME_SECONDS)
            while self._connection.away and loop.time() - self._heard_until >= FRAME_SECONDS:
                self._heard_until += FRAME_SECONDS
                await super().push_audio_frame(InputAudioRawFrame(SILENCE, RATE, 1))

    async def push_app_message(self, message: Any) -> None:
        if isinstance(message, dict) and message.get("type") == "key":
            button = next((k for k in KeypadEntry if k.value == message.get("key")), None)
            if button is not None:
                await self.push_frame(InputDTMFFrame(button=button))
            return
        if isinstance(message, dict) and message.get("type") == "text":
            if isinstance(text := message.get("text"), str):
                await self.push_frame(InputTextRawFrame(text=text[:TEXT_MAX]))
            return
        await super().push_app_message(message)


class PacedOutput(SmallWebRTCOutputTransport):
    """Keeps `LEAD_FRAMES` ahead of the wire, and stays paced when the peer is gone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ahead: deque[asyncio.Future[bool]] = deque()

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        track: RawAudioTrack | None = self._client._audio_output_track
        if track is None or not self._client.is_connected or self._client.is_closing:
            self._ahead.clear()
            await asyncio.sleep(frame.num_frames / frame.sample_rate)
            return False
        self._ahead.append(track.add_audio_bytes(frame.audio))
        if len(self._ahead) > LEAD_FRAMES:
            # A track that is replaced or closed leaves its futures open: wait no longer than its audio lasts.
            await asyncio.wait({self._ahead.popleft()}, timeout=(LEAD_FRAMES + 1) * FRAME_MS / 1000 * 2)
        return True


class BrowserTransport(SmallWebRTCTransport):
    """The transport of one browser leg, audio only."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        params = TransportParams(
            audio_in_enabled=True,
            audio_out_enabled=True,
            audio_in_sample_rate=RATE,
            audio_out_sample_rate=RATE,
            audio_out_10ms_chunks=FRAME_MS // 10,
            audio_out_end_silence_secs=0,
        )
        super().__init__(connection, params)

    def input(self) -> SmallWebRTCInputTransport:
        if self._input is None:
            self._input = PageInput(self._connection, self._client, self._params, name=self._input_name)
        return self._input

    def output(self) -> SmallWebRTCOutputTransport:
        if self._output is None:
            self._output = PacedOutput(self._client, self._params, name=self._output_name)
        return self._output
