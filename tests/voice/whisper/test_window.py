"""How much padding an utterance gets: 30 s, unless a record proves that its weights lose no words in less."""

import json
from dataclasses import replace

import pytest

from models.shapes.whisper import whisper_shape
from tests.voice.whisper.toy import noise, opened
from voice.stt.whisper_window import GATE_FILE, Windows, gate_key


def test_unknown_weights_get_the_full_window(settings, windows):
    opened(replace(settings, window="gated"), windows).transcribe(noise(2), "main")
    assert windows == [(3000, 1)]


@pytest.mark.parametrize(("seconds", "frames"), [(0.4, 500), (2.5, 500), (4, 800), (7, 1000), (12, 1500), (14, 3000)])
def test_a_short_window_holds_the_sound_and_a_margin(settings, windows, seconds, frames):
    opened(settings, windows).transcribe(noise(seconds), "main")
    assert windows[0] == (frames, 1)


@pytest.mark.parametrize(
    ("change", "frames"),
    [
        ({}, 500),
        ({"safe_s": [8.0, 10.0]}, 800),  # 5 s lost words: the next one that did not
        ({"safe_s": []}, 3000),
        ({"sha256": "of other weights"}, 3000),
        ({"margin_s": 1.0}, 3000),
        ({"windows_s": [5.0, 30.0]}, 3000),
    ],
)
def test_only_a_gate_record_of_these_weights_and_windows_shortens_the_window(
    settings, tmp_path, windows, change, frames
):
    folder = whisper_shape("toy", tmp_path)
    record = {**gate_key(folder, Windows()), "safe_s": [5.0, 8.0], **change}
    (folder / GATE_FILE).write_text(json.dumps(record), encoding="utf-8")
    opened(replace(settings, folder=folder, window="gated"), windows).transcribe(noise(2), "main")
    assert windows[0] == (frames, 1)


def test_a_gate_record_may_lie_among_the_service_s_records(settings, toy, tmp_path, windows):
    record = tmp_path / f"{toy.name}-{GATE_FILE}"
    record.write_text(json.dumps({**gate_key(toy, Windows()), "safe_s": [5.0]}), encoding="utf-8")
    opened(replace(settings, window="gated", gate_folder=tmp_path), windows).transcribe(noise(2), "main")
    assert windows[0] == (500, 1)


def test_a_gate_record_that_cannot_be_read_shortens_nothing(settings, toy, tmp_path, windows):
    (tmp_path / f"{toy.name}-{GATE_FILE}").write_text("no JSON", encoding="utf-8")
    opened(replace(settings, window="gated", gate_folder=tmp_path), windows).transcribe(noise(2), "main")
    assert windows[0] == (3000, 1)


@pytest.mark.parametrize("seconds", [(), (5.0, 8.0), (8.0, 5.0, 30.0), (2.0, 30.0)])
def test_windows_that_cannot_be_are_refused(seconds):
    with pytest.raises(ValueError, match="expected, got"):
        Windows(seconds=seconds)
