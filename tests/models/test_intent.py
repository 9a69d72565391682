"""What callers want: found, doubted or refused."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from models import intent_fit
from models.intent import IntentModel
from models.intent_report import report
from models.linear import fit, softmax
from models.word_errors import WordErrors

BANK = {
    "balance": [
        "what is my balance", "how much money do I have", "check my account balance", "my balance please",
        "how much is in my account", "tell me the balance of my savings", "what do I have in checking",
        "I need to know my balance", "account balance", "is there enough money in my account",
    ],
    "lost_card": [
        "I lost my card", "my card was stolen", "I can't find my debit card", "report a lost card",
        "someone took my card", "my wallet with the card is gone", "block my card it is stolen",
        "I left my card somewhere", "lost or stolen card", "my credit card is missing",
    ],
    "dispute": [
        "there's a charge I don't recognise", "dispute a charge", "I didn't make this payment", "wrong charge",
        "I was charged twice", "a payment on my account isn't mine", "you took money out and I don't know why",
        "I want to dispute a payment", "I see a strange charge", "this charge is wrong",
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def model() -> IntentModel:
    return IntentModel.fit(BANK)


@pytest.fixture(scope="module")
def bare() -> IntentModel:
    return IntentModel.fit(BANK, background=())


def test_finds_the_intent_of_a_sentence_it_has_not_seen(model: IntentModel) -> None:
    found = model.match("could you tell me the balance of my account")

    assert found.name == "balance"
    assert found.in_scope
    assert found.margin > 0


def test_survives_a_misheard_word(model: IntentModel) -> None:
    assert model.match("i loss my cart").name == "lost_card"


def test_knows_nothing_of_silence_and_foreign_script(model: IntentModel) -> None:
    for text in ("", "   ", "...", "Ñ", "日本語"):
        found = model.match(text)
        assert found.name is None
        assert not found.in_scope
        assert found.confidence == 0


def test_reads_only_the_beginning_of_an_endless_utterance(model: IntentModel) -> None:
    assert model.match("balance " * 10_000).name == "balance"


def test_a_prior_decides_between_near_equals_but_not_the_scope(model: IntentModel) -> None:
    text = "card charge"
    plain = model.match(text)
    expected = model.match(text, prior={"lost_card": 50.0})

    assert expected.name == "lost_card"
    assert expected.in_scope == plain.in_scope


def test_confidences_are_probabilities(model: IntentModel) -> None:
    for text in ("balance", "lost balance charge", "hello there"):
        found = model.match(text)
        assert 0 <= found.margin <= found.confidence <= 1


def test_what_people_ask_of_anyone_is_out_of_scope(model: IntentModel) -> None:
    for text in ("order a large pizza", "play some jazz music", "what's the weather in Rome tomorrow"):
        assert not model.match(text).in_scope
    for text in ("please check my balance", "my card was stolen yesterday", "I see a wrong charge"):
        assert model.match(text).in_scope


def test_it_works_without_any_background(bare: IntentModel) -> None:
    assert bare.match("please check my account balance").in_scope
    assert not bare.match("zebra").in_scope


def test_an_example_that_also_stands_outside_stays_inside() -> None:
    assert IntentModel.fit(BANK, ["my balance please"], background=()).match("my balance please").in_scope


def test_the_fingerprint_names_the_examples(bare: IntentModel) -> None:
    fewer = {**BANK, "balance": BANK["balance"][1:]}

    assert IntentModel.fit(fewer, background=()).fingerprint != bare.fingerprint


def test_fitting_twice_gives_the_same_answers(bare: IntentModel) -> None:
    again = IntentModel.fit(BANK, background=())

    assert again.fingerprint == bare.fingerprint
    assert again.match("stolen card") == bare.match("stolen card")


@pytest.mark.parametrize(
    ("examples", "complaint"),
    [
        ({"balance": BANK["balance"]}, "two intents"),
        ({**BANK, "empty": []}, "empty: at least two"),
        ({**BANK, "blank": ["something", " "]}, "blank: an example sentence is empty"),
        ({**BANK, "twin": ["dispute a  charge", "something else"]}, "share the example sentence"),
    ],
)
def test_refuses_examples_that_cannot_teach(examples: dict[str, list[str]], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        IntentModel.fit(examples)


class Topics:
    """An encoder that knows one thing n-grams cannot: that cash is money."""

    name = "topics-1"

    def encode(self, texts: list[str]) -> npt.NDArray[np.float32]:
        money = [float(any(word in text for word in ("money", "balance", "cash", "funds"))) for text in texts]
        return np.array([[share, 1 - share] for share in money], np.float32)


def test_an_encoder_adds_what_letters_do_not_show(bare: IntentModel) -> None:
    fused = IntentModel.fit(BANK, background=(), encoder=Topics())

    assert fused.match("cash").name == "balance"
    assert fused.fingerprint != bare.fingerprint


def test_a_head_separates_what_can_be_separated() -> None:
    features = np.array([[0.0, 1.0], [0.1, 0.9], [1.0, 0.0], [0.9, 0.1]])
    head = fit(features, np.array([0, 0, 1, 1]), 2, strength=10.0)

    assert (head.logits(features).argmax(axis=1) == [0, 0, 1, 1]).all()


def test_softmax_bears_large_logits() -> None:
    assert softmax(np.array([1e4, 0.0])).tolist() == [1.0, 0.0]


def test_word_errors_are_repeatable_and_leave_something() -> None:
    texts = BANK["balance"] + BANK["dispute"]
    once = [WordErrors(texts, seed=1).applied(text, 0.5) for text in texts]

    assert once == [WordErrors(texts, seed=1).applied(text, 0.5) for text in texts]
    assert all(once)
    assert WordErrors(texts).applied("one two", 0.0) == "one two"


def test_a_match_names_the_next_best_too(model: IntentModel) -> None:
    found = model.match("there is a wrong charge on my card")

    assert found.best[0][0] == found.name
    assert found.best[1][0] == found.runner_up
    assert sorted((share for _, share in found.best), reverse=True) == [share for _, share in found.best]


@pytest.mark.parametrize("encoder", [None, Topics()])
def test_a_kept_model_answers_as_the_fitted_one(tmp_path: Path, encoder: Topics | None) -> None:
    fitted = IntentModel.kept(tmp_path / "intents.npz", BANK, encoder=encoder)
    again = IntentModel.kept(tmp_path / "intents.npz", BANK, encoder=encoder)

    assert again.heads is not fitted.heads
    assert again.match("my stolen card") == fitted.match("my stolen card")
    assert again.fingerprint == fitted.fingerprint


def test_other_examples_are_fitted_anew_and_kept(tmp_path: Path) -> None:
    first = IntentModel.kept(tmp_path / "intents.npz", BANK)
    other = IntentModel.kept(tmp_path / "intents.npz", {**BANK, "balance": BANK["balance"][1:]})

    assert other.fingerprint != first.fingerprint


def test_a_spoilt_file_is_fitted_over(tmp_path: Path) -> None:
    (tmp_path / "intents.npz").write_bytes(b"no arrays")

    assert IntentModel.kept(tmp_path / "intents.npz", BANK).match("my stolen card").name == "lost_card"


def test_many_examples_are_fitted_by_least_squares_and_answer_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intent_fit, "MOST_LOGISTIC", 0)
    model = IntentModel.fit(BANK)

    assert model.match("could you tell me the balance of my account").name == "balance"
    assert not model.match("order a large pizza").in_scope


def test_the_report_names_intents_that_are_too_alike() -> None:
    twins = {"one": [f"pay {n} dollars to bill {n}" for n in "abcdefgh"],
             "two": [f"pay {n} dollars to bill {n}{n}" for n in "abcdefgh"], **BANK}  # fmt: skip
    model, held_out = IntentModel.fit_and_judge(twins)
    found = report(model.heads, held_out, accept=0.5, confirm=0.25)

    assert {(pair.wanted, pair.found) for pair in found.alike} & {("one", "two"), ("two", "one")}
    decided = found.decisions
    assert decided.accepted + decided.confirmed + decided.asked_again == pytest.approx(1)
    assert 0 <= found.calibration_error <= 1
