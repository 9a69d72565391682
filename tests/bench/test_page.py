"""The bench's page: every row with its verdict, plots from the raw samples, nothing fetched from anywhere."""

import json
import re
from pathlib import Path

import pytest

from telephony import plots
from tests.bench import page
from tests.bench.page import verdict
from tests.bench.writer import Header, Row, Samples, unmeasured, write

HEADER = Header("abc123", "Linux x86_64, 2 cores", 7, "config-1")


def row(value: float, goal: str) -> Row:
    return Row("x", value, "ms", goal, raw="raw/x.json", statistic="p50")


@pytest.mark.parametrize(
    ("value", "goal", "word"),
    [
        (300, "<= 300", "met"),
        (301, "<= 300", "missed"),
        (0.9, ">= 0.85 of a hundred", "met"),
        (0.62, ">= 0.70", "missed"),
        (0, "0", "met"),
        (1, "0", "missed"),
        (99, "< 100", "met"),
        (12, "report", "reported"),
        (12, "", "reported"),
    ],
)
def test_a_verdict_follows_the_goal_as_the_row_words_it(value: float, goal: str, word: str) -> None:
    assert verdict(row(value, goal)).word == word


def test_what_was_not_measured_is_neither_met_nor_missed() -> None:
    assert verdict(unmeasured("x", unit="ms", goal="<= 5", why="no GPU here")).word == "not measured"


@pytest.fixture
def written(tmp_path: Path) -> str:
    make = Samples(tmp_path).row
    rows = [
        make("edge_gap_expected_p50_ms", [200.0, 240.0, 260.0], "p50", unit="ms", goal="<= 300", of="a turn",
             peer="pipecat", peer_value=980.0, note="note with <angle> & sign"),
        make("edge_gap_pipecat_tuned_p50_ms", [900.0, 980.0, 1200.0], "p50", unit="ms", goal="report", of="a turn"),
        make("calls_at_p95_500ms", [16.0], "max", unit="calls", goal=">= 20", of="a step"),
        unmeasured("gpu", unit="ms", goal="<= 5", why="no GPU here"),
    ]  # fmt: skip
    steps = [{"calls": 8, "p95_ms": 320.0, "core_pct_per_call": 4.0}]
    kept = {"arms": {"Warmline": steps, "pipecat 1.14, best tuned": steps}}
    (tmp_path / "raw" / page.CAPACITY).write_text(json.dumps(kept), encoding="utf-8")
    write(tmp_path / "bench.json", HEADER, rows)
    return page.write(tmp_path / "bench.json").read_text(encoding="utf-8")


def test_the_header_says_what_was_measured_where(written: str) -> None:
    assert "commit abc123" in written
    assert "2 cores" in written


def test_every_row_is_there_with_value_peer_ratio_and_note(written: str) -> None:
    for text in ("edge_gap_expected_p50_ms", "240 <small>ms", "pipecat: 980", "0.245", "no GPU here"):
        assert text in written
    assert "note with &lt;angle&gt; &amp; sign" in written


def test_verdicts_are_counted_at_the_top(written: str) -> None:
    tiles = re.findall(r'<div class="tile [a-z-]+"><b>(\d+)</b>([a-z ]+)</div>', written)
    assert tiles == [("1", "met"), ("1", "missed"), ("1", "reported"), ("1", "not measured")]


def test_the_plots_are_inline_and_named_for_who_cannot_see_them(written: str) -> None:
    assert written.count("<svg") == 3
    assert written.count("aria-label=") == 3


def test_nothing_is_fetched(written: str) -> None:
    assert not re.search(r"<script|<link|https?:|url\(|@import", written)


def test_a_ramp_of_an_earlier_run_is_not_drawn(tmp_path: Path) -> None:
    make = Samples(tmp_path)
    (tmp_path / "raw" / page.CAPACITY).write_text('{"arms": {}}', encoding="utf-8")
    rows = [unmeasured(page.CAPACITY_ROW, unit="calls", goal=">= 16", why="not asked for (--only)")]
    write(tmp_path / "bench.json", HEADER, [*rows, make.row("x", [1.0], "max", unit="ms", goal="report", of="x")])
    assert "<svg" not in page.write(tmp_path / "bench.json").read_text(encoding="utf-8")


def test_without_edge_rows_there_is_still_a_page(tmp_path: Path) -> None:
    write(tmp_path / "bench.json", HEADER, [unmeasured("gpu", unit="ms", goal="<= 5", why="no GPU here")])
    assert "<svg" not in page.write(tmp_path / "bench.json").read_text(encoding="utf-8")


def test_a_distribution_ends_at_all_and_is_thinned_when_long() -> None:
    points = plots.ecdf([float(n) for n in range(5000)])
    assert points[0] == (0.0, 0.0)
    assert points[-1] == (4999.0, 100.0)
    assert len(points) <= plots.POINTS_MAX + 1


@pytest.mark.parametrize(("most", "step"), [(3000, 500), (100, 20), (7, 2), (0.04, 0.01), (0, 1)])
def test_axes_have_round_steps(most: float, step: float) -> None:
    assert plots.nice(most) == pytest.approx(step)
