"""Made-up sound for hearing's tests, and a detector that takes what is loud for a voice."""

import numpy as np

from voice.audio import FRAME_SAMPLES, RATE, Pcm
from voice.audio import silence as quiet
from voice.ear_events import EarEvent, VoiceOverPrompt
from voice.events import Expect
from voice.hearing import Ear, Settings

__all__ = ["Conversation", "LoudIsVoice", "quiet", "talk"]


def talk(milliseconds: int, *, hz: float = 220.0) -> Pcm:
    """A loud tone, which `LoudIsVoice` takes for a voice."""
    t = np.arange(RATE * milliseconds // 1000) / RATE
    return (8000 * np.sin(2 * np.pi * hz * t)).astype(np.int16)


class LoudIsVoice:
    def probability(self, frame: Pcm) -> float:
        assert len(frame) == FRAME_SAMPLES, f"detectors are fed 20 ms frames, got {len(frame)} samples"
        return 1.0 if np.abs(frame).max() > 1000 else 0.0


class Conversation:
    """An ear that is told and fed things in order, and everything it said."""

    def __init__(self, settings: Settings | None = None, *, expect: Expect | None = None) -> None:
        self.ear = Ear(vad=LoudIsVoice(), settings=settings)
        self.ear.expect(expect or Expect(language="main"))
        self.events: list[EarEvent] = []
        self.lowered: list[bool] = []  # what of the prompt's loudness was told, apart

    def hears(self, *sounds: Pcm, samples: int = FRAME_SAMPLES) -> list[EarEvent]:
        """What happened while these sounds came in, `samples` at a time."""
        pcm = np.concatenate(sounds)
        news = [event for i in range(0, len(pcm), samples) for event in self.ear.feed(pcm[i : i + samples])]
        self.lowered += [event.on for event in news if isinstance(event, VoiceOverPrompt)]
        news = [event for event in news if not isinstance(event, VoiceOverPrompt)]
        self.events += news
        return news
