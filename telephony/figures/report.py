"""All figures of a stretch of time, and the same as CSV."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo

from telephony.figures import containment, fairness, satisfaction, service
from telephony.figures.days import Day, days
from telephony.figures.figure import Figure, Goals, Table
from telephony.figures.visit import Visit

_FORMULA = (
    "=+-@\t\r\n\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
)
COLUMNS = ("table", "group", "figure", "value", "unit", "n", "low", "high", "goal", "how")


@dataclass(frozen=True, slots=True)
class Report:
    calls: int
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...]
    days: tuple[Day, ...]

    def csv(self) -> str:
        """One figure a line, RFC 4180. No cell is read as a formula by a spreadsheet."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        for row in self._rows():
            writer.writerow([plain(cell) for cell in row])
        return out.getvalue()

    def _rows(self) -> Iterator[tuple[object, ...]]:
        for one in self.figures:
            yield "", "", *_cells(one)
        for table in self.tables:
            for group, one in table.rows:
                yield table.id, group, *_cells(one)
        for day in self.days:
            counts = (("calls", day.calls), ("contained", day.contained), ("searches", day.searches),
                      ("in time", day.soon), ("abandoned", day.abandoned))  # fmt: skip
            for name, count in counts:
                yield "days", day.date, name, count, "", "", "", "", "", ""


def report(
    visits: Sequence[Visit], *, until: float, goals: Goals | None = None, zone: tzinfo = UTC, since: float = 0.0
) -> Report:
    """`visits`: calls offered up to `until` (wall seconds). Those before `since` are given for recontacts only."""
    goals = goals or Goals()
    counted = [one for one in visits if one.at >= since]
    return Report(
        len(counted),
        (
            *service.figures(counted, goals),
            *containment.figures(counted, goals, until=until),
            *satisfaction.figures(counted),
        ),
        (*fairness.tables(counted), *satisfaction.tables(counted)),
        tuple(days(counted, goals, zone)),
    )


def plain(cell: object) -> object:
    """What a spreadsheet would take for a formula is given as text (OWASP, "CSV injection")."""
    text = cell if isinstance(cell, str) else None
    return f"'{text}" if text and text[0] in _FORMULA else cell


def _cells(one: Figure) -> tuple[object, ...]:
    return one.id, _round(one.value), one.unit, one.n, _round(one.low), _round(one.high), one.goal, one.how


def _round(value: float | None) -> object:
    return "" if value is None else round(value, 4)
