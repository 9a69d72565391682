"""A house with agents and rules, where callers wait and agents come and go: for the stories of routing."""

from datetime import UTC, datetime, timedelta

from telephony.agents.agent import Address, Agent, AgentId, Presence
from telephony.agents.roster import Roster
from telephony.agents.routing import Needs
from telephony.agents.rules import QueueRules, Rules
from telephony.agents.staff import Found, Staff
from voice.dialogue.hours import Hours

MONDAY_9 = datetime(2026, 11, 23, 9, tzinfo=UTC)
NOBODY: frozenset[str] = frozenset()
P = Presence
OVERFLOW = Rules(queues={"general": QueueRules(overflow="cards", overflow_seconds=60)})


class House:
    """A staff with two queues, `general` and `cards`, whose time the test moves."""

    def __init__(self, *agents: Agent, rules: Rules | None = None) -> None:
        self.now_ms = 0
        self.unreachable: set[str] = set()
        self.staff = Staff(
            roster=Roster(agents),
            needs={name: Needs(frozenset({name})) for name in ("general", "cards")},
            now_ms=lambda: self.now_ms,
            rules=rules,
            clock=lambda: MONDAY_9 + timedelta(milliseconds=self.now_ms),
            reachable=lambda agent: agent.id not in self.unreachable,
        )
        for one in agents:
            self.staff.roster.set(one.id, P.AVAILABLE, 0)

    def at(self, seconds: float) -> "House":
        self.now_ms = round(seconds * 1000)
        self.staff.roster.expire(self.now_ms)
        return self

    def looks(self, handoff: str, queue: str = "general", **known: str) -> str | None:
        """Joins, unless they did, and looks for an agent."""
        self.staff.join(f"call of {handoff}", handoff, queue, **known)
        return self.again(handoff, queue)

    def again(self, handoff: str, queue: str = "general", excluding: frozenset[str] = NOBODY) -> str | None:
        found: Found | None = self.staff.reserve(handoff, queue, excluding)
        return found.id if found else None

    def sets(self, agent: str, *presences: Presence) -> None:
        for presence in presences:
            self.staff.roster.set(agent, presence, self.now_ms)

    def presence(self, agent: str) -> Presence:
        return self.staff.roster.seat(agent).presence


def agent(name: str, skills: str = "general cards", *, languages: str = "en", tiers: str = "") -> Agent:
    return Agent(
        AgentId(name), name.title(), Address("simulated", name), frozenset(skills.split()),
        frozenset(languages.split()), frozenset(tiers.split()),
    )  # fmt: skip


def closed_until_10(overflow: str | None = None) -> Rules:
    return Rules(queues={"general": QueueRules(hours=Hours(opens=600, closes=1080), overflow=overflow)})
