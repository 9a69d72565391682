"""What the ramp and the soak conclude from what they saw."""

import random

import pytest

from tests.bench.capacity import Step, in_time
from tests.bench.soak import Look, slopes_kb
from tests.bench.writer import STATISTICS


def steps(*of: tuple[int, float]) -> list[Step]:
    return [Step(calls, p95 / 2, p95, 40, 0, 0, core_pct_per_call=4.0, client_pct=20.0, holes=0) for calls, p95 in of]


def test_calls_count_up_to_the_first_step_that_is_too_late() -> None:
    assert max(in_time(steps((8, 300), (16, 480), (24, 700), (32, 450)), 500)) == 16


def test_where_even_the_first_step_is_too_late_no_call_counts() -> None:
    assert max(in_time(steps((1, 980), (4, 1400)), 500)) == 0


def looks(kb_per_call: float, noise_kb: float) -> list[Look]:
    chance = random.Random(3)
    return [
        Look(2.0 * n, round(400_000 + kb_per_call * 8 * n + chance.uniform(-noise_kb, noise_kb)), 8 * n)
        for n in range(200)
    ]


@pytest.mark.parametrize("kb_per_call", [0.0, 3.0, 40.0])
def test_growth_is_told_from_what_comes_and_goes(kb_per_call: float) -> None:
    assert STATISTICS["p50"](slopes_kb(looks(kb_per_call, 2_000))) == pytest.approx(kb_per_call, abs=1.5)


def test_what_is_loaded_at_first_is_no_growth() -> None:
    seen = [Look(float(n), 300_000 + min(n, 20) * 5_000, n) for n in range(100)]
    assert STATISTICS["p50"](slopes_kb(seen)) == 0
