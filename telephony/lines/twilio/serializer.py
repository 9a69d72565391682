"""Twilio's messages to pipecat's frames and back. A message that makes no sense is counted and the call goes on.

pipecat's own serializer ends the call on one bad message, ignores `mark` and `stop`, and hangs up by itself; here
hanging up is the leg's business.
"""

import base64
import json
import logging
from collections import Counter
from collections.abc import Callable, Mapping

import numpy as np
from pipecat.audio.dtmf.types import KeypadEntry
from pipecat.frames.frames import AudioRawFrame, Frame, InputAudioRawFrame, InputDTMFFrame
from pipecat.serializers.twilio import TwilioFrameSerializer

from telephony.lines.twilio.messages import Connected, Drop, Dtmf, Mark, Media, Message, Start, Stop, parse
from voice.audio import RATE
from voice.g711 import mulaw_decode, mulaw_encode
from voice.pipeline.frames import PlayedMarkFrame, PromptEndedFrame

log = logging.getLogger(__name__)
MARKS_OUTSTANDING_MAX = 1000  # a call speaks a few prompts a minute; more means that nobody returns them


class Drops:
    """How many messages of one call were ignored, by reason. The first of each reason is logged. `total` counts those
    of all calls."""

    def __init__(self, call: str, total: Counter[str] | None = None) -> None:
        self._call = call
        self._counts: Counter[Drop] = Counter()
        self._total = Counter() if total is None else total

    @property
    def counts(self) -> Mapping[Drop, int]:
        return dict(self._counts)

    def count(self, reason: Drop) -> None:
        self._counts[reason] += 1
        self._total[reason.value] += 1
        if self._counts[reason] == 1:
            log.warning("media message dropped: %s, call %s (further ones are counted only)", reason, self._call)


class MediaSerializer(TwilioFrameSerializer):
    """`on_stop` is called once, when Twilio says that the stream or its call has ended."""

    def __init__(self, *, stream_sid: str, call_sid: str, drops: Drops, on_stop: Callable[[], None]) -> None:
        super().__init__(
            stream_sid=stream_sid, call_sid=call_sid, params=TwilioFrameSerializer.InputParams(auto_hang_up=False)
        )
        self._sid = stream_sid
        self._drops = drops
        self._on_stop = on_stop
        self._stopped = False
        self._marks: dict[str, int] = {}  # name → how often it is still to come back

    async def deserialize(self, data: str | bytes) -> Frame | None:
        message = parse(data)
        if self._stopped:
            message = Drop.AFTER_STOP
        elif isinstance(message, (Media, Dtmf, Mark, Stop)) and message.stream_sid != self._sid:
            message = Drop.WRONG_STREAM
        frame = message if isinstance(message, Drop) else self._frame(message)
        if isinstance(frame, Drop):
            self._drops.count(frame)
            return None
        return frame

    def _frame(self, message: Message) -> Frame | Drop | None:
        match message:
            case Media(mulaw=mulaw):
                return InputAudioRawFrame(mulaw_decode(mulaw).tobytes(), RATE, 1) if mulaw else None
            case Dtmf(digit=digit):
                return _key(digit)
            case Mark(name=name):
                return self._returned(name)
            case Stop():
                self._stopped = True
                self._on_stop()
                return None
            case Start() | Connected():
                return Drop.SECOND_START

    def _returned(self, name: str) -> Frame | Drop:
        left = self._marks.pop(name, 0)
        if not left:
            return Drop.UNKNOWN_MARK
        if left > 1:
            self._marks[name] = left - 1
        return PlayedMarkFrame(name)

    async def serialize(self, frame: Frame) -> str | bytes | None:
        if isinstance(frame, PromptEndedFrame):
            return self._mark(frame.say_id)
        if isinstance(frame, AudioRawFrame) and frame.sample_rate == RATE:
            return self._media(frame.audio)
        return await super().serialize(frame)

    def _media(self, pcm: bytes) -> str | None:
        if not pcm:
            return None
        payload = _base64(mulaw_encode(np.frombuffer(pcm, dtype=np.int16)))
        return json.dumps({"event": "media", "streamSid": self._sid, "media": {"payload": payload}})

    def _mark(self, name: str) -> str:
        if len(self._marks) >= MARKS_OUTSTANDING_MAX:
            self._marks.pop(next(iter(self._marks)))
        self._marks[name] = self._marks.get(name, 0) + 1
        return json.dumps({"event": "mark", "streamSid": self._sid, "mark": {"name": name}})


def _key(digit: str) -> Frame | Drop:
    try:
        return InputDTMFFrame(KeypadEntry(digit))
    except ValueError:  # A to D, which no telephone in use has
        return Drop.UNKNOWN_KEY


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
