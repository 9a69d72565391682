"""The trigram model's text, as probability: what can be said sums to one, and what was seen is likelier."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.stt.language_model import arpa, words_of


def read(text: str) -> tuple[dict[tuple[str, ...], float], dict[tuple[str, ...], float]]:
    """Probabilities and back-off weights of every gram, as a decoder reads them."""
    probability, backoff, order = {}, {}, 0
    for line in text.splitlines():
        if found := re.fullmatch(r"\\(\d)-grams:", line):
            order = int(found[1])
        elif order and line and not line.startswith("\\"):
            weight, *rest = line.split()
            gram = tuple(rest[:order])
            probability[gram] = 10 ** float(weight)
            if len(rest) > order:
                backoff[gram] = 10 ** float(rest[order])
    return probability, backoff


def chance(word: str, history: tuple[str, ...], model) -> float:
    probability, backoff = model
    if (*history, word) in probability:
        return probability[(*history, word)]
    return backoff.get(history, 1.0) * chance(word, history[1:], model) if history else 0.0


SENTENCES = [words_of(s) for s in ("pay my bill", "pay my water bill", "where is my parcel", "yes", "yes please")]

WORD = st.sampled_from(["pay", "my", "bill", "now", "no"])


@given(st.lists(st.lists(WORD, min_size=1, max_size=6), min_size=1, max_size=8))
def test_after_any_history_the_chances_of_all_words_sum_to_one(sentences):
    model = read(arpa(sentences))
    words = {gram[0] for gram in model[0] if len(gram) == 1 and gram[0] != "<s>"}
    histories = [gram for gram in model[1] if len(gram) < 3 and "</s>" not in gram]
    for history in [(), *histories]:
        assert math.isclose(sum(chance(word, history, model) for word in words), 1.0, abs_tol=0.02)


def test_what_was_said_is_likelier_than_what_was_not():
    model = read(arpa(SENTENCES))
    assert chance("bill", ("my", "water"), model) > 5 * chance("parcel", ("my", "water"), model) > 0


def test_the_header_counts_its_grams():
    text = arpa(SENTENCES)
    probability, _ = read(text)
    for order in (1, 2, 3):
        assert f"ngram {order}={sum(len(gram) == order for gram in probability)}\n" in text


def test_words_are_plain():
    assert words_of("Pay it, please! I'd say: twenty-one") == ["pay", "it", "please", "i'd", "say", "twenty", "one"]
    assert words_of("the parcel’s here") == ["the", "parcel's", "here"]


def test_a_model_of_nothing_is_refused():
    with pytest.raises(ValueError, match="at least one sentence"):
        arpa([])


def test_a_number_of_four_digits_has_exactly_four():
    model = read(arpa([words_of("#4"), words_of("it's #4"), ["agent"]] * 400))
    places = [word for word, *more in model[0] if not more and word.startswith("two#4")]
    assert sorted(places) == ["two#4.1", "two#4.2", "two#4.3", "two#4.4"]
    assert chance("</s>", ("one#4.3", "two#4.4"), model) > 0.9
    assert chance("</s>", ("one#4.2", "two#4.3"), model) < 0.01
    assert chance("nine#4.4", ("one#4.2", "two#4.3"), model) > 0.05
    assert chance("nine#4.1", ("<s>", "it's"), model) > 0.05


@given(st.integers(1, 30), st.integers(1, 3))
def test_with_numbers_the_chances_still_sum_to_one(often, digits):
    model = read(arpa([words_of(f"it's #{digits}"), *[["yes"]] * often]))
    words = {gram[0] for gram in model[0] if len(gram) == 1 and gram[0] != "<s>"}
    for history in [gram for gram in model[1] if len(gram) < 3 and "</s>" not in gram]:
        assert math.isclose(sum(chance(word, history, model) for word in words), 1.0, abs_tol=0.02)
