"""The agents one search asks: each is shown the offer on their desk, rung, and let go again when the offer is over.

What becomes of an offer is decided in `telephony/handoff`; an agent or a desk that fails costs no caller a person.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from models.brief import Brief
from telephony import events as entries
from telephony import handoff as h
from telephony.agents.staff import Found
from telephony.handoff.settings import HandoffSettings
from telephony.leg import LegEnded, Line
from telephony.switchboard.attempt import Attempt, AttemptParts
from telephony.switchboard.caller_side import CallerSide
from telephony.switchboard.finding import Finding
from telephony.switchboard.people import Attending, Invitation


@dataclass(frozen=True, slots=True)
class Means:
    """By what agents are asked. `happened` hears what comes of an attempt; `start` owns what goes on meanwhile."""

    attending: Attending
    lines: Mapping[str, Line]
    parts: AttemptParts
    settings: HandoffSettings
    happened: Callable[[h.Event], None]
    start: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]


class Asking:
    """`invitation`: they are asked to join a colleague, not to take the caller."""

    def __init__(
        self,
        *,
        handoff: h.Handoff,
        caller: CallerSide,
        finding: Finding,
        means: Means,
        invitation: Invitation | None = None,
    ) -> None:
        self._handoff = handoff.id
        self._queue = handoff.queue
        self._trigger_ms = handoff.trigger_ms
        self._caller = caller
        self._finding = finding
        self._means = means
        self._invitation = invitation
        self._found: dict[str, Found] = {}
        self._attempts: dict[str, Attempt] = {}
        self._farewells: list[asyncio.Task[None]] = []  # agents who are being told that it is over

    def chosen(self, attempt: str, found: Found) -> None:
        self._found[attempt] = found

    def attempt(self, attempt: str) -> Attempt | None:
        """None until it rings."""
        return self._attempts.get(attempt)

    def name(self, agent: str | None) -> str | None:
        """As callers may hear it."""
        return next((found.name or None for found in self._found.values() if found.id == agent), None)

    # --- one offer, from screen to end ---------------------------------------------------------------------------

    async def offer(self, attempt: str, agent: str, brief: Brief) -> None:
        """On screen at once; on record before it rings, and rung with or without it: no caller waits for a database."""
        ring_seconds = self._means.settings.ring_seconds
        self._show(
            lambda desk: desk.offered(
                agent,
                attempt=attempt,
                journal=self._caller.journal,
                caller=self._caller.shown,
                tier=self._caller.tier,
                queue=self._queue,
                waited_seconds=(self._caller.now_ms() - self._trigger_ms) / 1000,
                ring_seconds=ring_seconds,
                brief=brief,
                on_desk=self._found[attempt].line == "webrtc",
                invitation=self._invitation,
            )
        )
        offered: entries.Entry = entries.AgentOffered(self._handoff, agent, brief.version, ring_seconds)
        if (by := self._invitation) is not None:
            name = self.name(agent) or agent
            offered = entries.CompanionAsked(
                self._handoff, by.agent, by.name, agent, name, by.notes, brief.version, ring_seconds
            )
        await self._caller.journal.try_commit(offered)

    def ring(self, attempt: str, agent: str, brief: Callable[[], Brief]) -> None:
        """`brief` is asked once the line is known to be open."""
        found = self._found[attempt]
        if found.line not in self._means.lines:
            there = ", ".join(self._means.lines) or "none"
            what = f"agent {agent}: line {found.line} expected to be open, open are {there}"
            self._caller.problem("line", what)
            self._means.happened(h.LegOver(attempt, LegEnded.FAILED))
            return
        running = Attempt(
            id=attempt,
            call=self._caller.call,
            handoff=self._handoff,
            agent=agent,
            line=self._means.lines[found.line],
            address=found.address,
            brief=brief(),
            parts=self._means.parts,
            settings=self._means.settings,
            journal=self._caller.journal,
            now_ms=self._caller.now_ms,
            happened=self._means.happened,
            invitation=self._invitation,
        )
        self._attempts[attempt] = running
        self._means.start(self._run(running))

    async def _run(self, attempt: Attempt) -> None:
        """An attempt that breaks is an agent who could not be reached: the next one is asked."""
        try:
            await attempt.run()
        except Exception as error:
            self._caller.problem("attempt", f"agent {attempt.agent}: an answer expected, got {error!r}")
            self._means.happened(h.LegOver(attempt.id, LegEnded.FAILED))

    def briefed(self, attempt: str, agent: str, brief: Brief) -> None:
        """A newer brief, for the one who is asked or talks."""
        self._show(lambda desk: desk.briefed(agent, attempt=attempt, brief=brief))
        if attempt in self._attempts:
            self._attempts[attempt].brief_changed(brief)

    async def ask_proof(self, attempt: str) -> None:
        if attempt in self._attempts:
            await self._attempts[attempt].taken()

    async def hang_up(self, attempt: str, why: str) -> None:
        if attempt in self._attempts:
            await self._attempts[attempt].hang_up(why)

    def cancel(self, attempt: str, why: str, *, tell: bool) -> None:
        if attempt in self._attempts:
            self._farewells.append(self._means.start(self._attempts[attempt].cancel(why, tell=tell)))

    async def farewells(self) -> None:
        """Until everyone who was asked has heard that it is over."""
        if self._farewells:
            await asyncio.wait(self._farewells)

    def close(self, attempt: str, agent: str, outcome: h.Outcome, *, talked: bool) -> None:
        self._show(lambda desk: desk.closed(agent, attempt=attempt, why=outcome.value))
        self._finding.release(agent, h.Outcome.BRIDGED if talked else outcome)

    def release_all(self, closed: frozenset[str]) -> None:
        """Nobody stays reserved for a search that is over, or was ended, before they could be asked."""
        for attempt, found in self._found.items():
            if attempt not in closed:
                self._finding.release(found.id, h.Outcome.WITHDRAWN)

    # --- the two talk --------------------------------------------------------------------------------------------

    def joined(self, attempt: str, agent: str) -> None:
        caller = self._caller
        self._finding.on_call(agent)
        self._finding.leave(served=True)
        self._show(lambda desk: desk.closed(agent, attempt=attempt, why="accepted"))
        self._show(lambda desk: desk.joined(agent, journal=caller.journal, caller=caller.shown, tier=caller.tier))
        caller.joined(agent)

    def adopt(self, attempt: Attempt, found: Found) -> None:
        """One who was asked elsewhere, and has the caller now."""
        self._found[attempt.id] = found
        self._attempts[attempt.id] = attempt

    def left(self, agent: str, by: str) -> None:
        self._show(lambda desk: desk.left(agent, call=self._caller.call, by=by))
        self._show(lambda _: self._caller.left(agent, by))

    def _show(self, tell: Callable[[Attending], None]) -> None:
        """A desk that fails must not cost the caller a person."""
        try:
            tell(self._means.attending)
        except Exception as error:
            self._caller.problem("desk", f"an agent to be shown this call expected, got {error!r}")
