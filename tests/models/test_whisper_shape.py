"""Random weights in Whisper's shape: as many parameters as in print, tokens in their places, made once."""

import json

import numpy as np
import pytest
from ctranslate2.models import Whisper
from faster_whisper import WhisperModel
from tokenizers import Tokenizer

from models.shapes.whisper import SHAPES, filled, max_length, paid_in_full, whisper_shape
from models.shapes.whisper_tokens import write_tokenizer


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("shapes")


@pytest.fixture(scope="module")
def toy(cache):
    return whisper_shape("toy", cache)


@pytest.mark.parametrize(("size", "millions"), [("tiny.en", 37.76), ("base.en", 72.59), ("small.en", 241.73)])
def test_a_shape_has_as_many_parameters_as_published(size, millions):
    """Counted on CTranslate2's specification, in which the fused matrices give the keys a bias that Whisper lacks."""
    shape = SHAPES[size]
    zero = np.zeros((), np.float32)
    spec = filled(shape, lambda *sizes: np.broadcast_to(zero, sizes))  # no memory behind it
    spec.decoder.projection.weight = np.zeros(0, np.float32)  # is the embedding
    arrays = [array for array in spec.variables().values() if isinstance(array, np.ndarray)]
    biases_of_keys = 3 * shape.layers * shape.width
    assert sum(array.size for array in arrays) - biases_of_keys == shape.parameters
    assert round(shape.parameters / 1e6, 2) == millions


def test_the_special_tokens_are_where_the_english_models_have_them(cache, tmp_path):
    tokens = write_tokenizer(tmp_path / "tokenizer.json", SHAPES["base.en"].words)
    tokenizer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    assert len(tokens) == len(set(tokens)) == 51_864 == tokenizer.get_vocab_size()
    places = {"<|endoftext|>": 50_256, "<|startoftranscript|>": 50_257, "<|en|>": 50_258, "<|notimestamps|>": 50_362}
    assert {token: tokenizer.token_to_id(token) for token in places} == places
    assert tokenizer.token_to_id("<|30.00|>") == 51_863
    assert [tokenizer.token_to_id(token) for token in tokens] == list(range(len(tokens)))


def test_words_cost_few_tokens_and_come_back(tmp_path):
    write_tokenizer(tmp_path / "tokenizer.json", SHAPES["base.en"].words)
    tokenizer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    said = " what is the balance of my account"
    ids = tokenizer.encode(said, add_special_tokens=False).ids
    assert tokenizer.decode(ids) == said
    assert len(ids) <= 2 * len(said.split())


def test_ctranslate2_takes_it_for_an_english_model(toy):
    model = Whisper(str(toy), device="cpu", compute_type="int8")
    assert not model.is_multilingual
    assert model.n_mels == 80
    assert json.loads((toy / "preprocessor_config.json").read_text())["feature_size"] == 80


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(toy, tmp_path):
    again, other = whisper_shape("toy", tmp_path), whisper_shape("toy", tmp_path, seed=8)
    assert (again / "model.bin").read_bytes() == (toy / "model.bin").read_bytes()
    assert (again / "tokenizer.json").read_bytes() == (toy / "tokenizer.json").read_bytes()
    assert (other / "model.bin").read_bytes() != (toy / "model.bin").read_bytes()


def test_it_is_made_once_and_leaves_nothing_half_made(toy, cache):
    made = (toy / "model.bin").stat().st_mtime_ns
    assert whisper_shape("toy", cache) == toy
    assert (toy / "model.bin").stat().st_mtime_ns == made
    assert [folder.name for folder in cache.iterdir()] == [toy.name]


@pytest.mark.parametrize("tokens", [1, 7, 16])
def test_a_decode_is_paid_in_full(toy, tokens):
    """Every text has the number of tokens asked for; stock `transcribe` too, asked in its own words."""
    model = WhisperModel(str(toy), device="cpu", compute_type="int8", local_files_only=True)
    sot, plain, eot = (
        model.hf_tokenizer.token_to_id(f"<|{name}|>") for name in ("startoftranscript", "notimestamps", "endoftext")
    )
    features = np.random.default_rng(1).standard_normal((80, 500)).astype(np.float32)
    encoded = model.encode(features)
    told = model.model.generate(encoded, [[sot, plain]], beam_size=1, **paid_in_full(eot, 2, tokens))[0]
    assert len(told.sequences_ids[0]) == tokens
    sound = np.random.default_rng(2).standard_normal(32_000).astype(np.float32) / 10
    segments, _ = model.transcribe(
        sound, language="en", beam_size=1, temperature=0.0, without_timestamps=True,
        suppress_tokens=[-1, eot], max_new_tokens=max_length(2, tokens) - 2, no_speech_threshold=None,
    )  # fmt: skip
    assert [len(segment.tokens) for segment in segments] == [tokens]
