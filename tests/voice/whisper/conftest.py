"""The toy opened, and its decodes watched or, where a test needs a verdict that random weights cannot bring about,
replaced."""

import pytest

from models.shapes.whisper import whisper_shape
from tests.voice.whisper.toy import BELIEVES_ALL, SURE
from voice.stt.whisper import Settings
from voice.stt.whisper_decode import Decoder


@pytest.fixture(scope="session")
def toy(tmp_path_factory):
    return whisper_shape("toy", tmp_path_factory.mktemp("whisper"))


@pytest.fixture
def settings(toy):
    return Settings(folder=toy, window="short", limits=BELIEVES_ALL)


@pytest.fixture
def windows(monkeypatch):
    """The length in frames (10 ms) and the number of utterances of every decode, after the model was opened."""
    seen = []
    true_decode = Decoder.decode

    def decode(self, looks, **how):
        seen.append((looks[0].features.shape[-1], len(looks)))
        return true_decode(self, looks, **how)

    monkeypatch.setattr(Decoder, "decode", decode)
    return seen


@pytest.fixture
def answers(monkeypatch):
    """What the decoder says from now on, one a look; used up, it says something sure."""
    to_say = []
    asked = []

    def decode(self, looks, **how):
        asked.extend(look.features.shape[-1] for look in looks)
        return [to_say.pop(0) if to_say else SURE for _ in looks]

    monkeypatch.setattr(Decoder, "decode", decode)
    return to_say, asked
