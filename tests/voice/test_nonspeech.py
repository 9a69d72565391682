"""What a line carries that nobody said makes no turn: the shipped ear, recogniser and guards on every kind of it."""

import numpy as np
import pytest

from telephony.assembly.hearing import languages
from tests.bench.context import ROOT
from tests.bench.nonspeech import SECONDS, on_the_line, turns
from tests.bench.nonspeech_sounds import KINDS
from voice.audio import RATE
from voice.dialogue.load import load_business
from voice.stt import Recogniser, pocketsphinx


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return pocketsphinx.open(pocketsphinx.Settings(), {"yes_no": languages(load_business(ROOT / "config"))["yes_no"]})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dbfs", [-45.0, -25.0, -15.0])
def test_no_turn_comes_of_it(kind: str, dbfs: float, recogniser: Recogniser) -> None:
    chance = np.random.default_rng(1)
    sound = on_the_line(KINDS[kind](SECONDS * RATE, chance), RATE, dbfs)
    assert turns(sound, "yes_no", recogniser)[1] == []
