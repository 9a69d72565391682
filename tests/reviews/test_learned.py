"""What was learned, laid over the configuration: never against what the operator has decided since."""

from dataclasses import replace
from pathlib import Path

from telephony.published.learned import LearnedFolder, laid_over, yields
from telephony.reviews.changes import AddExample, SetMode, SetNumber, State, applied, undone
from tests.sim.story import business
from voice.dialogue.business import Business
from voice.dialogue.learned import BIAS, Learned, with_learned


def with_mode(mode: str) -> Business:
    known = business()
    return replace(known, scope={**known.scope, "balance": replace(known.scope["balance"], mode=mode)})


def test_an_operator_who_changes_a_mode_has_the_last_word(tmp_path: Path) -> None:
    climbed = applied(State(), SetMode("balance", "automatic", "person"))
    LearnedFolder(tmp_path).publish(climbed)
    assert laid_over(with_mode("person"), tmp_path)[0].scope["balance"].mode == "automatic"
    assert laid_over(with_mode("approval"), tmp_path)[0].scope["balance"].mode == "approval"
    assert yields(with_mode("approval"), tmp_path) == (
        "balance: the configuration has another value now, which counts",
    )
    assert (LearnedFolder(tmp_path).state().version, LearnedFolder(tmp_path).state().learned.modes) == (2, {})


def test_the_base_of_two_steps_is_what_stood_before_the_first(tmp_path: Path) -> None:
    state = applied(State(), SetNumber(BIAS, 1.6, 2.0))
    state = applied(state, SetNumber(BIAS, 1.28, 1.6))
    assert state.learned.bases == {BIAS: 2.0}
    assert with_learned(business(), state.learned)[0].early.bias == 1.28
    assert undone(state, SetNumber(BIAS, 1.28, 1.6)).learned.numbers == {BIAS: 1.6}


def test_a_sentence_stands_under_one_intent_alone() -> None:
    own = business().intents["balance"].examples[0]
    learned = applied(State(), AddExample(own, "transfer")).learned
    known, left_out = with_learned(business(), learned)
    assert own in known.intents["transfer"].examples and own not in known.intents["balance"].examples
    assert left_out == ()


def test_what_no_longer_fits_is_left_out_and_named() -> None:
    learned = Learned(3, examples={"fax": ("send me a fax",)}, modes={"fax": "automatic"}, numbers={"speed": 9.0})
    known, left_out = with_learned(business(), learned)
    assert known.intents == business().intents
    assert left_out == (
        "examples of fax: no such intent", "fax: mode automatic: nothing here is called so",
        "speed = 9: nothing here is called so",
    )  # fmt: skip


def test_a_half_written_version_never_counts(tmp_path: Path) -> None:
    LearnedFolder(tmp_path).publish(applied(State(), AddExample("how flush am i", "balance")))
    (tmp_path / "learned" / "2").mkdir()
    assert LearnedFolder(tmp_path).state().version == 1
    (tmp_path / "learned" / "1" / "state.json").write_text("{", encoding="utf-8")
    known, left_out = laid_over(business(), tmp_path)
    assert known is business()
    assert "what was learned expected" in left_out[0]
