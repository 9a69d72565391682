"""Which acts wait for a person's yes, for how long, and what that person may change (`config/approvals.toml`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from pydantic import Field

STRICT: dict[str, str] = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class Limits:
    """How far an approver may change one slot: an amount between two bounds, or one of some values."""

    __pydantic_config__: ClassVar = STRICT
    least: Annotated[float, Field(ge=0)] | None = None
    most: Annotated[float, Field(ge=0)] | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApprovalPolicy:
    """For one intent. Seconds count from the proposal; `edits`: slot → limits, what is not named stays as it is."""

    __pydantic_config__: ClassVar = STRICT
    who: Literal["agent", "supervisor"] = "agent"  # whose yes it takes; supervisors may always
    remind_seconds: Annotated[float, Field(gt=0, le=600)] = 30.0  # then it is shown once more, to supervisors as well
    deadline_seconds: Annotated[float, Field(gt=0, le=600)] = 75.0  # nobody decided: never done, a person is sought
    grant_seconds: Annotated[float, Field(gt=0, le=600)] = 120.0  # a yes that is not used by then is void
    amount: str | None = None  # the slot that holds the money at stake
    two_above: Annotated[float, Field(ge=0)] | None = None  # more than this takes two different people
    edits: Mapping[str, Limits] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Approvals:
    """`reasons`: code → the sentence a caller hears with a no; approvers choose one, so nothing else is ever said."""

    __pydantic_config__: ClassVar = STRICT
    intents: Mapping[str, ApprovalPolicy] = field(default_factory=dict)
    reasons: Mapping[str, Annotated[str, Field(min_length=1, max_length=300)]] = field(default_factory=dict)
