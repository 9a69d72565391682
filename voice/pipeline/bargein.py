"""The frames of a barge-in: a prompt is lowered, stopped by pipecat's interruption, and then goes on or is given up.

All are system frames, so they keep their order with the interruption and are not dropped by it.
"""

import asyncio
from dataclasses import dataclass

from pipecat.frames.frames import SystemFrame

from voice.events import Heard, Played


@dataclass
class DuckFrame(SystemFrame):
    """Somebody may be speaking over the prompt: what is not sent yet is lowered, or raised again."""

    on: bool


@dataclass
class GiveUpFrame(SystemFrame):
    """What was stopped does not go on: a key was pressed, which is an answer."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What the speaker made of an utterance. `answer`: the mind shall hear it, after `played`; else it was nothing."""

    answer: bool
    played: tuple[Played, ...] = ()


@dataclass
class SettleFrame(SystemFrame):
    """`heard` is perhaps what stopped a prompt. The speaker goes on with that or gives it up, and says which."""

    heard: Heard
    yes_no: bool  # such an answer is expected
    settled: "asyncio.Future[Settled]"
