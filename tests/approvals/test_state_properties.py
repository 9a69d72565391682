"""Whatever is tried on one approval, in whatever order: what is over stays over, and a yes is what it says it is."""

from contextlib import suppress

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from telephony.access import Role, Who
from telephony.approvals import state as s
from telephony.approvals.errors import NotAllowed
from telephony.approvals.terms import amount_of
from tests.approvals.desk import PEOPLE, POLICY, asked

people = st.sampled_from(PEOPLE)
versions = st.one_of(st.none(), st.integers(min_value=0, max_value=9))  # None: the newest
amounts = st.sampled_from(["5", "20", "50", "50.01", "60", "100", "100.01", "4.99", "x", "-1", "1e3"])


class OneApproval(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0
        self.approval = asked()

    @initialize(amount=st.sampled_from(["10.00", "50.00", "90.00"]), requester=st.sampled_from(["", "sam", "ana"]))
    def begin(self, amount: str, requester: str) -> None:
        self.approval = asked(amount, requesters=(requester,) if requester else ())

    def become(self, after: s.Approval) -> None:
        before = self.approval
        assert after == before or after.version > before.version
        if before.over and after != before:
            assert before.granted
            assert after.state is s.State.WITHDRAWN
        self.approval = after

    @rule(ms=st.sampled_from([0, 1, 10_000, 20_000, 39_999, 60_000]))
    def wait(self, ms: int) -> None:
        self.now += ms

    @rule()
    def reminder(self) -> None:
        self.become(s.remind(self.approval, self.now))

    @rule()
    def clock(self) -> None:
        self.become(s.time_out(self.approval, self.now))

    @rule(why=st.sampled_from(["left", "cancelled"]))
    def taken_back(self, why: str) -> None:
        self.become(s.withdraw(self.approval, why))

    @rule(who=people, version=versions)
    def approve(self, who: Who, version: int | None) -> None:
        with suppress(NotAllowed):
            self.become(s.approve(self.approval, who, self.shown(version), self.now))

    @rule(who=people, version=versions, amount=amounts)
    def edit(self, who: Who, version: int | None, amount: str) -> None:
        with suppress(NotAllowed):
            self.become(s.edit(self.approval, who, self.shown(version), self.now, {"amount": amount}))

    @rule(who=people, version=versions)
    def reject(self, who: Who, version: int | None) -> None:
        with suppress(NotAllowed):
            self.become(s.reject(self.approval, who, self.shown(version), self.now, "correct"))

    @rule(who=people, version=versions)
    def take(self, who: Who, version: int | None) -> None:
        with suppress(NotAllowed):
            self.become(s.take(self.approval, who, self.shown(version), self.now))

    def shown(self, version: int | None) -> int:
        return self.approval.version if version is None else version

    @invariant()
    def who_said_yes_may(self) -> None:
        by_id = {who.id: who for who in PEOPLE}
        assert len(set(self.approval.yeses)) == len(self.approval.yeses)
        for one in self.approval.yeses:
            assert one not in self.approval.proposal.requesters
            assert by_id[one].has(Role.AGENT, Role.SUPERVISOR)

    @invariant()
    def a_yes_is_whole(self) -> None:
        if not self.approval.granted:
            return
        amount = amount_of(POLICY, self.approval.terms)
        assert amount is not None
        assert len(self.approval.yeses) >= (2 if amount > 50 else 1)
        assert self.approval.terms == self.approval.proposal.params or 5 <= amount <= 100
        assert {k: v for k, v in self.approval.terms.items() if k != "amount"} == {
            k: v for k, v in self.approval.proposal.params.items() if k != "amount"
        }


TestOneApproval = OneApproval.TestCase
TestOneApproval.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
