"""Pocketsphinx: what it makes of states and their sentences, and what it hears of people by telephone."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from telephony.sim.telephone import telephone
from tests.bench.context import ROOT
from tests.businesses.order import sentences
from tests.data import data_folder
from tests.quality.calls.voices import Variant, spoken
from tests.quality.test_coffee import segments
from tests.voice.coffee import commands
from voice.audio import Pcm
from voice.dialogue.languages import languages
from voice.dialogue.load import load_business
from voice.errors import EngineUnavailable, RecogniserFailed
from voice.stt import ANYTHING, YES_OR_NO, pocketsphinx
from voice.stt.pocketsphinx import Settings
from voice.stt.pocketsphinx_models import compiled
from voice.stt.short_answers import answer

DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
STATES = {"yes_no": ["yes", "no", "yes please", "no thanks"], "digits": DIGITS}


@pytest.fixture(scope="module")
def recogniser():
    return pocketsphinx.open(Settings(), STATES)


def noise(milliseconds: int, level: float = 500) -> Pcm:
    return (level * np.random.default_rng(0).standard_normal(8 * milliseconds)).astype(np.int16)


def spoken_digits(speaker: str) -> list[tuple[str, Pcm]]:
    """Ten clips of one person, each with the word that was said."""
    folder = data_folder("digits-fsdd")
    clips = [next(iter(sorted(folder.rglob(f"{digit}_{speaker}_*")))) for digit in range(10)]
    return [(word, telephone(*soundfile.read(clip, dtype="int16"))) for word, clip in zip(DIGITS, clips, strict=True)]


def test_silence_and_nothing_are_not_understood(recogniser):
    for pcm in (np.zeros(0, np.int16), np.zeros(8000, np.int16), np.zeros(100, np.int16)):
        heard = recogniser.transcribe(pcm, "yes_no")
        assert (heard.text, heard.confidence) == ("", 0.0)


def test_a_state_that_nobody_named_is_an_error_that_names_those_known(recogniser):
    with pytest.raises(RecogniserFailed, match=r"\(digits, yes_no\), got 'weather'"):
        recogniser.transcribe(noise(500), "weather")


def test_the_same_sound_gives_the_same_text_every_time(recogniser):
    sound = noise(1500)
    assert recogniser.transcribe(sound, "digits") == recogniser.transcribe(sound, "digits")


def test_what_one_caller_said_does_not_change_what_the_next_is_heard_to_say(recogniser):
    alone = recogniser.transcribe(noise(1500, level=2000), "digits")
    for _, clip in spoken_digits("theo"):
        recogniser.transcribe(clip, "digits")
    assert recogniser.transcribe(noise(1500, level=2000), "digits") == alone


def test_a_sentence_with_figures_is_left_out_and_told(caplog):
    with caplog.at_level(logging.WARNING):
        pocketsphinx.open(Settings(), {"menu": ["press 1", "press one"]})
    assert "sentence left out, it has no words to say: 'press 1'" in caplog.text


def test_a_state_of_which_nothing_can_be_said_is_refused_at_the_start():
    with pytest.raises(EngineUnavailable, match="state 'menu' expects no sentence that can be spoken"):
        pocketsphinx.open(Settings(), {"menu": ["1", "2"]})


def test_a_word_that_no_dictionary_has_is_guessed_and_told(caplog):
    with caplog.at_level(logging.WARNING):
        pocketsphinx.open(Settings(), {"who": ["brzozowskyfy speaking"]})
    assert "sound guessed from spelling: brzozowskyfy" in caplog.text


def test_several_workers_may_ask_at_once(recogniser):
    sounds = [noise(400 + 100 * i, level=2000) for i in range(8)]
    one_by_one = [recogniser.transcribe(sound, "digits") for sound in sounds]
    with ThreadPoolExecutor(4) as workers:
        at_once = list(workers.map(lambda sound: recogniser.transcribe(sound, "digits"), sounds))
    assert [heard.text for heard in at_once] == [heard.text for heard in one_by_one]


def test_only_words_of_the_state_are_heard(recogniser):
    for _, clip in spoken_digits("jackson"):
        words = recogniser.transcribe(clip, "yes_no").text.split()
        assert set(words) <= {"yes", "no", "please", "thanks"}


def test_most_single_digits_of_a_person_are_heard(recogniser):
    right = [word for word, clip in spoken_digits("jackson") if recogniser.transcribe(clip, "digits").text == word]
    assert len(right) >= 7  # .82 over 200 clips of three people


def test_words_lie_inside_the_utterance_in_order(recogniser):
    folder = data_folder("commands-picovoice")
    name = sorted(json.loads((folder / "label.json").read_text()))[0].replace(".wav", ".flac")
    clip = telephone(*soundfile.read(folder / name, dtype="int16"))
    coffee = pocketsphinx.open(Settings(), {"order": ["can I have a light roast twelve ounce coffee"]})
    words = coffee.transcribe(clip, "order").words
    assert [word.start_ms for word in words] == sorted(word.start_ms for word in words)
    assert all(0 <= word.start_ms < word.end_ms <= len(clip) / 8 for word in words)
    assert all(0 <= word.confidence <= 1 for word in words)
    assert not any(set(word.text) & set("<>()") for word in words)


def test_a_sentence_that_stops_where_nobody_stops_is_doubted_more():
    state = {"main": ["can i get a", "can i get a small coffee"]}
    lax = pocketsphinx.open(Settings(reject_sentence_below=0.0, reject_fragment_below=0.0), state)
    strict = pocketsphinx.open(Settings(reject_sentence_below=0.0, reject_fragment_below=1.01), state)
    heard = [pcm for command in commands(20) for pcm in segments(command.pcm)]
    stopped = [pcm for pcm in heard if lax.transcribe(pcm, "main").text.endswith(" a")]
    assert stopped and not any(strict.transcribe(pcm, "main").text.endswith(" a") for pcm in stopped)


def test_a_doubted_sentence_is_believed_when_a_second_way_of_hearing_agrees():
    state = {"main": [one for one in sentences() if one != ANYTHING]}
    doubting = Settings(reject_word_below=1.01, reject_sentence_below=1.01, second_below=1.01, agreed_below=1.01)
    never, agreeing = (pocketsphinx.open(one, state) for one in (doubting, replace(doubting, agreed_below=0.4)))
    heard = [pcm for command in commands(10) for pcm in segments(command.pcm)]
    assert not any(never.transcribe(pcm, "main").text for pcm in heard)
    believed = [agreeing.transcribe(pcm, "main").text for pcm in heard]
    assert 0 < sum(map(bool, believed)) <= len(believed)


def test_what_no_sentence_of_the_state_holds_is_heard_where_anything_may_be_said():
    expected = ["what is my balance", "i want to transfer money", "agent"]
    recogniser = pocketsphinx.open(Settings(), {"closed": expected, "open": [*expected, ANYTHING]})
    heard = [pcm for command in commands(8) for pcm in segments(command.pcm)]
    closed, anything = ([recogniser.transcribe(pcm, state).text for pcm in heard] for state in ("closed", "open"))
    assert not any("coffee" in text for text in closed)
    assert sum("i" in text.split() or "coffee" in text for text in anything) >= len(heard) / 2


def test_states_that_expect_the_same_share_one_model():
    models = compiled({"main": ["agent", ANYTHING], "waiting": ["agent", ANYTHING], "yes_no": ["yes"]})
    assert models.languages["main"] == models.languages["waiting"] != models.languages["yes_no"]
    assert models.open["main"] == models.open["waiting"]
    assert "yes_no" not in models.open


def test_a_number_of_the_expected_length_comes_with_what_else_it_may_have_been():
    number = pocketsphinx.open(Settings(reject_number_below=0.0), {"digits:2": ["#2", "agent"]})
    (_, two), (_, six) = spoken_digits("theo")[2], spoken_digits("theo")[6]
    heard = number.transcribe(np.concatenate((two, noise(150, level=3), six)), "digits:2")
    assert len(heard.text.split()) == 2 and set(heard.text.split()) <= {*DIGITS, "oh"}
    assert heard.alternatives and heard.text not in heard.alternatives
    assert not any("#" in word.text for word in heard.words)


def test_digits_where_no_number_is_expected_have_no_alternatives(recogniser):
    assert all(not recogniser.transcribe(clip, "digits").alternatives for _, clip in spoken_digits("theo")[:3])


def test_a_short_answer_that_is_lost_among_all_that_a_state_expects_is_heard_where_a_yes_or_a_no_was_asked_for():
    expected = languages(load_business(ROOT / "config"))["yes_no"]
    broad = [one for one in expected if one != YES_OR_NO]
    asked = pocketsphinx.open(Settings(), {"broad": broad, "asked": expected})
    voices = [Variant("noise", "flite", name, snr_db=12.0, pitch=1.1) for name in ("rms", "awb", "kal16")]
    said = [("yes", "yes"), ("yes it is", "yes"), ("sure", "yes"), ("no", "no"), ("nope", "no")]
    clips = [(spoken(text, voice, pace=1.0, noisy=False), meant) for text, meant in said for voice in voices]
    right = {
        state: sum(answer(asked.transcribe(pcm, state).text) == meant for pcm, meant in clips)
        for state in ("broad", "asked")
    }
    assert right["asked"] > right["broad"], right


def test_a_state_that_asked_for_nothing_has_no_second_look_at_short_answers():
    models = compiled({"day": ["tuesday", "no"], "sure": ["yes", "no", "no friday", YES_OR_NO]})
    assert set(models.yes_or_no) == {"sure"}
    assert "friday" not in models.yes_or_no["sure"].read_text(encoding="utf-8").split()
