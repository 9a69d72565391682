"""The same numbers day by day, for the plots: a supervisor looks for what changed, and when."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from telephony.figures.containment import contained
from telephony.figures.figure import Goals
from telephony.figures.service import waited
from telephony.figures.visit import Visit


@dataclass(frozen=True, slots=True)
class Day:
    """`searches`: those that count for the service level; `soon` of them had a person in time."""

    date: str  # ISO, in the business's own time zone
    calls: int
    contained: int
    searches: int
    soon: int
    abandoned: int

    @property
    def service_level(self) -> float | None:
        return self.soon / self.searches if self.searches else None

    @property
    def containment(self) -> float | None:
        return self.contained / self.calls if self.calls else None


def days(visits: Sequence[Visit], goals: Goals, zone: tzinfo) -> list[Day]:
    """In order; days without a call are left out."""
    found: defaultdict[str, list[Visit]] = defaultdict(list)
    for one in visits:
        if one.inbound and one.answered and not one.turned_away:
            found[datetime.fromtimestamp(one.at, zone).date().isoformat()].append(one)
    return [_day(date, theirs, goals) for date, theirs in sorted(found.items())]


def _day(date: str, theirs: Sequence[Visit], goals: Goals) -> Day:
    searches = [search for one in theirs for search in one.searches if waited(search, goals)]
    return Day(
        date,
        calls=len(theirs),
        contained=sum(map(contained, theirs)),
        searches=len(searches),
        soon=sum(s.bridged_ms is not None and (s.wait_s or 0.0) <= goals.seconds for s in searches),
        abandoned=sum(s.bridged_ms is None and s.outcome == "abandoned" for s in searches),
    )
