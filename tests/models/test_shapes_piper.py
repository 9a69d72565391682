"""The voices without a voice: Piper's shape and cost, random weights."""

import json

import numpy as np
import onnxruntime
import pytest

from models.shapes.piper import SECONDS_PER_SYMBOL, SHAPES, TOY_RATE, TOY_SAMPLES, piper_shape

PUBLISHED_PARAMETERS = {"x_low": 5.2e6, "medium": 16.4e6}


def say(model, symbols: int, *, length: float = 1.0) -> np.ndarray:
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    inputs = {
        "input": np.arange(symbols, dtype=np.int64)[None] % 90 + 1,
        "input_lengths": np.array([symbols], dtype=np.int64),
        "scales": np.array([0.667, length, 0.8], dtype=np.float32),
    }
    (sound,) = session.run(["output"], inputs)
    return sound


@pytest.fixture(scope="module", params=["x_low", "medium"])
def voice(request, tmp_path_factory):
    return request.param, piper_shape(request.param, tmp_path_factory.mktemp("shapes"))


def test_a_voice_is_as_large_as_the_published_one(voice):
    quality, model = voice
    parameters = model.stat().st_size / 4  # float32, and the graph itself is small
    assert parameters == pytest.approx(PUBLISHED_PARAMETERS[quality], rel=0.06)


def test_a_text_of_twice_the_phonemes_is_twice_as_long(voice):
    quality, model = voice
    rate = SHAPES[quality].rate
    short, long = say(model, 40), say(model, 80)
    assert short.shape[:2] == (1, 1)
    assert short.dtype == np.float32
    assert short.size / rate == pytest.approx(40 * SECONDS_PER_SYMBOL, abs=0.02)
    assert long.size == pytest.approx(2 * short.size, rel=0.02)


def test_the_length_scale_stretches_it(voice):
    _, model = voice
    assert say(model, 40, length=1.5).size == pytest.approx(1.5 * say(model, 40).size, rel=0.02)


def test_it_is_audible_and_does_not_clip(voice):
    _, model = voice
    sound = say(model, 40)
    assert 0.05 < np.sqrt(np.mean(sound**2)) < 0.5
    assert np.abs(sound).max() < 1.0


def test_the_toy_is_a_tone_a_symbol_of_known_length(tmp_path):
    model = piper_shape("toy", tmp_path)
    assert model.stat().st_size < 2000
    assert say(model, 7).shape == (1, 1, 7 * TOY_SAMPLES)
    described = json.loads(model.with_name(model.name + ".json").read_text())
    assert described["audio"]["sample_rate"] == TOY_RATE
    assert described["espeak"]["voice"] == "en-us"
    assert described["num_symbols"] >= len(described["phoneme_id_map"])


def test_a_voice_is_made_once_and_then_found(tmp_path):
    first = piper_shape("toy", tmp_path)
    made_ns = first.stat().st_mtime_ns
    assert piper_shape("toy", tmp_path) == first
    assert first.stat().st_mtime_ns == made_ns
    assert sorted(path.name for path in first.parent.iterdir()) == ["toy.onnx", "toy.onnx.json"]
