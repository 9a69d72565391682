"""What simulated desks are told of earlier calls: three from Maria Keller's number, one of them by somebody else."""

from collections.abc import Sequence

from telephony.desk.earlier import Earlier
from telephony.earlier import EarlierCall
from tests.desk.office import NUMBER

DAY = 86_400.0
NOW = 1_772_452_800.0  # 2 March 2026, noon in UTC
MARIA, PETER = "M. Keller ••31", "P. Keller ••77"
CALLS = (
    EarlierCall("c-3", NOW - DAY, 240.0, "transferred", ("disputed_charge",), "ben", "follow_up",
                "Sent the dispute form; <b>she</b> sends it back.", MARIA),
    EarlierCall("c-2", NOW - 9 * DAY, 61.0, "solved", ("balance",), "", "", "", PETER),
    EarlierCall("c-1", NOW - 30 * DAY, 33.0, "abandoned", (), "", "", ""),
)  # fmt: skip


class OnePast:
    """Asked for another number it knows nothing. `asked`: the numbers, in their order."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def of(self, number: str, *, but: str, limit: int) -> Sequence[EarlierCall]:
        self.asked.append(number)
        return [one for one in CALLS if number == NUMBER and one.call != but][:limit]


def past() -> Earlier:
    return Earlier(
        OnePast(), lambda: NOW, {"disputed_charge": "a disputed charge", "follow_up": "We owe them something"}
    )
