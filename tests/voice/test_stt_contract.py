"""What every recogniser must do. Runs over each plug in voice/stt: a module with `Settings` and `open`."""

import importlib
import pkgutil
from dataclasses import FrozenInstanceError, fields
from types import ModuleType

import numpy as np
import pytest

import voice.stt
from models.shapes.whisper import whisper_shape
from voice.audio import RATE
from voice.stt import Recognition

STATES = {"main": ["pay my bill", "where is my parcel"], "yes_no": ["yes", "no"]}


def plugs() -> list[str]:
    modules = (importlib.import_module(f"voice.stt.{found.name}") for found in pkgutil.iter_modules(voice.stt.__path__))
    return [m.__name__.rpartition(".")[2] for m in modules if hasattr(m, "Settings") and hasattr(m, "open")]


PLUGS = plugs()


@pytest.fixture(params=PLUGS)
def plug(request) -> ModuleType:
    return importlib.import_module(f"voice.stt.{request.param}")


@pytest.fixture
def settings(plug, tmp_path):
    """Settings as an operator would have them. A plug that needs something on disk gets it here."""
    if "folder" in {field.name for field in fields(plug.Settings)}:
        return plug.Settings(folder=whisper_shape("toy", tmp_path))
    return plug.Settings()


def sounds() -> dict[str, np.ndarray]:
    loud = 20_000 * np.random.default_rng(3).standard_normal(RATE)
    return {
        "nothing": np.zeros(0, np.int16),
        "one sample": np.ones(1, np.int16),
        "silence": np.zeros(RATE, np.int16),
        "noise": loud.clip(-32768, 32767).astype(np.int16),
        "an offset": np.full(RATE, 9000, np.int16),
        "longest utterance": (loud / 20).astype(np.int16).repeat(12),
    }


def test_the_engines_that_ship_are_found():
    assert {"pocketsphinx", "whisper", "scripted"} <= set(PLUGS)


def test_settings_are_frozen(settings):
    with pytest.raises(FrozenInstanceError):
        setattr(settings, fields(settings)[0].name, None)


@pytest.mark.parametrize("state", sorted(STATES))
def test_whatever_comes_in_a_recognition_comes_out(plug, settings, state):
    recogniser = plug.open(settings, STATES)
    for what, pcm in sounds().items():
        heard = recogniser.transcribe(pcm, state)
        assert isinstance(heard, Recognition), what
        assert heard.engine == plug.NAME
        assert heard.text == heard.text.lower().strip()
        assert 0.0 <= heard.confidence <= 1.0


def test_silence_is_never_heard_as_words(plug, settings):
    assert plug.open(settings, STATES).transcribe(np.zeros(RATE, np.int16), "main").text == ""


def test_it_does_not_change_the_sound_it_was_given(plug, settings):
    pcm = sounds()["noise"]
    before = pcm.copy()
    plug.open(settings, STATES).transcribe(pcm, "main")
    assert np.array_equal(pcm, before)
