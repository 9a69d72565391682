"""A colleague whom an agent brings in, in the words of a desk: what became of them, and who of the two said what."""

from telephony.desk.messages import LineModel
from telephony.events import (
    AgentBriefed,
    Bridged,
    CompanionAsked,
    CompanionJoined,
    CompanionOver,
    Entry,
    Heard,
    Unbridged,
)

A_COLLEAGUE = "Colleague"

OVER = {
    "declined": "{name} cannot join",
    "busy": "{name} is on the telephone",
    "no_answer": "{name} did not answer",
    "timed_out": "{name} did not decide in time",
    "machine": "A machine answered for {name}",
    "failed": "{name} could not be reached",
    "withdrawn": "{name} is asked no more",
    "left": "{name} has left",
    "let_go": "{name} was let go",
    "goes_on": "{name} goes on with the caller",
}  # the rest ends with the call, which has a line of its own


def told(entry: CompanionOver) -> str:
    words = OVER.get(entry.why, "").format(name=entry.name)
    return f"{words}: {entry.reason}" if words and entry.reason else words


def as_note(entry: CompanionAsked | CompanionJoined | CompanionOver) -> str | None:
    match entry:
        case CompanionAsked(agent_name=by, name=name, notes=notes):
            return f"{by} asks {name} to join{f': {notes}' if notes else ''}"
        case CompanionJoined(name=name):
            return f"{name} has joined: all three hear each other"
        case CompanionOver():
            return told(entry) or None


class Names:
    """Who the agents of one call are, as far as its entries tell."""

    def __init__(self, me: str) -> None:
        self._me = me
        self._names: dict[str, str] = {}

    def learn(self, entry: Entry) -> None:
        if isinstance(entry, CompanionAsked):
            self._names |= {entry.agent: entry.agent_name, entry.companion: entry.name}

    def read(self, entry: Entry, line: LineModel) -> LineModel | None:
        """`line`, made of `entry`, as this desk's agent reads it: not what was done to another as if to them."""
        match entry:
            case Heard(who=who):
                return line.model_copy(update={"name": self.above(who)})
            case Bridged(agent=agent) if agent != self._me:
                return line.model_copy(update={"text": f"{self._name(agent)} and the caller are connected"})
            case Unbridged(agent=agent, by="colleague"):
                who = "You have" if agent == self._me else f"{self._name(agent)} has"
                return line.model_copy(update={"text": f"{who} left"})
            case AgentBriefed(agent=agent) if agent != self._me:
                return None
            case _:
                return line

    def above(self, who: str) -> str:
        """The name above what `who` says; "" for this desk's agent, and for a caller."""
        return "" if who in ("", self._me) else self._name(who)

    def _name(self, who: str) -> str:
        return self._names.get(who, A_COLLEAGUE)
