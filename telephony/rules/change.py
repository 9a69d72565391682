"""One change of the rules, and its way as one table: checked, tried, signed, published; refused, worse, rolled back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from telephony.rules.difference import Difference
from telephony.rules.errors import NotChanged


@dataclass(frozen=True, slots=True)
class Texts:
    """The two files as they are written."""

    escalation: str
    scope: str


class Step(StrEnum):
    TRY = "try"
    PASS = "pass"
    FAIL = "fail"
    UNDECIDED = "undecided"
    BREAK = "break"  # the trial itself could not be made
    SIGN = "sign"
    REFUSE = "refuse"
    ROLL_BACK = "roll_back"


class Standing(StrEnum):
    CHECKED = "checked"  # a draft is kept once it can run
    TRYING = "trying"
    TRIED = "tried"  # and not worse: it waits for a second person
    WORSE = "worse"
    PUBLISHED = "published"
    REFUSED = "refused"
    ROLLED_BACK = "rolled_back"


TABLE: Mapping[tuple[Standing, Step], Standing] = {
    (Standing.CHECKED, Step.TRY): Standing.TRYING,
    (Standing.CHECKED, Step.REFUSE): Standing.REFUSED,
    (Standing.TRYING, Step.PASS): Standing.TRIED,
    (Standing.TRYING, Step.FAIL): Standing.WORSE,
    (Standing.TRYING, Step.UNDECIDED): Standing.CHECKED,
    (Standing.TRYING, Step.BREAK): Standing.CHECKED,
    (Standing.TRIED, Step.TRY): Standing.TRYING,
    (Standing.TRIED, Step.SIGN): Standing.PUBLISHED,
    (Standing.TRIED, Step.REFUSE): Standing.REFUSED,
    (Standing.PUBLISHED, Step.ROLL_BACK): Standing.ROLLED_BACK,
}
"""Nothing leads from `WORSE` anywhere: whoever signs, it is not published."""

WHY_NOT: Mapping[Standing, str] = {
    Standing.CHECKED: "This change has not been found not worse yet. Try it on recorded calls first.",
    Standing.TRYING: "This change is being tried on recorded calls. Wait until that is done.",
    Standing.TRIED: "This change waits for a signature.",
    Standing.WORSE: "This change was found worse and cannot be published. Draft another one.",
    Standing.PUBLISHED: "This change is signed and published already.",
    Standing.REFUSED: "This change was refused. Draft another one.",
    Standing.ROLLED_BACK: "This change was rolled back. Draft it anew.",
}


@dataclass(frozen=True, slots=True)
class Change:
    """`base`: hash of the set it was written over; `hash`: of what it says. `said`: how its trial came out, or why it
    was refused, a line each. `signer`: who signed or refused it, at `signed_wall`."""

    id: str
    author: str
    wall: float
    reason: str
    base: str
    hash: str
    differences: tuple[Difference, ...] = ()
    standing: Standing = Standing.CHECKED
    days: int = 0
    said: tuple[str, ...] = ()
    signer: str = ""
    signed_wall: float = 0.0

    def after(self, step: Step, **news: Any) -> "Change":
        """Raises `NotChanged` where its standing does not allow the step."""
        then = TABLE.get((self.standing, step))
        if then is None:
            raise NotChanged(WHY_NOT[self.standing])
        return replace(self, standing=then, **news)
