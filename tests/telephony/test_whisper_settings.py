"""From warmline.toml to the recogniser: each key arrives, and what cannot be is said by section and key."""

from dataclasses import fields
from pathlib import Path

import pytest

from models.files import Manifest
from models.shapes.whisper import whisper_shape
from telephony.assembly import engines
from telephony.errors import ConfigError
from telephony.settings import Hearing, load, parse
from voice.stt import whisper
from voice.stt.whisper_window import Windows

CONFIG = Path(__file__).parents[2] / "config"


def hearing(**keys) -> Hearing:
    return parse({"hearing": {"whisper": keys}}, origin="here").hearing


def test_the_file_that_ships_says_what_holds_without_it():
    assert load(CONFIG).hearing.whisper == Hearing().whisper


def test_every_key_reaches_the_recogniser(tmp_path):
    whisper_shape("toy", tmp_path).rename(tmp_path / "ours")
    limits = {"avg_logprob": -0.8, "no_speech_prob": 0.5}
    wanted = hearing(
        weights="ours", device="cpu", compute_type="float32", threads=2, window="short", windows_seconds=[6, 30],
        margin_seconds=2, retry_seconds=1, hint_tokens=8, limits=limits,
    )  # fmt: skip
    found = engines.recogniser(wanted, tmp_path, Manifest("", {}), gates=tmp_path / "records").whisper
    plain = whisper.Settings(folder=tmp_path / "ours")
    untouched = {"spoken_language", "workers"}
    assert found is not None
    assert {f.name for f in fields(found) if getattr(found, f.name) == getattr(plain, f.name)} == untouched | {"folder"}
    assert (found.windows, found.gate_folder) == (Windows((6, 30), 2), tmp_path / "records")
    assert (found.limits.avg_logprob, found.limits.compression_ratio) == (-0.8, 2.4)


def test_one_decode_at_a_time_for_each_of_the_pool_s_workers(tmp_path):
    whisper_shape("toy", tmp_path).rename(tmp_path / "ours")
    wanted = hearing(weights="ours").model_copy(update={"workers": 3})
    found = engines.recogniser(wanted, tmp_path, Manifest("", {})).whisper
    assert found is not None
    assert found.workers == 3


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"windows_seconds": [8.0, 5.0, 30.0]}, "windows that grow up to 30 s expected"),
        ({"windows_seconds": [5.0]}, "windows that grow up to 30 s expected"),
        ({"margin_seconds": 5.0}, "a margin from 0 s to below the shortest window expected, got 5.0 s"),
        ({"window": "wide"}, r"\[hearing.whisper\] window"),
        ({"limits": {"loudness": 3}}, r"\[hearing.whisper.limits\] loudness: no such key"),
        ({"hints": 3}, r"\[hearing.whisper\] hints: no such key"),
    ],
)
def test_what_cannot_be_is_said(keys, said):
    with pytest.raises(ConfigError, match=said):
        hearing(**keys)
