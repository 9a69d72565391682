"""One agent asked for one call: rings their leg, speaks the brief to them, listens for the answer, stays until the end.

What happens is reported as handoff events; nothing is decided here.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from models.brief import Brief
from models.transcript import Speaker
from telephony import events as entries
from telephony import handoff as h
from telephony.agents.briefing import BRIEF, CORRECTION, LOOK_AGAIN, BriefingMind
from telephony.agents.machine_sounds import Sound
from telephony.errors import DialRefused, LegFailed
from telephony.handoff.settings import HandoffSettings
from telephony.journal import Journal
from telephony.leg import Leg, LegEnded, LegState, Line
from telephony.switchboard.leg_office import LegOffice, Notes
from telephony.switchboard.people import Invitation
from voice import events
from voice.audio import Pcm
from voice.events import Accept, Decline, HangUp, Played, Say
from voice.pipeline.build import Transport
from voice.pipeline.session import Session
from voice.pipeline.tap import NoRecorder, Recorder
from voice.pipeline.watching import Recover
from voice.stuck import NOTHING_SECONDS

FAREWELL_SECONDS = 8.0
"""For "the caller has hung up" to be said; then the agent's leg is ended all the same."""

BRIEF_SECONDS_MAX = 12.0
"""What a brief may take to speak; the deadline for a decision starts after it."""


class AttemptParts(Protocol):
    """Builds what an agent's leg runs on."""

    def mind(self, brief: Brief, invitation: Invitation | None) -> BriefingMind: ...

    def session(
        self, *, leg: Leg, transport: Transport, mind: BriefingMind, office: LegOffice, listener: Recorder,
        on_stuck: Recover,
    ) -> Session:  # fmt: skip
        """`listener` hears what the far end says; `on_stuck`: see `voice.pipeline.watching`."""
        ...

    @property
    def notes(self) -> Notes: ...

    def allow_dial(self, line: str) -> None:
        """Raises `DialRefused` where no further telephone may be rung for this call."""
        ...


class _Listener:
    """Hears the far end as a recorder would, and tells of a machine once."""

    def __init__(self, office: LegOffice, mind: BriefingMind) -> None:
        self._office = office
        self._mind = mind
        self._sound = Sound()

    def said(self, pcm: Pcm) -> None:
        if self._mind.decided:
            return
        kind = self._sound.hear(pcm)
        if kind is not None:
            self._mind.quiet()
            self._office.asked(Decline("machine", kind))

    def heard(self, pcm: Pcm) -> None:
        pass


@dataclass(slots=True)
class Attempt:
    id: str
    call: str
    handoff: str
    agent: str
    line: Line
    address: str
    brief: Brief
    parts: AttemptParts
    settings: HandoffSettings
    journal: Journal
    now_ms: Callable[[], int]
    happened: Callable[[h.Event], None]
    invitation: Invitation | None = None  # to join a colleague
    session: Session | None = None
    _leg: Leg | None = None
    _mind: BriefingMind | None = None
    _cancelled: bool = False
    _taken: bool = False  # on screen

    @property
    def leg(self) -> Leg | None:
        """The agent's leg, once it rings."""
        return self._leg

    def brief_changed(self, brief: Brief) -> None:
        self.brief = brief
        if self._mind is not None:
            self._mind.revise(brief)
            if self.session is not None:
                self.session.tell(LOOK_AGAIN)

    async def run(self) -> None:
        try:
            self.parts.allow_dial(self.line.name)
            leg = await self.line.dial(
                self.address, ring_seconds=self.settings.ring_seconds, call=self.call, attempt=self.id
            )
        except DialRefused as error:
            self.journal.append(entries.Problem("line", str(error)))
            self.happened(h.LegOver(self.id, LegEnded.FAILED))
            return
        self._leg = leg
        if leg.party.carrier_id is not None:
            rung = entries.AgentRung(self.handoff, self.agent, self.line.name, leg.party.carrier_id)
            self.journal.append(rung)
        try:
            if self._cancelled:
                return
            self.happened(h.Ringing(self.id))
            try:
                transport = await leg.media()
            except LegFailed:
                self.happened(h.LegOver(self.id, await leg.ended()))
                return
            await self._talk(leg, transport)
        finally:
            if leg.state is not LegState.ENDED:
                await leg.hang_up("the attempt is over")

    async def _talk(self, leg: Leg, transport: Transport) -> None:
        self._mind = self.parts.mind(self.brief, self.invitation)
        proven = self.line.name == "webrtc"  # the desk's own softphone
        if self._taken and not proven:
            self._mind.taken()
        office = LegOffice(
            journal=self.journal,
            speaker=Speaker.AGENT,
            notes=self.parts.notes,
            now_ms=self.now_ms,
            on_played=self._played,
            on_speech=self._speech,
            journals_prompts=False,
            offset_ms=self.now_ms(),
            who=self.agent,
        )
        self._mind.proven = proven
        listener: Recorder = NoRecorder() if proven else _Listener(office, self._mind)
        self.session = self.parts.session(
            leg=leg, transport=transport, mind=self._mind, office=office, listener=listener,
            on_stuck=lambda in_vain, again: self._stuck(office, in_vain, again),
        )  # fmt: skip
        self.happened(h.Answered(self.id, proven=proven))
        async with asyncio.TaskGroup() as tasks:
            work = [
                tasks.create_task(self.session.run()),
                tasks.create_task(self._serve(office)),
                tasks.create_task(self._expire()),
            ]
            self.session.tell(events.Answered(None))
            why = await leg.ended()
            self.happened(h.LegOver(self.id, why))
            for task in work:
                task.cancel()

    async def _serve(self, office: LegOffice) -> None:
        while True:
            match await office.asks.get():
                case Accept(by=by):
                    self.happened(h.Accepted(self.id, by))
                case Decline(by="machine", reason=reason) if self._leg is not None:
                    self.happened(h.LegOver(self.id, LegEnded.MACHINE, reason))
                    await self._leg.hang_up(f"a machine: {reason}")
                case Decline(by="stuck", reason=reason) if self._leg is not None:
                    self.happened(h.LegOver(self.id, LegEnded.FAILED, reason))
                    await self._leg.hang_up(f"no progress from {reason}")
                case Decline(by=by, reason=reason):
                    self.happened(h.Declined(self.id, by, reason))
                case HangUp(reason=reason) if self._leg is not None:
                    await self._leg.hang_up(reason)
                case _:
                    pass

    def _stuck(self, office: LegOffice, in_vain: str, again: bool) -> None:
        """Whose answer we wait for hears the question once more. Anything else that stands still does not come back on
        this leg, and the caller waits: the next agent is asked."""
        if self.session is not None and self._mind is not None and self._mind.asked and not again:
            self.session.tell(events.Silence(round(1000 * NOTHING_SECONDS)))
        else:
            office.asked(Decline("stuck", in_vain))

    async def _expire(self) -> None:
        await asyncio.sleep(BRIEF_SECONDS_MAX + self.settings.decide_seconds)
        self.happened(h.OfferExpired(self.id))

    async def taken(self) -> None:
        """The agent took the call on screen and has read the brief there: the leg asks for a person, and no more."""
        self._taken = True
        if self._mind is not None and self.session is not None and not self._mind.proven:
            self._mind.taken()
            await self.session.hush()
            self.session.tell(LOOK_AGAIN)

    def joined(self) -> None:
        """The legs are bridged: our voice is silent on the agent's."""
        if self._mind is not None:
            self._mind.quiet()
        if self.session is not None:
            self.session.listen_only(True)

    def _played(self, say: Say, played: Played) -> None:
        if say.prompt in (BRIEF, CORRECTION) and played.played_ms:
            version = int(say.version)
            seconds = round(played.played_ms / 1000, 2)
            self.journal.append(entries.AgentBriefed(self.handoff, self.agent, version, say.text, seconds))
            self.happened(h.Briefed(self.id, version))

    def _speech(self) -> None:
        self.happened(h.FirstWord(self.id))

    async def hang_up(self, reason: str) -> None:
        if self._leg is not None:
            await self._leg.hang_up(reason)

    async def cancel(self, why: str, *, tell: bool) -> None:
        """Takes the offer back. `tell`: the agent first hears that the caller is gone."""
        self._cancelled = True
        if self._leg is None or self._leg.state is LegState.ENDED:
            return
        if tell and self.session is not None and self._mind is not None:
            self._mind.caller_left()
            await self.session.hush()
            self.session.tell(LOOK_AGAIN)
            await asyncio.wait({asyncio.ensure_future(self._leg.ended())}, timeout=FAREWELL_SECONDS)
        await self._leg.hang_up(why)
