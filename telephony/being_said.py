"""What is being said on a call at this moment: shown to whoever looks, kept by nobody, and acted on by nothing."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from voice.events import Say
from voice.pipeline.guess import Partial

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BeingSaid:
    """The words so far of an utterance that goes on, redacted as those of a whole one are."""

    call: str
    speaker: str  # caller | agent | system
    text: str
    who: str = ""  # the agent or supervisor


class Onlooker(Protocol):
    """Somebody who may have calls before their eyes."""

    def looks_at(self, call: str) -> bool: ...

    def being_said(self, said: BeingSaid) -> None: ...


class Onlookers:
    """All of a service's. One that fails touches neither a call nor the others."""

    def __init__(self) -> None:
        self._all: list[Onlooker] = []
        self._readers: list[Callable[[BeingSaid], None]] = []

    def add(self, onlooker: Onlooker) -> None:
        self._all.append(onlooker)

    def reads(self, reader: Callable[[BeingSaid], None]) -> None:
        """Hears of the system's own prompts alone, whole and as each begins: these need no guessing."""
        self._readers.append(reader)

    def begins(self, said: BeingSaid) -> None:
        for reader in self._readers:
            try:
                reader(said)
            except Exception:
                log.exception("call %s: a reader of prompts failed", said.call)

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
    """Implements `voice.pipeline.guess.Viewers` for one leg of `call`. `said` makes of words what may be shown,
    `prompt` of a prompt; None: it is for nobody's eyes."""

    onlookers: Onlookers
    call: str
    said: Callable[[str], BeingSaid]
    prompt: Callable[[Say], BeingSaid | None]

    @property
    def looking(self) -> bool:
        return self.onlookers.look_at(self.call)

    def show(self, partial: Partial) -> None:
        self.onlookers.being_said(self.said(partial.text))

    def begins(self, say: Say) -> None:
        if (shown := self.prompt(say)) is not None:
            self.onlookers.begins(shown)
