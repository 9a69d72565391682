"""One call's side of what colleagues are asked: a yes to an act, an answer to a question; and the act itself.

Whatever goes wrong here, the caller hears of it and the call goes on; nothing is done without its yes.
"""

from collections.abc import Callable

from telephony.approvals.call_side import CallSide
from telephony.journal import Journal
from telephony.switchboard.accounts import Accounts
from telephony.switchboard.acquaintance import Acquaintance
from telephony.switchboard.house import House
from telephony.switchboard.standby import Standby
from voice import events
from voice.dialogue.business import Business
from voice.events import ActionDone, ApprovalNews, ApprovalStage, ColleagueNews, ColleagueStage, Do
from voice.pipeline.session import Session


class Colleagues:
    def __init__(
        self, house: House, *, business: Business, journal: Journal, accounts: Accounts, standby: Standby,
        acquaintance: Acquaintance, problem: Callable[[str, str], None],
    ) -> None:  # fmt: skip
        self._house = house
        self._journal = journal
        self._accounts = accounts
        self._standby = standby
        self._acquaintance = acquaintance
        self._problem = problem
        self._session: Session | None = None
        self.side = CallSide(
            journal=journal,
            tell=self._tell,
            caller=lambda: accounts.caller,
            tier=lambda: accounts.tier,
            words=standby.said,
            prefer=self._prefer,
            business=business,
        )

    def talk_over(self, session: Session) -> None:
        """The conversation that hears what comes of it."""
        self._session = session

    async def propose(self, act: events.Propose) -> None:
        try:
            await self._house.approvals.propose(self.side, act)
        except Exception as error:
            self._problem("approvals", f"{act.action} expected to be shown, got {error!r}")
            self._house.approvals.withdraw(self._journal.call, act.key, "no record")
            self._tell(ApprovalNews(act.key, ApprovalStage.NOBODY))

    def ask(self, act: events.AskColleague, queue: str) -> None:
        try:
            self._house.consults.ask(self.side, act, queue)
        except Exception as error:
            self._problem("consult", f"a question expected to be shown, got {error!r}")
            self._tell(ColleagueNews(act.key, ColleagueStage.NOBODY))

    def withdraw(self, act: events.Withdraw) -> None:
        self._house.approvals.withdraw(self._journal.call, act.key, act.why)
        self._house.consults.withdraw(self._journal.call, act.key)

    async def perform(self, do: Do) -> ActionDone:
        """Through the gate; with the grant for it, where somebody said yes."""
        return await self._house.approvals.perform(self.side, do)

    def left(self) -> None:
        """The call is over: nobody decides or answers for it any more."""
        self._session = None
        self._house.approvals.left(self._journal.call)
        self._house.consults.left(self._journal.call)

    def _tell(self, news: ApprovalNews | ColleagueNews) -> None:
        if self._session is not None:
            self._session.tell(news)

    def _prefer(self, agent: str) -> None:
        self._acquaintance.agent = agent
