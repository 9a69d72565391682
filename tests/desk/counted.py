"""A month of calls for the numbers page: some settled alone, some brought to Ana, one caller who gave up."""

from collections.abc import Sequence

from telephony.desk.numbers import Counts
from telephony.figures import Visit, visit
from tests.figures.journals import DAY, START, Told

UNTIL = START + 20 * DAY


def month() -> list[Visit]:
    told: list[Told] = []
    for day in range(12):
        at = START + day * DAY
        told += [
            Told(f"c-{day}-{n}", at=at + 60 * n, caller=f"+12065550{day:02d}{n}").heard("balance").ended()
            for n in range(1 + day % 4)
        ]
        search = Told(f"s-{day}", at=at + 600, caller=f"+1206556{day:04d}").heard("").escalated("lost")
        told.append(search.bridged(after=8 + 3 * day).unbridged(after=90).ended("transferred"))
    told.append(Told("gone", at=START, line="<b>web</b>").escalated().moved("abandoned", "queued", after=40).ended())
    return [one for call in told if (one := visit(call.rows)) is not None]


class Month:
    """`Visits` that were."""

    def __init__(self) -> None:
        self._visits = month()

    async def visits(self, *, since: float, until: float) -> Sequence[Visit]:
        return [one for one in self._visits if since <= one.at < until]


def counts() -> Counts:
    return Counts(Month(), wall=lambda: UNTIL)
