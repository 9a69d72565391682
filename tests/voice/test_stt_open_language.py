"""An open question's language: what the business expects, and beside it how people talk to service lines."""

import math

import pytest

from models.service_language import END, START, packed, shipped
from tests.voice.test_stt_language_model import chance, read
from voice.stt.language_model import estimated, words_of
from voice.stt.open_language import mixed

OWN = [words_of(one) for one in ("pay my bill", "pay my water bill", "where is my parcel", "yes", "yes please")]
HISTORIES = [(), ("my",), (START,), ("pay", "my"), ("i", "want"), ("parcel", "my"), ("want", "to"), ("water",)]


@pytest.fixture(scope="module")
def model():
    return read(mixed(estimated(OWN), shipped()))


@pytest.mark.parametrize("history", HISTORIES)
def test_what_may_follow_sums_to_one(model, history) -> None:
    words = [gram[0] for gram in model[0] if len(gram) == 1 and gram != (START,)]
    assert math.isclose(sum(chance(word, history, model) for word in words), 1.0, abs_tol=0.02)  # bytes are rough


def test_words_that_the_business_never_names_can_be_said(model) -> None:
    for word in ("lawyer", "scammed", "hospital", "refund", "ridiculous"):
        assert chance(word, ("my",), model) > 0


def test_the_words_of_the_business_are_known_and_its_sentences_likelier_than_they_were(model) -> None:
    others = read(mixed(estimated(OWN), shipped(), share=0.01))
    assert chance("parcel", ("is", "my"), model) > chance("parcel", ("is", "my"), others) > 0
    assert chance("water", ("pay", "my"), model) > 0.1


def test_a_gram_of_three_has_its_history_among_the_grams_of_two(model) -> None:
    probability, _ = model
    assert all(gram[:2] in probability for gram in probability if len(gram) == 3)


def test_a_language_packs_and_opens_with_the_same_chances() -> None:
    probability = {("a",): 0.5, ("b",): 0.3, (END,): 0.2, (START, "a"): 0.9, ("a", "b"): 0.7, (START, "a", "b"): 0.8}
    backoff = {(START,): 0.2, ("a",): 0.43, (START, "a"): 0.67}
    found = packed(probability, backoff)
    read_back = {(*history, word): p for history, _, after in found.histories() for word, p in after.items()}
    assert set(read_back) == {gram for gram in probability if len(gram) > 1}
    for gram, p in read_back.items():
        assert math.isclose(p, probability[gram], rel_tol=0.04)
    for history, left, _ in found.histories():
        assert math.isclose(left, backoff[history], rel_tol=0.04)
