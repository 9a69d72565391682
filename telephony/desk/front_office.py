"""The desk's office over the switchboard: what agents see comes from the calls, what they decide goes to them."""

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from models.brief import Brief
from models.redact import redact
from telephony import handoff as h
from telephony.agents import agent as roster
from telephony.agents.roster import Seat
from telephony.agents.staff import Staff
from telephony.desk.office import (
    CallOver,
    Disposition,
    News,
    NotPossible,
    Offer,
    OfferClosed,
    Offered,
    OnCall,
    Person,
    Presence,
    PresenceIs,
    Recorded,
    WrappedUpAll,
    WrapUpDue,
)
from telephony.desk.on_the_line import OnTheLine
from telephony.events import AgentMarked, BriefReady, BriefSeen, Entry, WrappedUp
from telephony.journal import Journal, Record
from telephony.switchboard.conduct import Conduct
from telephony.switchboard.people import Invitation
from telephony.switchboard.switchboard import Switchboard
from voice.dialogue.business import KeypadItem
from voice.events import RecordingDeclined

E = TypeVar("E", bound=Entry)
Draft = Callable[[Sequence[Record], str, str | None], tuple[str, str | None]]

log = logging.getLogger(__name__)

SHOWN = {
    roster.Presence.AVAILABLE: Presence.AVAILABLE,
    roster.Presence.AWAY: Presence.AWAY,
    roster.Presence.NOT_RESPONDING: Presence.AWAY,
    roster.Presence.OFFERED: Presence.RINGING,
    roster.Presence.ON_CALL: Presence.TALKING,
    roster.Presence.WRAPPING: Presence.WRAPPING,
}

CHOSEN = {Presence.AVAILABLE: roster.Presence.AVAILABLE, Presence.AWAY: roster.Presence.AWAY}

MISSED = "You did not answer the last offer."


@dataclass(slots=True)
class _Place:
    """One agent's desk as it stands now."""

    listeners: list[Callable[[News], None]] = field(default_factory=list)
    offer: Offer | None = None
    on_call: OnCall | None = None
    wrap_up: WrapUpDue | None = None
    written_up: Journal | None = None  # where the wrap-up goes
    journal: Journal | None = None  # of the call that is offered, on the line, or to be wrapped up
    stop_listening: Callable[[], None] = lambda: None


class FrontOffice:
    """Implements `DeskOffice` for the desk and `telephony.switchboard.people.Attending` for the calls."""

    def __init__(
        self,
        *,
        staff: Staff,
        dispositions: Sequence[Disposition],
        queues: Mapping[str, str],
        keypad: Mapping[str, KeypadItem] | None = None,
        now_ms: Callable[[], int],
        cut: Callable[[str, int, int], bytes | None] | None = None,
    ) -> None:
        """`queues`: name → title, as agents read it; `keypad`: what they may have a caller key. `cut`: call, from, to
        (ms) → these seconds of its recording."""
        self._cut = cut
        self._queues = queues
        self._staff = staff
        self._dispositions = tuple(dispositions)
        self._now_ms = now_ms
        self._switchboard: Switchboard | None = None
        self._draft: Draft = lambda records, summary, disposition: (summary, disposition)
        self._places: defaultdict[str, _Place] = defaultdict(_Place)  # one too for whom only the fallback list names
        self.line = OnTheLine(
            staff=staff, queues=queues, keypad=keypad or {}, conduct=self._conduct, joined=self._joined
        )
        staff.roster.subscribe(self._moved)

    def serve(self, switchboard: Switchboard) -> None:
        """Names the switchboard; before it nothing can be decided."""
        self._switchboard = switchboard

    def drafts(self, write: Draft) -> None:
        """`write` makes the draft of a wrap-up, and what it proposes, out of all that is on record."""
        self._draft = write

    # --- DeskOffice ----------------------------------------------------------------------------------------------

    def agents(self) -> Sequence[Person]:
        return [Person(agent.id, agent.name) for agent in self._staff.agents()]

    def watch(self, agent: str, listener: Callable[[News], None]) -> Callable[[], None]:
        place = self._places[agent]
        listener(self._presence(agent))
        if place.offer is not None:
            listener(Offered(place.offer))
        if place.on_call is not None:
            listener(place.on_call)
        for record in place.journal.records if place.journal else ():
            listener(Recorded(record))
        if place.wrap_up is not None:
            listener(place.wrap_up)
        place.listeners.append(listener)
        return lambda: place.listeners.remove(listener) if listener in place.listeners else None

    def sign_in(self, agent: str) -> None:
        pass  # they stay away until they say otherwise

    def sign_out(self, agent: str) -> None:
        self.set_presence(agent, Presence.AWAY)

    def set_presence(self, agent: str, presence: Presence, why: str = "") -> None:
        seat = self._staff.roster.choose(agent, CHOSEN[presence], self._now_ms())
        if why and SHOWN[seat.presence] is presence:
            self._tell(agent, PresenceIs(presence, why))

    async def accept(self, agent: str, offer: str) -> None:
        self._decide(agent, offer, h.Accepted(offer, "screen"))

    async def decline(self, agent: str, offer: str, reason: str) -> None:
        self._decide(agent, offer, h.Declined(offer, "screen", reason))

    def seen(self, agent: str, call: str, version: int) -> None:
        journal = self._at_desk(agent, call)
        ready = next((one for one in _entries(journal, BriefReady) if one.version == version), None)
        if ready is None:
            raise NotPossible(f"There is no brief {version} of this call.")
        seen = BriefSeen(ready.handoff, agent, version)
        if seen not in _entries(journal, BriefSeen):
            journal.append(seen)

    def note(self, agent: str, call: str, entry: Entry) -> None:
        """Into the journal of the call on this agent's desk; not, where it lies there no more."""
        journal = self._places[agent].journal
        if journal is not None and journal.call == call:
            journal.append(entry)

    def mark(self, agent: str, call: str, about: str, mark: str) -> None:
        place = self._places[agent]
        if call not in [at.call for at in (place.on_call, place.wrap_up) if at is not None]:
            raise NotPossible("This call is not on your desk.")
        self._at_desk(agent, call).append(AgentMarked(agent, about, mark))

    def records(self, agent: str, call: str) -> Sequence[Record]:
        return self._at_desk(agent, call).records

    def clip(self, agent: str, call: str, turn: int) -> Callable[[], bytes | None]:
        journal = self._at_desk(agent, call)
        if _entries(journal, RecordingDeclined):
            raise NotPossible("The caller asked not to be recorded.")
        newest = _entries(journal, BriefReady)[-1:]  # an older one may play what turned out to be part of a number
        clips = [line.clip for ready in newest for line in ready.brief.lines if line.clip is not None]
        clip = next((clip for clip in clips if clip.turn == turn), None)
        if clip is None or self._cut is None:
            raise NotPossible("This sentence cannot be played.")
        return partial(self._cut, call, clip.start_ms, clip.end_ms)

    async def wrap_up(self, agent: str, call: str, disposition: str, summary: str) -> None:
        place = self._places[agent]
        if place.wrap_up is None or place.wrap_up.call != call or place.written_up is None:
            raise NotPossible("This call is wrapped up already.")
        if disposition not in {d.code for d in self._dispositions}:
            raise NotPossible(f"There is no disposition {disposition!r}.")
        journal, place.wrap_up = place.written_up, None  # before the wait: two quick clicks are one wrap-up
        await journal.try_commit(WrappedUp(agent, disposition, redact(summary)))  # nobody is kept at it by a database
        self._wrapped_up(agent, call)

    # --- Attending -----------------------------------------------------------------------------------------------

    def offered(
        self, agent: str, *, attempt: str, journal: Journal, caller: str, tier: str, queue: str,
        waited_seconds: float, ring_seconds: float, brief: Brief, on_desk: bool, invitation: Invitation | None = None,
    ) -> None:  # fmt: skip
        place = self._places[agent]
        place.offer = Offer(
            attempt,
            journal.call,
            caller,
            tier,
            waited_seconds,
            ring_seconds,
            brief,
            self._queues.get(queue, queue),
            on_desk=on_desk,
            asked_by=invitation.name if invitation is not None else "",
            notes=invitation.notes if invitation is not None else "",
        )
        self._tell(agent, Offered(place.offer))
        self._follow(agent, journal)

    def briefed(self, agent: str, *, attempt: str, brief: Brief) -> None:
        pass  # the journal's BriefReady, which the desk follows, carries the newer brief

    def closed(self, agent: str, *, attempt: str, why: str) -> None:
        place = self._places[agent]
        if place.offer is None or place.offer.id != attempt:
            return
        place.offer = None
        if place.on_call is None and why != "accepted":
            self._unfollow(agent)
        self._tell(agent, OfferClosed(attempt, why))

    def joined(self, agent: str, *, journal: Journal, caller: str, tier: str) -> None:
        place = self._places[agent]
        place.on_call = OnCall(journal.call, caller, tier)
        self._tell(agent, place.on_call)

    def left(self, agent: str, *, call: str, by: str) -> None:
        self._places[agent].on_call = None
        self._tell(agent, CallOver(call, by))

    def wrap_up_due(self, agent: str, *, journal: Journal, caller: str, summary: str, disposition: str | None) -> None:
        place = self._places[agent]
        seconds = self._staff.wrap_up_seconds(agent)
        summary, disposition = self._draft(journal.records, summary, disposition)
        due = WrapUpDue(journal.call, caller, summary, disposition, self._dispositions, seconds)
        place.wrap_up = due
        place.written_up = place.journal = journal
        if not place.listeners:  # an agent with a telephone and no desk: the draft stands
            self._draft_stands(agent, due)
            return
        self._tell(agent, due)

    # --- shared --------------------------------------------------------------------------------------------------

    def _at_desk(self, agent: str, call: str) -> Journal:
        journal = self._places[agent].journal
        if journal is None or journal.call != call:
            raise NotPossible("This call is not on your desk.")
        return journal

    def _conduct(self, agent: str) -> Conduct | None:
        return self._switchboard.with_agent(agent) if self._switchboard else None

    def _joined(self, agent: str) -> str | None:
        on_call = self._places[agent].on_call
        return on_call.call if on_call is not None else None

    def _decide(self, agent: str, offer: str, event: h.Event) -> None:
        place = self._places[agent]
        conduct = self._conduct(agent)
        if conduct is None or conduct.seeking is None or place.offer is None or place.offer.id != offer:
            raise NotPossible("This offer is no longer open.")
        conduct.seeking.happened(event)

    def _moved(self, seat: Seat) -> None:
        """Whoever is free again while a wrap-up is open has used up its time."""
        agent = seat.agent.id
        due = self._places[agent].wrap_up
        if due is not None and seat.presence in (roster.Presence.AVAILABLE, roster.Presence.AWAY):
            self._draft_stands(agent, due)
        self._tell(agent, self._presence(agent))

    def _draft_stands(self, agent: str, due: WrapUpDue) -> None:
        """The summary as it was drafted, since nobody says otherwise."""
        journal = self._places[agent].written_up
        if journal is not None:
            journal.append(WrappedUp(agent, due.disposition or self._dispositions[0].code, due.summary))
        self._wrapped_up(agent, due.call)

    def _wrapped_up(self, agent: str, call: str) -> None:
        place = self._places[agent]
        journal, place.wrap_up, place.written_up = place.written_up, None, None
        if place.journal is journal:
            self._unfollow(agent)
        self._staff.wrapped_up(agent)
        self._tell(agent, WrappedUpAll(call))

    def _presence(self, agent: str) -> PresenceIs:
        presence = self._staff.roster.seat(agent).presence
        return PresenceIs(SHOWN[presence], MISSED if presence is roster.Presence.NOT_RESPONDING else "")

    def _follow(self, agent: str, journal: Journal) -> None:
        self._unfollow(agent)
        place = self._places[agent]
        place.journal = journal

        def on_record(record: Record) -> None:
            self._tell(agent, Recorded(record))

        place.stop_listening = journal.subscribe(on_record, replay=True)

    def _unfollow(self, agent: str) -> None:
        place = self._places[agent]
        place.stop_listening()
        place.stop_listening = lambda: None
        place.journal = None

    def _tell(self, agent: str, news: News) -> None:
        for listener in tuple(self._places[agent].listeners):
            try:
                listener(news)
            except Exception:  # a desk that fails must not touch the call
                log.exception("agent %s: the desk failed at %s", agent, type(news).__name__)


def _entries(journal: Journal, kind: type[E]) -> list[E]:
    return [record.entry for record in journal.records if isinstance(record.entry, kind)]
