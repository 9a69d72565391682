"""The frames that our processors exchange beside pipecat's own.

What must survive a barge-in is a `SystemFrame`; what must stay in line with the audio being played is a `ControlFrame`
(pipecat's output transport hands it on when the audio before it has been sent).
"""

from dataclasses import dataclass

from pipecat.frames.frames import ControlFrame, SystemFrame

from voice.ear_events import Segment
from voice.events import Event, Expect, HangUp, Say


@dataclass
class SegmentFrame(SystemFrame):
    """One utterance's audio, cut out by the ear. `language` and `sensitive`: what was expected when it ended."""

    segment: Segment
    language: str
    sensitive: bool


@dataclass
class PauseFrame(SystemFrame):
    """What is the whole utterance if nothing more is said, and what was expected when it paused."""

    segment: Segment
    expected: Expect


@dataclass
class ResumeFrame(SystemFrame):
    """More is said: the pause before was not the end."""


@dataclass
class PartFrame(SystemFrame):
    """An utterance that goes on, up to now."""

    segment: Segment
    expected: Expect


@dataclass
class EventFrame(SystemFrame):
    """Something the mind must hear of."""

    event: Event
    sensitive: bool = False


@dataclass
class TakeBackFrame(SystemFrame):
    """Nothing that was to be said before this shall be said, nor a hang-up that waits for it be carried out."""


@dataclass
class SayFrame(SystemFrame):
    """Something to speak, or the hang-up that waits for what is still being spoken."""

    say: Say | HangUp


@dataclass
class MusicFrame(SystemFrame):
    """Soft music whenever nothing is said, from now on, or no more."""

    on: bool


@dataclass
class PromptBeganFrame(ControlFrame):
    """Leaves the output right before the prompt's first sound."""

    say_id: str


@dataclass
class PromptEndedFrame(ControlFrame):
    """Leaves the output right after the prompt's last sound was sent. A line with marks sends its mark here."""

    say_id: str


@dataclass
class PlayedMarkFrame(SystemFrame):
    """The line says that everything before `mark` was really played (or cleared)."""

    mark: str


@dataclass
class PlayedFrame(SystemFrame):
    """Upstream from behind the output: this prompt has been heard to its end."""

    say_id: str


@dataclass
class SpokenFrame(SystemFrame):
    """Upstream from the speaker: nothing is left to say, the hang-up may happen."""

    hang_up: HangUp
