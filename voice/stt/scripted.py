"""A recogniser that follows a script instead of listening: for tests of everything behind it.

Lines come in the order of the utterances. When there are more utterances than lines the rest is not understood. An
utterance that is heard at a pause first, and then to its end, is one: the sound begins alike, and its line stays.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np

from voice.audio import RATE, Pcm
from voice.errors import RecogniserFailed
from voice.stt import Languages, Recogniser, Recognition

NAME = "scripted"


@dataclass(frozen=True, slots=True)
class Line:
    """What is heard of one utterance. `fails`: the engine breaks on it instead."""

    text: str
    confidence: float = 1.0
    fails: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    lines: Sequence[Line | str] = ()


def open(settings: Settings, languages: Languages) -> Recogniser:
    return ScriptedRecogniser(settings.lines)


class ScriptedRecogniser:
    """Also remembers what it was asked: `asked` holds the state and the length (ms) of every utterance."""

    def __init__(self, lines: Sequence[Line | str] = ()) -> None:
        self._lines = deque(lines)
        self._latest: tuple[Pcm, Line] | None = None
        self._lock = Lock()  # several pool workers may ask at once
        self.asked: list[tuple[str, int]] = []

    def transcribe(self, pcm: Pcm, language: str) -> Recognition:
        with self._lock:
            self.asked.append((language, len(pcm) // 8))
            if self._latest is not None and _goes_on(pcm, self._latest[0]):
                line = self._latest[1]
            else:
                next_line = self._lines.popleft() if self._lines else Line("", 0.0)
                line = Line(next_line) if isinstance(next_line, str) else next_line
            self._latest = pcm, line
        if line.fails:
            raise RecogniserFailed(f"{NAME}: the script says so, at utterance {len(self.asked)}")
        return Recognition(line.text, line.confidence, NAME)


_PAUSE_SAMPLES = RATE // 10  # a pause is told of after 100 ms; a clip said twice is found to end 20 ms later, or sooner


def _goes_on(pcm: Pcm, before: Pcm) -> bool:
    return len(pcm) >= len(before) + _PAUSE_SAMPLES and np.array_equal(pcm[: len(before)], before)
