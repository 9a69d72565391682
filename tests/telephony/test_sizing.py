"""Which size is proposed: by the queue that callers make, and by what decodes cost here."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from telephony import measuring
from telephony.check import examine
from telephony.measuring import FILE, Measured, kept, measure
from telephony.settings import load
from telephony.sizing import GUESS_MS, Cost, Load, erlang_c, proposal, text_p95_ms

BASE, SMALL, TINY = Cost(85, 107), Cost(237, 333), Cost(43, 54)  # ms of an idle core
SIZES = (("small.en", SMALL), ("base.en", BASE), ("tiny.en", TINY))
FULL = (("small.en", Cost(2000, 2000)), ("base.en", Cost(615, 615)), ("tiny.en", Cost(315, 315)))


def alone(calls: int, workers: int = 2) -> Load:
    return Load(calls=calls, workers=workers, share_of_core=0.0)


@pytest.mark.parametrize(
    ("offered", "servers", "waits"),
    [(0.0, 2, 0.0), (0.5, 1, 0.5), (1.0, 2, 1 / 3), (10.0, 14, 0.174), (2.0, 2, 1.0)],
)
def test_erlang_s_formula_gives_the_published_values(offered, servers, waits):
    """M/M/1 waits by its load; the others are of printed Erlang C tables."""
    assert erlang_c(offered, servers) == pytest.approx(waits, abs=0.001)


def test_a_single_call_waits_for_nobody():
    assert text_p95_ms(BASE, alone(1)) == GUESS_MS + 107


def test_more_calls_wait_longer_and_more_workers_less():
    waits = [text_p95_ms(BASE, alone(calls)) for calls in (1, 16, 40, 80)]
    assert waits == sorted(waits)
    assert text_p95_ms(BASE, alone(80, workers=4)) < text_p95_ms(BASE, alone(80))


def test_what_comes_faster_than_it_goes_never_ends():
    assert math.isinf(text_p95_ms(SMALL, alone(60)))
    assert math.isinf(text_p95_ms(TINY, Load(calls=100, workers=2)))  # the calls' own sound takes the cores


def test_sixteen_calls_on_two_cores_are_heard_with_base_in_short_windows():
    found = proposal(SIZES, Load(calls=16, workers=2))
    assert found.name == "base.en"
    assert found.p95_ms["tiny.en"] < found.p95_ms["base.en"] <= 300 < found.p95_ms["small.en"]


def test_a_crowd_is_heard_with_a_smaller_size_and_a_larger_machine_bears_a_larger_one():
    assert proposal(SIZES, Load(calls=32, workers=2)).name == "tiny.en"
    assert proposal((("small.en", Cost(60, 90)), *SIZES[1:]), Load(calls=16, workers=8)).name == "small.en"


def test_in_the_full_window_no_size_is_in_time_on_two_cores():
    assert proposal(FULL, Load(calls=16, workers=2)).name is None


# --- measured and kept ----------------------------------------------------------------------------------------------


@pytest.fixture
def config(tmp_path) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "warmline.toml").write_text(
        f'[service]\nmodels_folder = "{tmp_path / "models"}"\nrecords_folder = "{tmp_path / "records"}"\n',
        encoding="utf-8",
    )
    return folder


def said(config: Path) -> str:
    return " ".join(finding.says for finding in examine(config) if finding.part == "sizes")


def test_a_measurement_is_kept_for_this_machine_alone(config, tmp_path):
    settings = load(config)
    found = measure(settings, sizes=("toy",))
    assert [(one.size, one.weights) for one in found] == [("toy", False)]
    assert 0 < found[0].short.usual_ms < found[0].full.usual_ms
    assert kept(settings) == found
    path = tmp_path / "records" / FILE
    path.write_text(path.read_text().replace('"processor": "', '"processor": "another '), encoding="utf-8")
    assert kept(settings) == []


def test_a_measurement_that_cannot_be_read_is_none(config, tmp_path):
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / FILE).write_text('{"on": {}}', encoding="utf-8")
    assert kept(load(config)) == []


def test_a_gpu_that_is_asked_for_and_not_there_is_another_machine(config, tmp_path):
    measure(load(config), sizes=("toy",))
    with (config / "warmline.toml").open("a", encoding="utf-8") as file:
        file.write('[hearing.whisper]\ndevice = "cuda"\n')
    assert "not measured on this machine" in said(config)


def test_check_proposes_a_size_and_says_what_it_assumes(config, tmp_path, monkeypatch):
    assert "`warmline check --measure`" in said(config)
    sizes = [Measured(name, cost, dict(FULL)[name], False) for name, cost in SIZES]
    monkeypatch.setattr(measuring, "kept", lambda settings: sizes)
    assert "other work" not in said(config)
    sizes[0] = replace(sizes[0], busy=True)
    told = said(config)
    assert "in short windows base.en is the largest size with 95 % of texts within 300 ms (small.en" in told
    assert "16 calls" in told
    assert "1.4 decodes a turn" in told
    assert "in the 30 s window no size is quick enough" in told
    assert "too slow" in told
    assert "measured while this machine had other work" in told
