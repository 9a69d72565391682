"""Joins the caller with an agent, holds the caller, parts the two: over the line's own bridge where it has one and it
works, else over the relay in this process.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from telephony import events as entries
from telephony.bridge import Withholds, own_bridge, plays_us
from telephony.errors import BridgeFailed
from telephony.leg import Holds, Leg, LegState, Line
from telephony.switchboard.accompanied import Accompanied
from telephony.switchboard.attempt import Attempt
from telephony.switchboard.caller_side import CallerSide
from telephony.switchboard.fading import FadingBridge, Side
from telephony.switchboard.relay import RelayBridge
from voice.events import PersonNews, PersonStage
from voice.pipeline.session import Session

_LEFT_BY = {
    "agent": "agent",
    "handed_back": "agent",
    "hung_up": "agent",
    "declined": "agent",
    "caller": "caller",
    "caller_left": "caller",
}
"""Why a handoff moved → who ended the bridge. The longer words come from a leg that ended as it was being joined."""

HELD_WORD_SECONDS = 25.0
"""Between two words to a caller on hold: never more than 30 s of music alone."""


@dataclass(slots=True)
class _Pair:
    """The agent the caller is joined with."""

    agent: str
    name: str | None
    leg: object
    session: Session
    bridge: Withholds
    held: bool = False
    holds: int = 0  # ended so far; a reminder of an earlier one is silent


@dataclass(frozen=True, slots=True)
class Talk:
    """The caller and an agent, joined: what a third who listens in has to know."""

    agent: str
    name: str | None
    session: Session  # the agent's
    held: bool
    plays_us: bool  # what the sessions are given to play is heard
    beside: tuple[tuple[str, Session], ...] = ()  # the colleague they brought in, and what is theirs


class Joining:
    """One caller's bridges, one at a time. `held_by_phone`: the agent's own phone holds, or no longer."""

    def __init__(
        self,
        *,
        handoff: str,
        caller: CallerSide,
        lines: Mapping[str, Line],
        start: Callable[[Coroutine[Any, Any, None]], object],
        held_by_phone: Callable[[bool], object],
    ) -> None:
        self._handoff = handoff
        self._caller = caller
        self._lines = lines
        self._start = start
        self._held_by_phone = held_by_phone
        self._pair: _Pair | None = None

    @property
    def joined(self) -> bool:
        return self._pair is not None

    @property
    def talk(self) -> Talk | None:
        pair = self._pair
        return None if pair is None else Talk(pair.agent, pair.name, pair.session, pair.held, plays_us(pair.bridge))

    async def join(self, attempt: Attempt, leg: Leg, session: Session, name: str | None) -> bool:
        """Whether they hear each other now; if not, one of the two has left, and the news of it is on its way."""
        caller, agent = self._caller, attempt.agent
        await caller.session.hush()  # before the record, which may keep us waiting
        caller.session.listen_only(True)
        await caller.journal.try_commit(entries.Bridged(self._handoff, agent))
        attempt.joined()
        await session.hush()
        bridge = await self._bridged(leg, session)
        if bridge is None:
            by = "caller" if caller.leg.state is LegState.ENDED else "agent"
            caller.journal.append(entries.Unbridged(self._handoff, agent, by))
            caller.session.listen_only(False)
            return False
        caller.session.silent(not plays_us(bridge))
        self._pair = _Pair(agent, name, leg, session, self._watched(bridge, leg, session, name))
        if isinstance(leg, Holds):
            leg.when_held(self._held_by_phone)
        return True

    async def succeed(
        self, attempt: Attempt, leg: Leg, session: Session, name: str | None, *, apart: Callable[[], None]
    ) -> None:
        """The agent has left, and one who was beside them goes on. `apart`: they are heard over the new bridge from
        here on. Should one of the two have left too, the news of it is on its way."""
        pair, caller = self._pair, self._caller
        assert pair is not None  # nobody is beside an agent who is not joined
        if isinstance(pair.leg, Holds):
            pair.leg.when_held(None)
        caller.journal.append(entries.Unbridged(self._handoff, pair.agent, "colleague"))
        await caller.journal.try_commit(entries.Bridged(self._handoff, attempt.agent))
        await pair.bridge.part()
        apart()
        bridge = await self._bridged(leg, session) or RelayBridge(caller.session, session)
        caller.session.silent(not plays_us(bridge))
        watched = self._watched(bridge, leg, session, name)
        self._pair = _Pair(attempt.agent, name, leg, session, watched)
        if isinstance(leg, Holds):
            leg.when_held(self._held_by_phone)
        if pair.held:
            caller.journal.append(entries.Held(self._handoff, attempt.agent, False))
            caller.session.tell(PersonNews(PersonStage.BACK, name))

    async def _bridged(self, leg: Leg, session: Session) -> Withholds | None:
        """None when one of the two has left meanwhile."""
        own = own_bridge(self._caller.leg, leg, self._lines)
        if own is not None:
            accompanied = Accompanied(own, self._caller.session, session)
            try:
                await accompanied.join()
                return accompanied
            except BridgeFailed as error:
                if LegState.ENDED in (self._caller.leg.state, leg.state):
                    return None
                self._caller.problem("bridge", f"{own.kind} expected, relayed in this process instead: {error}")
        relay = RelayBridge(self._caller.session, session)
        await relay.join()
        return relay

    def _watched(self, bridge: Withholds, leg: Leg, session: Session, name: str | None) -> Withholds:
        """Each party hears when the other's network is lost."""
        caller = Side(self._caller.leg, self._caller.session, "caller")
        agent = Side(leg, session, "agent", name)
        watched = FadingBridge(bridge, caller=caller, agent=agent, journal=self._caller.journal)
        watched.watch()
        return watched

    async def hold(self, on: bool) -> None:
        """Twice changes nothing."""
        pair = self._pair
        if pair is None or on is pair.held:
            return
        pair.held = on
        self._caller.journal.append(entries.Held(self._handoff, pair.agent, on))
        await pair.bridge.hold(on)
        if on:
            self._start(self._while_held(pair))
        else:
            pair.holds += 1
            self._caller.session.tell(PersonNews(PersonStage.BACK, pair.name))

    async def withhold(self, on: bool) -> None:
        """While on, neither the agent nor a record hears the caller, who still hears the agent. Not while held."""
        pair = self._pair
        if pair is None or pair.held:
            return
        if on:
            self._caller.session.withhold(True)
        await pair.bridge.withhold(on)
        if not on:
            self._caller.session.withhold(False)

    async def _while_held(self, pair: _Pair) -> None:
        """The caller hears at once that they are held, and again while that lasts."""
        hold = pair.holds
        while self._pair is pair and pair.held and pair.holds == hold:
            self._caller.session.tell(PersonNews(PersonStage.HELD, pair.name))
            await asyncio.sleep(HELD_WORD_SECONDS)

    async def part(self, why: str | None) -> str:
        """The caller is with the system again. `why` the handoff moved; who ended the bridge: caller, agent, system."""
        by = _LEFT_BY.get(why or "", "system")
        if self._pair is not None:
            if isinstance(self._pair.leg, Holds):
                self._pair.leg.when_held(None)
            await self._pair.bridge.part()
            agent, self._pair = self._pair.agent, None
            self._caller.session.silent(False)
            if by != "caller":
                self._caller.session.listen_only(False)
            self._caller.journal.append(entries.Unbridged(self._handoff, agent, by))
        return by
