"""What the synthetic callers of the training say."""

import re
from pathlib import Path

import numpy as np
import pytest

from models.training.speech.phrases import Phrases, words_only

INTENTS = Path(__file__).parents[2] / "config" / "intents"


def test_callers_say_words_alone_and_the_same_seed_says_the_same() -> None:
    phrases = Phrases(INTENTS)
    said = list(phrases.many(1500, np.random.default_rng(3)))
    assert said == list(phrases.many(1500, np.random.default_rng(3)))
    assert all(re.fullmatch(r"[a-z]+(?:'[a-z]+)*(?: [a-z]+(?:'[a-z]+)*)*", text) for text in said)
    assert {"yes", "no"} <= set(said)
    assert any("dollars" in text for text in said) and any("savings" in text for text in said)


def test_numerals_become_words() -> None:
    assert words_only("Move $250 to Savings, please!") == "move two hundred and fifty to savings please"


def test_a_folder_without_intents_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="intent files with examples expected in"):
        Phrases(tmp_path)
