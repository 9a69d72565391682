"""The curve of refusals begins at nothing refused and ends at all."""

from tests.bench.intent_plots import roc


def test_a_perfect_gate_refuses_all_of_nobodys_before_one_of_ours() -> None:
    curve = roc([2.0, 3.0, 4.0], [-1.0, 0.0])

    assert curve[0] == (0.0, 0.0)
    assert curve[1] == (0.0, 100.0)
    assert curve[-1] == (100.0, 100.0)
    assert curve == sorted(curve)
