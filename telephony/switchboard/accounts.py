"""What the caller's mind can tell others about the call, asked so that a failed mind keeps no person away."""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from models.brief import Brief, Material, Reason
from models.compose import compose
from models.transcript import Transcript
from telephony.agents.routing import HOUSE_LANGUAGE
from telephony.switchboard.house import CallerMind

T = TypeVar("T")


class Accounts:
    """The briefs of one call in their versions, and what desks show of its caller.

    `spoken` gives the transcript when the mind cannot; `wall`: seconds since the epoch; `problem` hears of failures.
    """

    def __init__(
        self,
        mind: CallerMind,
        *,
        number: str | None,
        spoken: Callable[[], Transcript],
        wall: Callable[[], float],
        problem: Callable[[str, str], None],
        kept: Callable[[Brief], Brief] = lambda brief: brief,
    ) -> None:
        """`kept` adds what an earlier call left behind."""
        self._kept = kept
        self._mind = mind
        self._number = number or "Unknown caller"
        self._spoken = spoken
        self._wall = wall
        self._problem = problem
        self._newest: Brief | None = None

    def newest(self) -> Brief:
        """The brief as it stands; its version rises when something in it has changed."""
        known = self._newest
        version = known.version + 1 if known else 1
        brief = self._kept(self._ask(lambda: self._mind.brief(version), None) or self._bare(version))
        if known is None or (brief.lines, brief.headline) != (known.lines, known.headline):
            self._newest = known = brief
        return known

    def _bare(self, version: int) -> Brief:
        """When the mind cannot even say what the call is about: that it failed, and what was said."""
        reason = Reason("failed", ("the assistant failed during the call",), ())
        today = date.fromtimestamp(self._wall())
        return compose(Material(self._spoken(), today, reason=reason), version=version)

    @property
    def caller(self) -> str:
        return self._ask(lambda: self._mind.shown_caller, self._number)

    @property
    def tier(self) -> str:
        return self._ask(lambda: self._mind.tier, "")

    @property
    def language(self) -> str:
        return self._ask(lambda: self._mind.language, HOUSE_LANGUAGE)

    @property
    def solved(self) -> bool:
        return self._ask(lambda: self._mind.solved, False)

    @property
    def summary(self) -> str:
        return self._ask(self._mind.summary, "")

    @property
    def disposition(self) -> str | None:
        return self._ask(self._mind.suggested_disposition, None)

    def _ask(self, ask: Callable[[], T], otherwise: T) -> T:
        try:
            return ask()
        except Exception as error:
            self._problem("mind", f"an account of the call expected, got {error!r}")
            return otherwise
