"""A simulated agent's telephone: how it answers when it is rung, and what its owner does then."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from telephony.sim.caller import Caller
from telephony.sim.leaving import Leaver, Leaving, Stage
from telephony.sim.phone import Party
from telephony.sim.script import HangUp, Item, Key, LetPromptPass, Speak, Wait
from voice.audio import RATE, Pcm


class Ringing(StrEnum):
    """What comes of ringing; all but the first are Twilio's final CallStatus."""

    ANSWERS = "answers"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SimAgent:
    """`script` runs from the moment of answering; `leaves` ends it early."""

    script: tuple[Item, ...] = ()
    ringing: Ringing = Ringing.ANSWERS
    ring_seconds: float = 2.0  # until it answers, or is found busy
    leaves: Leaving | None = None

    def answer(self) -> Party:
        caller = Caller(self.script)
        return caller if self.leaves is None else Leaver(caller, self.leaves)

    def leaving(self, stage: Stage, after_seconds: float = 0.0) -> "SimAgent":
        """The same agent, who hangs up at this stage."""
        return replace(self, leaves=Leaving(stage, round(after_seconds * 1000)))


def accepts(*then: Item, ring_seconds: float = 2.0, stays_seconds: float | None = None) -> SimAgent:
    """Listens to the brief, presses 1, does `then`, and hangs up `stays_seconds` after that (None: stays)."""
    return SimAgent((Key("1", after_prompt=True), *then, *_leaving(stays_seconds)), ring_seconds=ring_seconds)


def accepts_at_once(*then: Item, after_seconds: float, ring_seconds: float = 2.0) -> SimAgent:
    """Presses 1 without waiting for the end of the brief."""
    return SimAgent((Wait(round(after_seconds * 1000)), Key("1"), *then), ring_seconds=ring_seconds)


def declines(*, ring_seconds: float = 2.0) -> SimAgent:
    return SimAgent((Key("2", after_prompt=True),), ring_seconds=ring_seconds)


def dawdles(*, ring_seconds: float = 2.0) -> SimAgent:
    """Answers, listens, and presses nothing."""
    return SimAgent((LetPromptPass(),), ring_seconds=ring_seconds)


def hangs_up_in_brief(*, after_seconds: float, ring_seconds: float = 2.0) -> SimAgent:
    return SimAgent((Wait(round(after_seconds * 1000)), HangUp()), ring_seconds=ring_seconds)


def voicemail(greeting: Pcm, *, ring_seconds: float = 4.0) -> SimAgent:
    """A machine: speaks its greeting over ours and never presses a key."""
    return SimAgent((Speak(greeting),), ring_seconds=ring_seconds)


def silent(*, ring_seconds: float = 2.0) -> SimAgent:
    """Answers and is never heard."""
    return SimAgent(ring_seconds=ring_seconds)


def menu(prompt: Pcm, *, times: int = 3, pause_seconds: float = 3.0, ring_seconds: float = 1.0) -> SimAgent:
    """An answering system: reads its menu out, waits for a key that never comes, and gives up after a few times."""
    reading = (Speak(prompt), Wait(round(pause_seconds * 1000)))
    return SimAgent((*reading * times, HangUp()), ring_seconds=ring_seconds)


def hold_queue(
    announcement: Pcm, music: Pcm, *then: Item, holds_seconds: float = 60.0, ring_seconds: float = 1.0
) -> SimAgent:
    """A queue at the destination: announcement and music in turn; after `holds_seconds` a person who does `then`."""
    round_ms = 1000 * (len(announcement) + len(music)) // RATE
    rounds = max(1, round(holds_seconds * 1000 / max(round_ms, 1)))
    return SimAgent((*(Speak(announcement), Speak(music)) * rounds, *then), ring_seconds=ring_seconds)


def is_busy(*, ring_seconds: float = 0.5) -> SimAgent:
    return SimAgent(ringing=Ringing.BUSY, ring_seconds=ring_seconds)


def never_answers() -> SimAgent:
    return SimAgent(ringing=Ringing.NO_ANSWER)


def cannot_be_reached(*, ring_seconds: float = 0.5) -> SimAgent:
    return SimAgent(ringing=Ringing.FAILED, ring_seconds=ring_seconds)


def _leaving(seconds: float | None) -> Sequence[Item]:
    return () if seconds is None else (Wait(round(seconds * 1000)), HangUp())
