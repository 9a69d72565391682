"""A party that hangs up at a stage of its call, whatever its script would have done later."""

from dataclasses import dataclass
from enum import StrEnum

from telephony.sim.attention import is_loud
from telephony.sim.caller import Step
from telephony.sim.phone import Party
from voice.audio import FRAME_MS, Pcm


class Stage(StrEnum):
    ANSWERED = "answered"  # its telephone is off the hook
    PROMPTED = "prompted"  # it hears the first sound: a greeting, a brief
    KEYED = "keyed"  # it has pressed a key: accepted, or declined
    JOINED = "joined"  # it is in a conference with another party, or dialled through to one


@dataclass(frozen=True, slots=True)
class Leaving:
    """Hangs up `after_ms` into `stage`."""

    stage: Stage
    after_ms: int = 0


class Leaver:
    def __init__(self, inner: Party, leaving: Leaving) -> None:
        self._inner = inner
        self._leaving = leaving
        self._since_ms: int | None = None

    def joined(self) -> None:
        """The carrier has put it together with another party."""
        self._reached(Stage.JOINED)
        tell = getattr(self._inner, "joined", None)
        if tell is not None:
            tell()

    def step(self, heard: Pcm) -> Step:
        step = self._inner.step(heard)
        self._reached(Stage.ANSWERED)
        if is_loud(heard):
            self._reached(Stage.PROMPTED)
        if step.key is not None:
            self._reached(Stage.KEYED)
        if self._since_ms is None:
            return step
        leaves = self._since_ms >= self._leaving.after_ms
        self._since_ms += FRAME_MS
        return Step(step.voice, step.key, step.hangs_up or leaves)

    def _reached(self, stage: Stage) -> None:
        if stage is self._leaving.stage and self._since_ms is None:
            self._since_ms = 0
