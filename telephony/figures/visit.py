"""One call as the figures see it: what came of it, when people came, how well it was heard. `reading.py` makes it."""

from dataclasses import dataclass

OVER = ("ended", "abandoned", "callback", "resumed")
STAGES = ("requested", "queued", "offered", "answered", "briefed", "accepted", "bridged")


@dataclass(frozen=True, slots=True)
class Search:
    """One search for a person within a call. Times are milliseconds of call time."""

    handoff: str
    began_ms: int
    reached: str = "requested"  # the furthest of STAGES
    agent: str = ""
    bridged_ms: int | None = None
    over_ms: int | None = None
    outcome: str = ""  # ended | abandoned | callback | resumed; "": the journal does not say
    why: str = ""

    @property
    def wait_s(self) -> float | None:
        """From the search's begin to the person, or to the end of waiting."""
        until = self.bridged_ms if self.bridged_ms is not None else self.over_ms
        return None if until is None else (until - self.began_ms) / 1000


@dataclass(frozen=True, slots=True)
class Visit:
    """One call. `talk_s`: with people, hold included. `wrap_s`: from the end of a talk to its wrap-up."""

    call: str
    at: float  # wall seconds at which it was offered
    line: str = ""
    inbound: bool = True
    caller: str = ""  # "" where the line gave no number
    language: str = ""
    answered: bool = False
    turned_away: bool = False
    outcome: str = ""
    ended_by: str = ""
    seconds: float = 0.0
    triggers: tuple[str, ...] = ()
    searches: tuple[Search, ...] = ()
    talk_s: tuple[float, ...] = ()
    wrap_s: tuple[float, ...] = ()
    confidences: tuple[float, ...] = ()  # of what the caller said to the system
    refused: int = 0  # utterances that were not understood
    asked_again: bool | None = None  # in the first minute with a person; None: nobody came, or nobody spoke
    approval_s: tuple[float, ...] = ()
    rating: int | None = None  # 1 to 5, the caller's own
    callback: bool = False  # a call that we made, to keep a promise

    @property
    def with_person(self) -> bool:
        return any(search.bridged_ms is not None for search in self.searches)

    @property
    def quality(self) -> float | None:
        """How sure the recogniser was of this caller, 0 to 1; None when they said nothing."""
        heard = len(self.confidences) + self.refused
        return sum(self.confidences) / heard if heard else None

    @property
    def stage(self) -> str:
        """How far the search for a person came; "" when none was begun."""
        reached = [STAGES.index(search.reached) for search in self.searches]
        return STAGES[max(reached)] if reached else ""
