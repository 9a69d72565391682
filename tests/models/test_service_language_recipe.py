"""The recipe of the language of service lines: from written sentences to words one says."""

import random

import pytest

from models.training.service_language import DISCOUNT, END, START, estimated, expanded, in_words, spoken


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("I dont know. Pls help me!", ["i don't know", "please help me"]),
        ("it's been 2 weeks", ["it's been two weeks"]),
        ("my card 4532123412341234 is lost", []),
        ("", []),
    ],
)
def test_written_sentences_become_words_one_says(written: str, said: list[str]) -> None:
    assert [" ".join(one) for one in spoken(written)] == said


def test_a_number_is_said_where_there_is_one_way_to_say_it() -> None:
    assert [in_words(one) for one in (7, 42, 100, 305, 3000)] == [
        "seven", "forty two", "one hundred", "three hundred five", "three thousand",
    ]  # fmt: skip
    assert in_words(1984) == ""


def test_each_wording_of_a_line_is_a_sentence_once() -> None:
    assert expanded("my (mom|dad) (just |)died", random.Random(1)) == [
        "my dad died", "my dad just died", "my mom died", "my mom just died",
    ]  # fmt: skip


def test_what_was_never_seen_is_left_a_share() -> None:
    probability, backoff = estimated({("a", "b"): 2.0, ("a", "c"): 1.0})
    assert probability[(START, "a")] == pytest.approx(1 - DISCOUNT / 3)
    assert probability[("a", "b")] == pytest.approx((2 - DISCOUNT) / 3)
    assert backoff[("a",)] > 0
    assert ("b", END) in probability
