"""A level means what it says: pooling, smoothing, and what no data may bend."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.frustration_level import Level, calibration_error, pooled
from models.frustration_scale import Scale

turns = st.lists(st.tuples(st.floats(0, 8), st.booleans()), min_size=1, max_size=60)


def test_neighbours_that_fall_are_joined_at_their_mean() -> None:
    pools = pooled(np.array([0.0, 0.6, 0.2, 1.0]), np.array([1.0, 1.0, 3.0, 1.0]))

    assert pools == [(0, 1, 0.0), (1, 3, pytest.approx(0.3)), (3, 4, 1.0)]


@given(turns)
@settings(deadline=None)
def test_a_higher_score_never_gives_a_lower_level(labelled: list[tuple[float, bool]]) -> None:
    level = Level.fit([score for score, _ in labelled], [truth for _, truth in labelled])
    levels = [level.of(score) for score in np.linspace(-1, 9, 50)]

    assert all(0 <= one <= 1 for one in levels)
    assert levels == sorted(levels)


def test_a_level_is_the_share_of_turns_that_were_frustrated_there() -> None:
    dice = np.random.default_rng(3)
    scores = dice.uniform(0, 4, 4000)
    truths = dice.uniform(size=4000) < scores / 4

    level = Level.fit(scores[:2000], truths[:2000])
    told = [level.of(score) for score in scores[2000:]]

    assert calibration_error(told, truths[2000:]) < 0.04
    assert level.of(2.0) == pytest.approx(0.5, abs=0.1)


def test_few_turns_never_say_never_or_always() -> None:
    level = Level.fit([0.0, 0.0, 1.0, 3.0], [0, 0, 0, 1])

    assert 0 < level.of(0.0) < level.of(3.0) < 1


def test_a_score_that_is_no_number_shows_nothing() -> None:
    level = Level((0.0, 1.0), (0.1, 0.9))

    assert level.of(float("nan")) == level.of(0.0) == 0.1


@pytest.mark.parametrize(
    ("scores", "levels"), [((), ()), ((0.0, 0.0), (0.1, 0.2)), ((0.0, 1.0), (0.5, 0.2)), ((0.0, 1.0), (0.5, 1.2))]
)
def test_a_curve_that_falls_or_leaves_0_to_1_is_refused(scores: tuple[float, ...], levels: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="rising scores"):
        Level(scores, levels)


def test_a_scale_of_few_alike_calls_stands_higher_than_their_quantile() -> None:
    """One loud caller among twenty: whether they are in the draw decides the quantile."""
    calls = [[0.0, 0.1, 0.2]] * 19 + [[2.0, 2.1, 2.2]]
    every = np.concatenate(calls)

    assert Scale.of_calls(calls).high > np.quantile(every, 0.95)
    assert Scale.of_calls(calls).placed(0.1) == pytest.approx(0.0)


def test_scores_that_do_not_differ_are_no_scale() -> None:
    with pytest.raises(ValueError, match="high quantile above the median"):
        Scale.of([1.0, 1.0, 1.0])
