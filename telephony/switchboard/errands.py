"""Does what the caller's conversation asks for: an act of the backend, a person, a call back, the end of the call."""

import asyncio
from collections.abc import Callable

from telephony import events as entries
from telephony import handoff as h
from telephony.agents.callback import CallbackPromise, NumberFrom
from telephony.call import Ending
from telephony.errors import NumberRefused
from telephony.journal import Journal
from telephony.leg import Leg
from telephony.switchboard.accounts import Accounts
from telephony.switchboard.colleagues import Colleagues
from telephony.switchboard.house import CallRecorder, House
from telephony.switchboard.leg_office import LegOffice
from telephony.switchboard.searches import Searches
from telephony.switchboard.standby import Standby
from voice import events
from voice.events import Do, PersonNews, PersonStage, SeekPerson
from voice.pipeline.session import Session


class Errands:
    """`own_number`: the caller's, where it may be rung back; `ending` is written as soon as it is known how the call
    will have ended."""

    def __init__(
        self,
        house: House,
        *,
        call: str,
        journal: Journal,
        leg: Leg,
        office: LegOffice,
        recorder: CallRecorder,
        accounts: Accounts,
        searches: Searches,
        standby: Standby,
        colleagues: Colleagues,
        own_number: str | None,
        ending: Ending,
        problem: Callable[[str, str], None],
    ) -> None:
        self._house = house
        self._call = call
        self._journal = journal
        self._leg = leg
        self._office = office
        self._recorder = recorder
        self._accounts = accounts
        self._searches = searches
        self._standby = standby
        self._colleagues = colleagues
        self._own_number = own_number
        self._ending = ending
        self._problem = problem

    async def run(self, session: Session, tasks: asyncio.TaskGroup) -> None:
        """Until cancelled."""
        self._colleagues.talk_over(session)
        while True:
            match await self._office.asks.get():
                case Do() as do:
                    tasks.create_task(self._act(do, session))
                case events.Propose() as act:
                    tasks.create_task(self._colleagues.propose(act))
                case events.AskColleague() as act:
                    self._colleagues.ask(act, self._house.minds.without_room)
                case events.Withdraw() as act:
                    self._colleagues.withdraw(act)
                case SeekPerson(escalation=escalation, person=person):
                    self._searches.begin(escalation, session, tasks, person=person)
                case events.StopSeeking(reason=reason) if reason != "callback":  # a callback: see `_promise`
                    self._searches.stop(session)
                case events.AgreeCallback() as agreed:
                    await self._promise(agreed, session)
                case events.StopRecording():
                    self._recorder.discard()
                case events.HangUp(reason=reason):
                    self._ending.by, self._ending.reason = "system", reason
                    await self._leg.hang_up(reason)
                case _:
                    pass

    # --- acts ----------------------------------------------------------------------------------------------------

    async def _act(self, do: Do, session: Session) -> None:
        """Asks the backend, on record first; whatever goes wrong the conversation hears of it."""
        done = events.ActionDone(do.action, do.key, ok=False, error="unavailable")  # without a record nothing is done
        if await self._journal.try_commit(entries.ActionAsked(do.action, do.key)):
            done = await self._perform(do)
        session.tell(done)

    async def _perform(self, do: Do) -> events.ActionDone:
        try:
            return await self._colleagues.perform(do)
        except Exception as error:  # a backend's fault must become an honest sentence: nobody knows what was done
            self._problem("backend", f"{do.action} expected to be done or refused, got {error!r}")
            return events.ActionDone(do.action, do.key, ok=False, error="unknown")

    # --- promises ------------------------------------------------------------------------------------------------

    async def _promise(self, agreed: events.AgreeCallback, session: Session) -> None:
        """The promise is made once it is on record; a number we may not dial is still kept, for people to see."""
        seeking = self._searches.current
        if seeking is not None and seeking.joining:
            seeking.happened(h.CallerCancelled())  # too late: nobody needs a call back who talks in a moment
            return
        handoff, version = self._promised_brief()
        number = self._may_be_rung(agreed.number)
        if not await self._journal.try_commit(CallbackPromise(handoff, number, agreed.queue, version).entry):
            self._take_back(session)
            return
        self._ending.outcome = "callback"
        if self._searches.current is not None:
            self._searches.current.happened(h.CallbackAgreed())

    def _promised_brief(self) -> tuple[str, int]:
        """Handoff and version of the brief kept with the promise; without a search it is a brief of its own."""
        if (seeking := self._searches.under_way) is not None:
            seeking.caller_spoke()
            return seeking.handoff.id, self._accounts.newest().version
        handoff, brief = f"{self._call}-h0", self._accounts.newest()
        self._journal.append(entries.BriefReady(handoff, brief.version, brief))
        return handoff, brief.version

    def _may_be_rung(self, number: str) -> str:
        came = NumberFrom.CALLER if number == self._own_number else NumberFrom.KEYED
        try:
            return self._house.callback_number(number, came)
        except NumberRefused as error:
            self._problem("callback", str(error))
            return number

    def _take_back(self, session: Session) -> None:
        """What was promised cannot be kept: not another word of it. The rescue apologises, and a person is sought."""
        session.rescue(self._standby.anew())
        if (seeking := self._searches.under_way) is not None and seeking.handoff.callback_offered:
            session.tell(PersonNews(PersonStage.UNAVAILABLE))  # it may offer the callback again
