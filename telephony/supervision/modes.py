"""How a supervisor takes part in a call, and when each way is possible. Pure; a refusal is a sentence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    LISTEN = "listen"  # hears both, is heard by nobody
    COACH = "coach"  # the agent hears them, the caller does not
    BARGE = "barge"  # both hear them; the system is quiet meanwhile
    TOOK_OVER = "took_over"  # has the call instead of the agent or the system


@dataclass(frozen=True, slots=True)
class Situation:
    """How a call stands as a supervisor asks for something."""

    answered: bool = True
    agent: str = ""  # who talks with the caller; "": the system
    beside: tuple[str, ...] = ()  # whom the agent has brought in
    reached: bool = True  # what we play to the two is heard by them; not in a carrier's conference
    held: bool = False
    searching: bool = False
    joining: bool = False  # an agent has accepted and is being connected
    acting: bool = False  # the backend was asked to do something
    taken_by: str = ""


OVER = "This call is over."
NOT_YET = "Nobody has answered this call yet."
OWN = "You are on this call yourself."
NO_AGENT = "No agent is on this call. Whisper to the system instead."
CONFERENCE = "This call runs through the carrier's conference: you can listen or take over, but not speak beside them."
SEARCHING = "A person is being sought. Take the call over, or let them come."
JOINING = "An agent is being connected right now. Try again in a moment."
ACTING = "The system is carrying something out for the caller. Try again in a moment."
TAKEN = "A colleague has taken this call over."

Check = Callable[[Situation], bool]

_REFUSALS: Mapping[Mode, tuple[tuple[Check, str], ...]] = {
    Mode.LISTEN: (),
    Mode.COACH: (
        (lambda now: bool(now.taken_by), TAKEN),
        (lambda now: not now.agent, NO_AGENT),
        (lambda now: not now.reached, CONFERENCE),
    ),
    Mode.BARGE: (
        (lambda now: bool(now.taken_by), TAKEN),
        (lambda now: not now.reached, CONFERENCE),
        (lambda now: now.joining, JOINING),
        (lambda now: now.searching, SEARCHING),
        (lambda now: not now.agent and now.acting, ACTING),
    ),
    Mode.TOOK_OVER: (
        (lambda now: bool(now.taken_by), TAKEN),
        (lambda now: now.joining, JOINING),
        (lambda now: not now.agent and now.acting, ACTING),
    ),
}


def refusal(mode: Mode, now: Situation, *, who: str) -> str:
    """Why `who` cannot take part in this way now; "" when they can."""
    if not now.answered:
        return NOT_YET
    if who in (now.agent, *now.beside):
        return OWN
    if now.taken_by == who:
        return "" if mode is Mode.TOOK_OVER else "You have this call. Give it back first."
    return next((why for so, why in _REFUSALS[mode] if so(now)), "")


@dataclass(frozen=True, slots=True)
class Heard:
    """Who hears the supervisor."""

    by_agent: bool = False
    by_caller: bool = False


def heard(mode: Mode, *, agent: bool, held: bool) -> Heard:
    """A caller on hold hears their music, not us."""
    if mode is Mode.LISTEN:
        return Heard()
    if mode is Mode.COACH:
        return Heard(by_agent=agent)
    return Heard(by_agent=agent, by_caller=not held)
