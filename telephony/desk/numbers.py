"""The numbers page's calls: how the line has served its callers, as figures, plots and CSV."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, FastAPI, Query, Response
from fastapi.responses import FileResponse

from telephony import plots
from telephony.access.roles import Role
from telephony.desk.doors import Doors, Seat
from telephony.figures import Figure, Goals, Report, Visit, report
from telephony.figures.days import Day
from telephony.plots import Axes, Level, Line

DAY_S = 86_400.0
STATIC = Path(__file__).parent / "static"
DAYS_MAX = 366
Days = Annotated[int, Query(ge=1, le=DAYS_MAX)]


class Visits(Protocol):
    """The calls that were: `telephony.records.visits.RecordedVisits`."""

    async def visits(self, *, since: float, until: float) -> Sequence[Visit]: ...


@dataclass(frozen=True, slots=True)
class Counts:
    """What the page counts. `wall`: seconds since 1970; `zone`: of the business's days."""

    visits: Visits
    wall: Callable[[], float]
    goals: Goals = field(default_factory=Goals)
    zone: tzinfo = UTC

    async def report(self, days: int) -> Report:
        until = self.wall()
        since = until - days * DAY_S
        visits = await self.visits.visits(since=since, until=until)
        return report(visits, until=until, goals=self.goals, zone=self.zone, since=since)


def serve(app: FastAPI, counts: Counts, *, doors: Doors) -> None:
    """The page `/numbers` and its calls."""
    app.include_router(routes(counts=counts, doors=doors))

    @app.get("/numbers")  # on the app itself: the first page lists what is there
    async def page() -> FileResponse:
        return FileResponse(STATIC / "numbers.html")


def routes(*, counts: Counts, doors: Doors) -> APIRouter:
    router = APIRouter(prefix="/desk/api")
    reading = doors.reads(Role.SUPERVISOR)

    @router.get("/numbers")
    async def numbers(_seat: Annotated[Seat, Depends(reading)], days: Days = 28) -> dict[str, object]:
        found = await counts.report(days)
        return {
            "days": days,
            "calls": found.calls,
            "figures": [_shown(one) for one in found.figures],
            "tables": [
                {"title": t.title, "how": t.how, "rows": [{"group": group, **_shown(one)} for group, one in t.rows]}
                for t in found.tables
            ],
            "plots": drawn(found.days, counts.goals) if found.days else [],
        }

    @router.get("/numbers.csv")
    async def as_csv(_seat: Annotated[Seat, Depends(reading)], days: Days = 28) -> Response:
        named = {"content-disposition": f'attachment; filename="numbers-{days}-days.csv"'}
        return Response((await counts.report(days)).csv(), media_type="text/csv; charset=utf-8", headers=named)

    return router


def _shown(one: Figure) -> dict[str, object]:
    return asdict(one)


def drawn(days: Sequence[Day], goals: Goals) -> list[dict[str, str]]:
    """What went on day by day, newest at the right: 0 is the first day shown."""
    first, last = days[0].date, days[-1].date
    most = max(day.calls for day in days)
    x_name = f"days since {first}, to {last}"
    counts = Axes(x_name, "calls", float(max(1, len(days) - 1)), float(max(1, most)))
    shares = Axes(x_name, "% of calls", counts.x_max, 100.0)
    return [
        {
            "title": "Calls, and those that waited for a person",
            "svg": plots.lines(
                [_line("calls", [day.calls for day in days], 1), _line("waited", [day.searches for day in days], 2)],
                counts,
                title=f"Calls a day and searches for a person a day, {first} to {last}",
            ),
            "legend": "calls, waited",
        },
        {
            "title": "Answered in time, and settled without a person",
            "svg": plots.lines(
                [
                    _line("in time", [_percent(day.service_level) for day in days], 1),
                    _line("without a person", [_percent(day.containment) for day in days], 2),
                ],
                shares,
                title=f"Service level and containment in percent, {first} to {last}",
                levels=[Level(f"promised {goals.share:.0%}", 100 * goals.share)],
            ),
            "legend": "in time, without a person",
        },
    ]


def _line(name: str, values: Sequence[float | None], series: int) -> Line:
    return Line(name, [(float(x), y) for x, y in enumerate(values) if y is not None], series, dots=True)


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
