"""What is being said on a call at this moment: shown to whoever looks, kept by nobody, and acted on by nothing."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from voice.pipeline.guess import Partial

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BeingSaid:
    """The words so far of an utterance that goes on, redacted as those of a whole one are."""

    call: str
    speaker: str  # caller | agent
    text: str


class Onlooker(Protocol):
    """Somebody who may have calls before their eyes."""

    def looks_at(self, call: str) -> bool: ...

    def being_said(self, said: BeingSaid) -> None: ...


class Onlookers:
    """All of a service's. One that fails touches neither a call nor the others."""

    def __init__(self) -> None:
        self._all: list[Onlooker] = []

    def add(self, onlooker: Onlooker) -> None:
        self._all.append(onlooker)

    def look_at(self, call: str) -> bool:
        return any(one.looks_at(call) for one in self._all)

    def being_said(self, said: BeingSaid) -> None:
        for one in self._all:
            if not one.looks_at(said.call):
                continue
            try:
                one.being_said(said)
            except Exception:
                log.exception("call %s: an onlooker failed", said.call)


@dataclass(frozen=True, slots=True)
class LegViewers:
    """Implements `voice.pipeline.guess.Viewers` for one leg of `call`. `said` makes of words what may be shown."""

    onlookers: Onlookers
    call: str
    said: Callable[[str], BeingSaid]

    @property
    def looking(self) -> bool:
        return self.onlookers.look_at(self.call)

    def show(self, partial: Partial) -> None:
        self.onlookers.being_said(self.said(partial.text))
