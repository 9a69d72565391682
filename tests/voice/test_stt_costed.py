"""What a cost run hears with: the script's words, at the price of a whole decode."""

import numpy as np
import pytest

from models.shapes.whisper import whisper_shape
from voice.audio import RATE
from voice.stt import whisper
from voice.stt.costed import costed
from voice.stt.scripted import ScriptedRecogniser
from voice.stt.whisper_decode import Decoder


@pytest.mark.parametrize("tokens", [7, 16])
def test_the_script_is_heard_and_every_utterance_pays_for_a_text_of_that_length(tmp_path, monkeypatch, tokens):
    paid = []
    true_decode = Decoder.decode

    def decode(self, looks, **how):
        told = true_decode(self, looks, **how)
        paid.extend((look.shape[0], one.tokens) for look, one in zip(looks, told, strict=True))
        return told

    settings = whisper.Settings(folder=whisper_shape("toy", tmp_path), window="short")
    hear = costed(ScriptedRecogniser(["yes", "one two three"]), settings, {}, tokens=tokens)
    monkeypatch.setattr(Decoder, "decode", decode)
    short, long = ((1000 * np.random.default_rng(s).standard_normal(s * RATE)).astype(np.int16) for s in (1, 4))
    assert hear.transcribe(short, "main").text == "yes"
    assert hear.transcribe(long, "main").text == "one two three"
    assert paid == [(500, tokens), (800, tokens)]
