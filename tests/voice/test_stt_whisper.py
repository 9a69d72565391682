"""Whisper with random weights: everything but its understanding, which `tests/quality` measures with real ones."""

import json

import numpy as np
import pytest

from tests.voice.toy_whisper import write_toy_whisper
from voice.audio import RATE
from voice.errors import AudioError, EngineUnavailable
from voice.stt import whisper
from voice.stt.whisper import GATE_FILE, Settings, ShortWindow, gate_key, plain

STATES = {"main": ["pay my water bill", "where is my parcel", "yes"]}


@pytest.fixture(scope="session")
def toy(tmp_path_factory):
    return write_toy_whisper(tmp_path_factory.mktemp("whisper") / "toy")


@pytest.fixture
def encoded(monkeypatch):
    """How many frames (10 ms) the encoder got, and how many of them held sound, per decode."""
    seen = []
    true_encode = whisper.WhisperModel.encode

    def encode(self, features):
        seen.append((features.shape[-1], int(np.flatnonzero(features.any(axis=0))[-1]) + 1))
        return true_encode(self, features)

    monkeypatch.setattr(whisper.WhisperModel, "encode", encode)
    return seen


def noise(seconds: float, seed: int = 0):
    return (3000 * np.random.default_rng(seed).standard_normal(int(RATE * seconds))).astype(np.int16)


def test_it_loads_and_answers_in_the_contract_s_form(toy):
    heard = whisper.open(Settings(folder=toy), STATES).transcribe(noise(2), "main")
    assert heard.engine == "whisper"
    assert heard.text == plain(heard.text)
    assert 0 <= heard.confidence <= 1


def test_telephone_sound_reaches_the_model_at_its_own_rate(toy, encoded):
    """Two seconds at 8 kHz are two seconds of features; samples handed on as they are would be one."""
    whisper.open(Settings(folder=toy), STATES).transcribe(noise(2), "main")
    assert encoded[0][1] == pytest.approx(200, abs=2)


def test_samples_of_another_kind_are_refused(toy):
    recogniser = whisper.open(Settings(folder=toy), STATES)
    with pytest.raises(AudioError, match="int16 mono samples at 8 kHz, got float32"):
        recogniser.transcribe(noise(1).astype(np.float32), "main")


def test_no_sound_is_no_text(toy):
    assert whisper.open(Settings(folder=toy), STATES).transcribe(noise(0), "main").text == ""
    assert whisper.open(Settings(folder=toy), STATES).transcribe(np.zeros(8000, np.int16), "main").engine == "whisper"


def test_a_state_without_hints_is_heard_too(toy):
    assert whisper.open(Settings(folder=toy), {}).transcribe(noise(1), "elsewhere").engine == "whisper"


def test_unknown_weights_get_the_full_window(toy, encoded):
    whisper.open(Settings(folder=toy), STATES).transcribe(noise(2), "main")
    assert {frames for frames, _ in encoded} == {3000}


@pytest.mark.parametrize(("seconds", "frames"), [(2, 500), (4, 800), (7, 1000), (12, 1500)])
def test_a_short_window_holds_the_sound_and_a_margin(toy, encoded, seconds, frames):
    whisper.open(Settings(folder=toy, window="short"), STATES).transcribe(noise(seconds), "main")
    assert encoded[0][0] == frames


def test_a_suspicious_text_is_looked_at_again_in_the_full_window_and_then_given_up(toy, encoded, monkeypatch):
    monkeypatch.setattr(whisper, "judge", lambda *_, **__: whisper.Verdict.SUSPICIOUS)
    heard = whisper.open(Settings(folder=toy, window="short"), STATES).transcribe(noise(2), "main")
    assert [frames for frames, _ in encoded] == [500, 3000]
    assert (heard.text, heard.confidence) == ("", 0.0)


def test_the_full_window_of_one_retry_is_not_the_next_utterances(toy, encoded, monkeypatch):
    verdicts = iter([whisper.Verdict.SUSPICIOUS, whisper.Verdict.KEEP, whisper.Verdict.KEEP])
    monkeypatch.setattr(whisper, "judge", lambda *_, **__: next(verdicts))
    recogniser = whisper.open(Settings(folder=toy, window="short"), STATES)
    recogniser.transcribe(noise(2), "main")
    recogniser.transcribe(noise(2), "main")
    assert [frames for frames, _ in encoded] == [500, 3000, 500]


@pytest.mark.parametrize(
    ("change", "frames"),
    [({}, 500), ({"passed": False}, 3000), ({"sha256": "of other weights"}, 3000), ({"margin": 100}, 3000)],
)
def test_only_a_gate_record_of_these_weights_and_windows_shortens_the_window(tmp_path, encoded, change, frames):
    folder = write_toy_whisper(tmp_path / "gated")
    (folder / GATE_FILE).write_text(json.dumps({**gate_key(folder), "passed": True, **change}), encoding="utf-8")
    whisper.open(Settings(folder=folder), STATES).transcribe(noise(2), "main")
    assert encoded[0][0] == frames


def test_all_recognisers_share_one_model(toy):
    one, other = (whisper.open(Settings(folder=toy), STATES) for _ in range(2))
    assert one._model is other._model
    assert isinstance(one._model, ShortWindow)


def test_a_missing_folder_says_what_is_missing_and_what_to_do(tmp_path):
    with pytest.raises(EngineUnavailable, match=r"model\.bin.*missing: model\.bin.*warmline models fetch"):
        whisper.open(Settings(folder=tmp_path / "nowhere"), STATES)


def test_a_folder_without_a_tokenizer_is_refused_rather_than_completed_from_the_network(tmp_path):
    folder = write_toy_whisper(tmp_path / "half")
    (folder / "tokenizer.json").unlink()
    with pytest.raises(EngineUnavailable, match=r"missing: tokenizer\.json"):
        whisper.open(Settings(folder=folder), STATES)


def test_damaged_weights_are_an_unavailable_engine(tmp_path):
    folder = write_toy_whisper(tmp_path / "damaged")
    (folder / "model.bin").write_bytes(b"not a model")
    with pytest.raises(EngineUnavailable, match="cannot load"):
        whisper.open(Settings(folder=folder), STATES)


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
