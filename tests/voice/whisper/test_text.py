"""What comes out of Whisper: a plain text with its probability, as the library itself would say it, or a refusal."""

from dataclasses import replace

import numpy as np
import pytest
from faster_whisper import WhisperModel

from tests.voice.whisper.toy import SURE, noise, opened
from voice.audio import RATE
from voice.errors import AudioError
from voice.stt import whisper
from voice.stt.expected import plain
from voice.stt.guards import Limits
from voice.stt.log_mel import LogMel
from voice.stt.whisper_decode import Decoder, sound_of


def test_it_answers_in_the_contract_s_form(settings):
    heard = opened(replace(settings, limits=Limits())).transcribe(noise(2), "main")
    assert heard.engine == "whisper"
    assert heard.text == plain(heard.text)
    assert 0 <= heard.confidence <= 1


def test_a_sure_text_is_handed_on_plain_with_its_probability(settings, answers):
    heard = opened(settings).transcribe(noise(2), "main")
    assert (heard.text, heard.refused) == ("where is my parcel", "")
    assert heard.confidence == pytest.approx(np.exp(-0.2))


def test_the_full_window_says_what_the_library_s_own_transcribe_says(toy):
    """Same tokens, same scores: nothing but the window and the open scores is ours."""
    pcm = noise(4, seed=5)
    stock = WhisperModel(str(toy), device="cpu", compute_type="int8", local_files_only=True)
    segments, _ = stock.transcribe(
        sound_of(pcm), language="en", beam_size=1, temperature=0.0, without_timestamps=True, max_new_tokens=70,
        condition_on_previous_text=False, no_speech_threshold=None,
    )  # fmt: skip
    told = next(iter(segments))
    ours = Decoder(stock, spoken_language="en")
    decoded = ours.decode([ours.look(sound_of(pcm), 30.0, prompt=ours.hint("", 0), cap=36)])[0]  # (2 + 70) / 2
    assert decoded.text == told.text.strip()
    assert decoded.tokens == len(told.tokens) == 36
    assert decoded.avg_logprob == pytest.approx(told.avg_logprob, abs=5e-3)  # features differ in the seventh digit
    assert decoded.no_speech_prob == pytest.approx(told.no_speech_prob, abs=1e-6)
    assert decoded.compression_ratio == pytest.approx(told.compression_ratio)


def test_telephone_sound_reaches_the_model_at_its_own_rate(toy):
    """Two seconds at 8 kHz are two seconds of features; samples handed on as they are would be one."""
    decoder = Decoder(WhisperModel(str(toy), local_files_only=True), spoken_language="en")
    look = decoder.look(sound_of(noise(2)), 5.0, prompt=(), cap=10)
    assert np.flatnonzero(look.features.any(axis=0))[-1] + 1 == pytest.approx(200, abs=1)


@pytest.mark.parametrize("seconds", [0.02, 0.5, 2.003, 12.0])
def test_features_are_the_library_s_own(toy, seconds):
    """Which also has one more frame, of its own padding, that its `transcribe` leaves out."""
    extractor = WhisperModel(str(toy), local_files_only=True).feature_extractor
    before = {name: np.copy(value) for name, value in vars(extractor).items()}
    sound = sound_of(noise(seconds, seed=3))
    ours = LogMel(extractor)(sound)
    assert ours == pytest.approx(extractor(sound)[:, :-1], abs=1e-4)
    assert all(np.array_equal(vars(extractor)[name], value) for name, value in before.items())


def test_silence_is_refused_before_anything_is_decoded(settings, windows):
    recogniser = opened(replace(settings, limits=Limits()), windows)
    for pcm in (noise(0), np.zeros(RATE, np.int16), np.full(RATE, 9000, np.int16)):
        heard = recogniser.transcribe(pcm, "main")
        assert (heard.text, heard.refused) == ("", "silence")
    assert windows == []


@pytest.mark.parametrize(
    "pcm", [noise(1).astype(np.float32), noise(31), noise(1).reshape(2, -1)], ids=["floats", "31 s", "two channels"]
)
def test_samples_of_another_kind_are_refused(settings, pcm):
    with pytest.raises(AudioError, match=r"at most 30 s of int16 mono samples at 8 kHz, got"):
        opened(settings).transcribe(pcm, "main")


def test_a_state_without_hints_is_heard_too(settings):
    assert whisper.open(settings, {}).transcribe(noise(1), "elsewhere").engine == "whisper"


def test_an_unexpected_text_is_trusted_less(settings, answers):
    to_say, _ = answers
    recogniser = opened(settings)
    to_say.append(replace(SURE, text="Purple monkeys sing"))
    far = recogniser.transcribe(noise(2), "main")
    assert far.text == "purple monkeys sing"
    assert far.confidence == pytest.approx(0.5 * np.exp(-0.2))


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("Where's my parcel?", "where's my parcel"),
        (" $1,250.50, please.", "1250.50 dollars please"),
        ("At 5:30 PM -- 20%!", "at 5:30 pm 20 percent"),
        ("Number 4-5-6...", "number 4 5 6"),
        ("♪ ...", ""),
    ],
)
def test_text_is_handed_on_plain(written, text):
    assert plain(written) == text
