"""The bench writer believes no number that its samples do not give."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench.writer import Header, Mismatch, Row, Samples, check, unmeasured, write

HEADER = Header("abc123", "two cores", 7, "config-1")


def measured(folder: Path, samples: list[float], statistic: str = "mean", **more: float) -> Row:
    return Samples(folder).row("x.latency", samples, statistic, unit="ms", goal="< 100", of="one turn", **more)  # type: ignore[arg-type]


def test_a_row_is_written_with_everything_that_proves_it(tmp_path: Path) -> None:
    row = measured(tmp_path, [10.0, 20.0, 30.0], peer_value=40.0)
    write(tmp_path / "bench.json", HEADER, [row])
    table = json.loads((tmp_path / "bench.json").read_text())
    assert table["header"]["commit"] == "abc123"
    assert table["rows"][0]["value"] == 20.0
    assert table["rows"][0]["ratio"] == 0.5
    assert table["rows"][0]["n"] == 3
    assert (tmp_path / table["rows"][0]["raw"]).is_file()
    check(tmp_path / "bench.json")


def test_a_value_other_than_its_samples_give_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    row = replace(measured(tmp_path, [10.0, 20.0]), value=14.0)
    with pytest.raises(Mismatch, match=r"x\.latency: mean of raw/x\.latency\.json is 15\.0, the row says 14\.0"):
        write(tmp_path / "bench.json", HEADER, [row])
    assert not (tmp_path / "bench.json").exists()


def test_samples_changed_afterwards_are_found(tmp_path: Path) -> None:
    write(tmp_path / "bench.json", HEADER, [measured(tmp_path, [1.0, 2.0])])
    (tmp_path / "raw" / "x.latency.json").write_text(json.dumps({"samples": [1.0, 9.0], "of": "one turn"}))
    with pytest.raises(Mismatch, match="is 5"):
        check(tmp_path / "bench.json")
    (tmp_path / "raw" / "x.latency.json").unlink()
    with pytest.raises(Mismatch, match="samples expected"):
        check(tmp_path / "bench.json")


def test_what_was_not_measured_is_null_with_a_reason(tmp_path: Path) -> None:
    write(tmp_path / "bench.json", HEADER, [unmeasured("gpu.latency", unit="ms", goal="< 50", why="no GPU here")])
    (row,) = json.loads((tmp_path / "bench.json").read_text())["rows"]
    assert row["value"] is None
    assert row["note"] == "no GPU here"
    with pytest.raises(ValueError, match="a reason expected"):
        unmeasured("gpu.latency", unit="ms", goal="< 50", why="")


def test_a_percentile_needs_enough_samples(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 100 samples expected for p99, got 3"):
        measured(tmp_path, [1.0, 2.0, 3.0], "p99")
    assert measured(tmp_path, [float(n) for n in range(1, 101)], "p95").value == 95.0


def test_a_value_without_samples_is_no_row() -> None:
    with pytest.raises(ValueError, match="samples and one of"):
        Row("x", 1.0, "ms", "< 2")


def test_two_rows_of_one_name_are_refused(tmp_path: Path) -> None:
    row = measured(tmp_path, [1.0])
    with pytest.raises(Mismatch, match=r"x\.latency more than once"):
        write(tmp_path / "bench.json", HEADER, [row, row])
