"""Recognisers, one engine a file. Each module is a plug: a frozen `Settings` and `open(settings, languages)`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from voice.audio import Pcm


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    start_ms: int  # from the utterance's first sample
    end_ms: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Recognition:
    """`text` is lower case without punctuation, "" when nothing was understood; `confidence` 0..1.

    `alternatives`: what else a number may have been, likeliest first, of an engine that knows.
    `refused` names the guard that did not believe what the engine wrote (`voice/stt/guards.py`); its text is gone then.
    """

    text: str
    confidence: float
    engine: str
    words: tuple[Word, ...] = ()
    refused: str = ""
    alternatives: tuple[str, ...] = ()


class Recogniser(Protocol):
    """One engine instance. Called from one pool worker at a time, never on the event loop."""

    def transcribe(self, pcm: Pcm, language: str) -> Recognition:
        """`pcm`: int16 mono 8 kHz, one utterance with its pre-roll. `language`: name of the state's language model."""
        ...


Languages = Mapping[str, Sequence[str]]
"""Dialogue state → the sentences it expects (already expanded with slot values), for engines that are constrained."""

ANYTHING = "*"
"""Among a state's sentences: whatever else people say to a service line may come too."""

YES_OR_NO = "*?"
"""Among a state's sentences: a yes or a no is what was asked for."""
