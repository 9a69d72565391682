"""The searches for a person that one call makes, one at a time: begun, stopped, told what the caller says and hears."""

import asyncio
from collections.abc import Callable

from telephony import handoff as h
from telephony.call import CallState
from telephony.journal import Journal, Record
from telephony.leg import Leg
from telephony.promises import OpenPromise
from telephony.switchboard.accounts import Accounts
from telephony.switchboard.acquaintance import Acquaintance
from telephony.switchboard.attempt import AttemptParts
from telephony.switchboard.caller_side import CallerSide
from telephony.switchboard.house import House
from telephony.switchboard.seeking import Seeking
from voice import events
from voice.events import Escalated, PersonNews, PersonStage, Played, Say
from voice.pipeline.session import Session

_CHANGE_THE_BRIEF = (events.Understood, events.Corrected, events.Verified, events.Acted, events.RecordingDeclined)
"""Facts after which the brief may say something else."""

CLOSING_SECONDS = 20.0
"""For an agent who is briefed to hear that the caller has gone; longer than attempt.FAREWELL_SECONDS."""


class Searches:
    """`move` changes the call's state; `promise`: the one this call keeps."""

    def __init__(
        self,
        house: House,
        *,
        call: str,
        journal: Journal,
        leg: Leg,
        accounts: Accounts,
        acquaintance: Acquaintance,
        agent_parts: AttemptParts,
        now_ms: Callable[[], int],
        move: Callable[[CallState], None],
        problem: Callable[[str, str], None],
        promise: OpenPromise | None,
    ) -> None:
        self._house = house
        self._call = call
        self._journal = journal
        self._leg = leg
        self._accounts = accounts
        self._acquaintance = acquaintance
        self._agent_parts = agent_parts
        self._now_ms = now_ms
        self._move = move
        self._problem = problem
        self._promise = promise
        self.current: Seeking | None = None  # also when it is over, until the next
        self.served = False  # the caller talked with somebody
        self._task: asyncio.Task[h.Handoff] | None = None
        self._begun = 0
        self._told = False
        self._gone = False

    @property
    def under_way(self) -> Seeking | None:
        return self.current if self.current is not None and not self.current.handoff.over else None

    @property
    def abandoned(self) -> bool:
        return self.current is not None and self.current.handoff.state is h.HandoffState.ABANDONED

    # --- from its beginning to its end ---------------------------------------------------------------------------

    def begin(self, escalation: Escalated, session: Session, tasks: asyncio.TaskGroup, *, person: str = "") -> None:
        """`person`: the agent who is asked first."""
        if self.under_way is not None:
            return  # a person is on the way already
        if self._gone:
            return  # asked with their last words: nobody is rung for a caller who has left
        self._begun += 1
        self._told = False
        self._move(CallState.SEEKING)
        handoff = h.Handoff(f"{self._call}-h{self._begun}", self._call, escalation.queue, trigger_ms=self._now_ms())
        self.current = Seeking(
            handoff=handoff,
            caller=self._caller_side(session),
            people=self._house.staff,
            attending=self._house.attending,
            lines=self._house.lines,
            briefs=self._accounts,
            agent_parts=self._agent_parts,
            settings=self._house.handoff,
            ladder=self._house.ladder,
            fallback=self._house.fallback.get(escalation.queue, ()),
            waited_ms=self._waited_ms(),
            person=person,
        )
        self._task = tasks.create_task(self._run(self.current, session))

    def _caller_side(self, session: Session) -> CallerSide:
        return CallerSide(
            call=self._call,
            shown=self._accounts.caller,
            tier=self._accounts.tier,
            journal=self._journal,
            leg=self._leg,
            session=session,
            now_ms=self._now_ms,
            known=self._acquaintance.agent,
            joined=self._joined,
            left=self._left,
        )

    def _waited_ms(self) -> int:
        """What a promised caller has waited already: they take the place that was kept for them."""
        promise = self._promise
        if promise is None:
            return 0
        self._house.staff.leave(promise.place, promise.queue, served=False)
        return max(0, round((self._house.wall() - promise.since_wall) * 1000))

    async def _run(self, seeking: Seeking, session: Session) -> h.Handoff:
        """A search that breaks is one that found nobody: the caller hears so, and may ask again."""
        try:
            return await seeking.run()
        except Exception as error:
            self._problem("search", f"a search to its end expected, got {error!r}")
            self.current = None
            session.relay_to(None)
            session.withhold(False)
            session.listen_only(False)
            session.silent(False)
            session.tell(PersonNews(PersonStage.GAVE_UP))
            return seeking.handoff

    def stop(self, session: Session) -> None:
        """The caller hears whether it came in time: from the handoff, or from here where none is left to stop."""
        seeking = self.under_way
        if seeking is None:
            session.tell(PersonNews(PersonStage.STOPPED))
            return
        seeking.happened(h.CallerCancelled())
        if not seeking.joining:
            self._move(CallState.TALKING)

    def taken(self) -> None:
        """Somebody took the call without being sought: nobody else is, and the caller is with a person. Raises
        `IllegalMove` for a call that nobody has answered yet, or that is over."""
        if self.under_way is not None:
            self.under_way.happened(h.CallerCancelled())
        self._move(CallState.SEEKING)
        self._move(CallState.BRIDGED)
        self.served = True

    def given_back(self) -> None:
        self._move(CallState.TALKING)

    async def caller_left(self) -> None:
        self._gone = True
        if self.current is None or self._task is None:
            return
        self.current.happened(h.CallerLeft())
        await asyncio.wait({self._task}, timeout=CLOSING_SECONDS)
        self._task.cancel()

    # --- what the caller says and hears meanwhile ----------------------------------------------------------------

    def learn(self, record: Record) -> None:
        """What the caller adds while a person is sought makes a newer brief."""
        if isinstance(record.entry, _CHANGE_THE_BRIEF) and self.under_way is not None:
            self.under_way.caller_spoke()

    def heard(self, say: Say, played: Played) -> None:
        """The first sentence of staying with the caller is the one that tells them a person is sought."""
        if self.current is not None and not self._told and say.prompt.startswith("seek") and played.played_ms:
            self._told = True
            self.current.caller_was_told()

    # --- the two talk --------------------------------------------------------------------------------------------

    def _joined(self, agent: str) -> None:
        self.served = True
        self._move(CallState.SEEKING)  # from TALKING, if the caller took it back in the last moment
        self._move(CallState.BRIDGED)

    def _left(self, agent: str, by: str) -> None:
        self._house.attending.wrap_up_due(
            agent,
            journal=self._journal,
            caller=self._accounts.caller,
            summary=self._accounts.summary,
            disposition=self._accounts.disposition,
        )
        if by == "agent" and (self.current is None or self.current.talk is None):  # else a colleague goes on
            self._move(CallState.TALKING)
