"""What many calls add up to, with the definitions that a supervisor would be held to."""

import csv
import io
from datetime import timedelta, timezone

import pytest

from telephony.figures import Figure, Goals, Report, report, visit
from telephony.figures.figure import wilson
from tests.figures.journals import DAY, START, Told

LATER = START + 30 * DAY


def of(*calls: Told, until: float = LATER, since: float = 0.0, goals: Goals | None = None) -> Report:
    visits = [one for told in calls if (one := visit(told.rows)) is not None]
    return report(visits, until=until, since=since, goals=goals)


def figure(found: Report, id: str) -> Figure:
    return next(one for one in found.figures if one.id == id)


def answered(name: str, wait: float, **where: object) -> Told:
    return Told(name, **where).escalated().bridged(after=wait).unbridged().ended("transferred")  # type: ignore[arg-type]


def left(name: str, wait: float) -> Told:
    return Told(name).escalated().moved("abandoned", "queued", after=wait).ended("abandoned")


# --- service ----------------------------------------------------------------------------------------------------------


def test_the_service_level_is_the_share_answered_in_time_of_all_who_waited() -> None:
    found = of(answered("a", 5), answered("b", 19), answered("c", 45), left("d", 30))
    level = figure(found, "service_level")
    assert (level.value, level.n) == (0.5, 4)
    assert figure(found, "asa_s").value == pytest.approx(23.0)
    assert figure(found, "abandoned").value == 0.25


def test_who_gives_up_at_once_did_not_wait() -> None:
    found = of(answered("a", 5), left("b", 3))
    assert (figure(found, "service_level").n, figure(found, "abandoned").value) == (1, 0.0)


def test_who_hangs_up_on_the_system_alone_abandoned_no_queue() -> None:
    assert figure(of(Told("a").heard("balance").ended("ended")), "abandoned").n == 0


def test_the_promise_is_the_operators() -> None:
    assert figure(of(answered("a", 45), goals=Goals(share=0.9, seconds=60)), "service_level").value == 1.0


def test_without_calls_a_figure_is_not_nought() -> None:
    found = of()
    assert figure(found, "service_level").value is None
    assert figure(found, "contained").value is None


# --- containment ------------------------------------------------------------------------------------------------------


def test_a_call_that_needed_no_person_is_contained() -> None:
    found = of(Told("a").ended("solved"), answered("b", 5, caller="+12065550111"))
    assert figure(found, "contained").value == 0.5


def test_who_rings_again_within_the_week_was_not_helped() -> None:
    found = of(Told("a").ended(), Told("b", at=START + 3 * DAY).ended())
    assert figure(found, "contained").value == 1.0
    assert figure(found, "contained_net").value == 0.5


def test_after_the_week_it_is_another_matter() -> None:
    assert figure(of(Told("a").ended(), Told("b", at=START + 8 * DAY).ended()), "contained_net").value == 1.0


def test_a_call_whose_week_is_not_over_is_not_judged() -> None:
    assert figure(of(Told("a").ended(), until=START + 2 * DAY), "contained_net").n == 0


def test_callers_without_a_number_cannot_be_followed() -> None:
    found = of(Told("a", caller=None).ended(), Told("b", caller=None).ended())
    assert (figure(found, "contained").n, figure(found, "contained_net").n) == (2, 0)


# --- groups -----------------------------------------------------------------------------------------------------------


def test_escalations_are_told_by_how_well_callers_were_heard_with_their_bounds() -> None:
    well = [Told(f"w{n}").heard("balance", confidence=0.95).ended() for n in range(20)]
    badly = [Told(f"b{n}").heard("", confidence=0).escalated("lost").bridged().unbridged().ended() for n in range(5)]
    table = next(t for t in of(*well, *badly).tables if t.id == "escalated_by_quality")
    groups = dict(table.rows)
    assert (groups["heard well"].value, groups["heard badly"].value) == (0.0, 1.0)
    assert groups["heard badly"].low == pytest.approx(0.566, abs=0.001)


def test_reasons_are_counted_by_the_first_trigger() -> None:
    found = of(answered("a", 5), answered("b", 5), Told("c").escalated("lost").bridged().unbridged().ended())
    table = next(t for t in found.tables if t.id == "transfer_reasons")
    assert [(name, one.value) for name, one in table.rows] == [
        ("asked", pytest.approx(2 / 3)),
        ("lost", pytest.approx(1 / 3)),
    ]


def test_ratings_are_tied_to_what_the_call_went_through() -> None:
    good = Told("a").ended().entry("Surveyed", score=5, by="key")
    bad = left("b", 60).entry("Surveyed", score=2, by="key")
    found = of(good, bad)
    assert (figure(found, "content").value, figure(found, "rating").value) == (0.5, 3.5)
    stages = dict(next(t for t in found.tables if t.id == "rating_by_stage").rows)
    assert (stages["none begun"].value, stages["queued"].value) == (5.0, 2.0)


# --- days, and the file -----------------------------------------------------------------------------------------------


def test_days_are_those_of_the_business() -> None:
    late = Told("a", at=START + 11.5 * 3600).ended()  # 23:30 UTC
    found = report([v] if (v := visit(late.rows)) else [], until=LATER, zone=timezone(timedelta(hours=2)))
    assert [day.date for day in found.days] == ["2026-03-03"]


def test_earlier_calls_count_for_recontacts_only() -> None:
    early, again = Told("a").ended(), Told("b", at=START + 3 * DAY).ended()
    found = of(early, again, since=START + DAY)
    assert found.calls == 1
    assert figure(found, "contained_net").n == 1


def test_the_file_holds_every_figure_with_its_definition() -> None:
    found = of(answered("a", 5), Told("b").ended())
    rows = list(csv.DictReader(io.StringIO(found.csv())))
    assert {one.id for one in found.figures} <= {row["figure"] for row in rows}
    assert all(row["how"] for row in rows if row["table"] != "days")
    assert [row["value"] for row in rows if row["figure"] == "service_level"] == ["1.0"]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\n", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH COMMERCIAL AT}"])
def test_no_cell_of_the_file_is_a_formula(sign: str) -> None:
    found = of(Told("a", line=f"{sign}cmd|' /C calc'!A1").ended())
    assert f"'{sign}cmd" in found.csv()
    assert not any(cell.startswith(sign) for row in csv.reader(io.StringIO(found.csv())) for cell in row)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"), [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634)]
)
def test_bounds_are_wilsons(hits: int, n: int, low: float, high: float) -> None:
    assert wilson(hits, n) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))
