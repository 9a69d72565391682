"""The people, policies and acts that the tests of approvals speak of."""

from collections.abc import Mapping

from telephony.access import Role, Who
from telephony.approvals.state import Approval, Proposal, propose
from voice.dialogue.approval_policy import ApprovalPolicy, Limits

ANA = Who("ana", frozenset({Role.AGENT}))
BEN = Who("ben", frozenset({Role.AGENT}))
SAM = Who("sam", frozenset({Role.SUPERVISOR}))
KIM = Who("kim", frozenset({Role.SUPERVISOR}))
AUDITOR = Who("lea", frozenset({Role.AUDITOR}))
PEOPLE = (ANA, BEN, SAM, KIM, AUDITOR)
NAMES: Mapping[str, str] = {"ana": "Ana", "ben": "Ben", "sam": "Sam", "kim": "Kim", "lea": "Lea"}

POLICY = ApprovalPolicy(
    remind_seconds=20, deadline_seconds=60, grant_seconds=120, amount="amount", two_above=50,
    edits={"amount": Limits(least=5, most=100), "account": Limits(values=("checking", "savings"))},
)  # fmt: skip


def proposal(amount: str = "40.00", *, requesters: tuple[str, ...] = (), policy: ApprovalPolicy = POLICY) -> Proposal:
    params = {"amount": amount, "account": "checking", "member": "204713"}
    return Proposal(
        "ap-1", "call-1", "call-1-1-refund_fee", "fee_waiver", "refund_fee", params, ("amount", "account"),
        frozenset(requesters), policy,
    )  # fmt: skip


def asked(amount: str = "40.00", *, requesters: tuple[str, ...] = (), policy: ApprovalPolicy = POLICY) -> Approval:
    return propose(proposal(amount, requesters=requesters, policy=policy), 0)
