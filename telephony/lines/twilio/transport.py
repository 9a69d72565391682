"""pipecat's transport of one Twilio leg: 20 ms messages, at the line's pace.

The leg keeps its transport for as long as it lives while the streams under it come and go: two-way, the conference's,
two-way again. Without a two-way stream, what we would play is dropped in its own time.
"""

import asyncio
from collections.abc import Callable

from pipecat.audio.dtmf.types import KeypadEntry
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    InputDTMFFrame,
    InterruptionFrame,
    OutputAudioRawFrame,
    StartFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import BaseTransport, TransportParams

from telephony.lateness import Lateness
from telephony.lines.pacing import Pace
from telephony.lines.twilio.wire import Wire
from voice.audio import FRAME_MS, RATE, Pcm
from voice.pipeline.frames import PlayedMarkFrame, PromptBeganFrame, PromptEndedFrame


class Input(BaseInputTransport):
    """`on_ready` is called once a pipeline takes audio."""

    def __init__(self, params: TransportParams, on_ready: Callable[[], None]) -> None:
        super().__init__(params)
        self._on_ready = on_ready

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)
        self._on_ready()


class PacedOutput(BaseOutputTransport):
    wire: Wire | None = None  # None: nobody hears us

    def __init__(self, params: TransportParams, late: Lateness | None) -> None:
        super().__init__(params)
        self._pace = Pace(late)

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, InterruptionFrame):
            await self._clear()

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        if self.wire is not None:
            await self.wire.audio(frame.audio)
        await asyncio.sleep(self._pace.sent(frame, asyncio.get_running_loop().time()))
        return True

    async def write_transport_frame(self, frame: Frame) -> None:
        if isinstance(frame, PromptBeganFrame):
            self._pace.prompt(True)
        if not isinstance(frame, PromptEndedFrame):
            return
        self._pace.prompt(False)
        if self.wire is not None:
            await self.wire.mark(frame.say_id)  # in its place behind the audio
        else:
            await self.push_frame(PlayedMarkFrame(frame.say_id))

    async def _clear(self) -> None:
        if self._pace.taken_back(asyncio.get_running_loop().time()) and self.wire is not None:
            await self.wire.clear()


class TwilioTransport(BaseTransport):
    """`late` is told how late our frames leave."""

    def __init__(self, late: Lateness | None = None) -> None:
        super().__init__()
        params = TransportParams(
            audio_in_enabled=False,  # no queue and task for it: see `said`
            audio_out_enabled=True,
            audio_in_sample_rate=RATE,
            audio_out_sample_rate=RATE,
            audio_out_10ms_chunks=FRAME_MS // 10,
            audio_out_end_silence_secs=0,
        )
        self.ready = asyncio.Event()  # a pipeline takes audio
        self._input = Input(params, self.ready.set)
        self._output = PacedOutput(params, late)

    def input(self) -> Input:
        return self._input

    def output(self) -> PacedOutput:
        return self._output

    def speak_to(self, wire: Wire | None) -> None:
        """What is played goes there from now on. Marks that an earlier wire owes us will not come any more; the prompt
        they belong to goes on after its time."""
        self._output.wire = wire

    async def said(self, pcm: Pcm) -> None:
        """The party said this. Straight into the pipeline: pipecat's own way takes a queue, a task and a timer a frame,
        a fifth of what an idle call costs."""
        await self._input.push_frame(InputAudioRawFrame(pcm.tobytes(), RATE, 1))

    async def pressed(self, key: KeypadEntry) -> None:
        await self._input.push_frame(InputDTMFFrame(key))

    async def played(self, mark: str) -> None:
        await self._input.push_frame(PlayedMarkFrame(mark))
