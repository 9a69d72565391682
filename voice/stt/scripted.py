"""A recogniser that follows a script instead of listening: for tests of everything behind it.

Lines come in the order of the utterances. When there are more utterances than lines the rest is not understood.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from voice.audio import Pcm
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
        self._lock = Lock()  # several pool workers may ask at once
        self.asked: list[tuple[str, int]] = []

    def transcribe(self, pcm: Pcm, language: str) -> Recognition:
        with self._lock:
            self.asked.append((language, len(pcm) // 8))
            line = self._lines.popleft() if self._lines else Line("", 0.0)
        if isinstance(line, str):
            line = Line(line)
        if line.fails:
            raise RecogniserFailed(f"{NAME}: the script says so, at utterance {len(self.asked)}")
        return Recognition(line.text, line.confidence, NAME)
