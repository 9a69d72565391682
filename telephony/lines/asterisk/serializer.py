"""chan_websocket's messages to pipecat's frames and back: binary is mu-law, text is control.

Asterisk forgets the marks of what it flushes; they are returned here, as every other carrier does.
"""

import logging
from collections import Counter
from collections.abc import Callable

import numpy as np
from pipecat.audio.dtmf.types import KeypadEntry
from pipecat.frames.frames import AudioRawFrame, Frame, InputAudioRawFrame, InputDTMFFrame, InterruptionFrame
from pipecat.serializers.base_serializer import FrameSerializer

from telephony.lines.asterisk.messages import FLUSH, Drop, Flow, Key, Mark, MediaStart, mark, parse
from voice.audio import RATE
from voice.g711 import mulaw_decode, mulaw_encode
from voice.pipeline.frames import PlayedMarkFrame, PromptEndedFrame

log = logging.getLogger(__name__)

MARKS_OUTSTANDING_MAX = 1000  # a call speaks a few prompts a minute; more means that nobody returns them


class MediaSerializer(FrameSerializer):
    """`keys`: whether keys are taken from here. `held`: the party has us on hold, and what comes is not speech."""

    def __init__(self, *, leg: str, dropped: Counter[str], keys: Callable[[], bool], held: Callable[[], bool]) -> None:
        super().__init__()
        self._leg = leg
        self._dropped = dropped
        self._keys = keys
        self._held = held
        self._seen: set[Drop] = set()
        self._flows = True
        self._made = 0
        self._marks: dict[str, str] = {}  # our name of the mark → what it stands for
        self._flushed: list[str] = []

    async def deserialize(self, data: str | bytes) -> Frame | None:
        if isinstance(data, bytes):
            pcm = mulaw_decode(data)
            return (
                InputAudioRawFrame((np.zeros_like(pcm) if self._held() else pcm).tobytes(), RATE, 1) if data else None
            )
        match parse(data):
            case Mark(name=name):
                if name in self._marks:
                    return PlayedMarkFrame(self._marks.pop(name))
                self._drop(Drop.UNKNOWN_MARK)
            case Key(digit=digit) if self._keys():
                frame = key_frame(digit)
                if frame is None:
                    self._drop(Drop.UNKNOWN_KEY)
                return frame
            case Flow(on=on):
                log.warning("leg %s: Asterisk takes %s", self._leg, "audio again" if on else "no more audio for now")
                self._flows = on
            case MediaStart():
                self._drop(Drop.SECOND_START)
            case Drop() as drop:
                self._drop(drop)
            case _:
                pass
        return None

    async def serialize(self, frame: Frame) -> str | bytes | None:
        match frame:
            case InterruptionFrame():
                self._flushed += self._marks.values()
                self._marks.clear()
                return FLUSH
            case PromptEndedFrame(say_id=said):
                return self._mark(said)
            case AudioRawFrame(audio=pcm) if pcm and self._flows:
                return mulaw_encode(np.frombuffer(pcm, dtype=np.int16))
            case _:
                return None

    def flushed(self) -> list[str]:
        """What the marks stood for that Asterisk has forgotten since this was asked last."""
        flushed, self._flushed = self._flushed, []
        return flushed

    def _mark(self, said: str) -> str:
        if len(self._marks) >= MARKS_OUTSTANDING_MAX:
            self._marks.pop(next(iter(self._marks)))
        self._made += 1
        name = f"m{self._made}"  # short, whatever it stands for: Asterisk ignores a long command
        self._marks[name] = said
        return mark(name)

    def _drop(self, reason: Drop) -> None:
        self._dropped[reason.value] += 1
        if reason not in self._seen:
            self._seen.add(reason)
            log.warning("leg %s: media message dropped: %s (further ones are counted only)", self._leg, reason)


def key_frame(digit: str) -> InputDTMFFrame | None:
    """None for A to D, which no telephone in use has."""
    try:
        return InputDTMFFrame(KeypadEntry(digit))
    except ValueError:
        return None
