"""The recogniser of the tests keeps to its script."""

import numpy as np
import pytest

from voice.errors import RecogniserFailed
from voice.stt import scripted
from voice.stt.scripted import Line, Settings

SECOND = np.zeros(8000, np.int16)


def test_lines_come_in_the_order_of_the_utterances():
    recogniser = scripted.open(Settings(["hello", Line("a person please", 0.4)]), {})
    assert [recogniser.transcribe(SECOND, "main").text for _ in range(3)] == ["hello", "a person please", ""]


def test_each_line_has_its_confidence():
    recogniser = scripted.open(Settings([Line("maybe", 0.4)]), {})
    assert recogniser.transcribe(SECOND, "main").confidence == 0.4


def test_an_engine_that_breaks_can_be_scripted_too():
    recogniser = scripted.open(Settings([Line("", fails=True), "back again"]), {})
    with pytest.raises(RecogniserFailed, match="at utterance 1"):
        recogniser.transcribe(SECOND, "main")
    assert recogniser.transcribe(SECOND, "main").text == "back again"


def test_it_remembers_what_it_was_asked():
    recogniser = scripted.ScriptedRecogniser(["hello"])
    recogniser.transcribe(SECOND, "yes_no")
    assert recogniser.asked == [("yes_no", 1000)]


def test_an_utterance_heard_at_a_pause_and_then_to_its_end_is_one_line():
    recogniser = scripted.open(Settings(["hello", "bye"]), {})
    whole = np.arange(8000, dtype=np.int16)
    assert recogniser.transcribe(whole[:4000], "main").text == "hello"
    assert recogniser.transcribe(whole, "main").text == "hello"
    assert recogniser.transcribe(whole, "main").text == "bye"
