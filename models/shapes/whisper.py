"""Whisper in its exact published shape with seeded random weights, for measuring cost where no weights are.

Written straight from CTranslate2's own specification with numpy; what an encoder or a decoder costs does not depend on
the values. `paid_in_full` fixes the number of tokens of a text, so that every decode costs the same.
"""

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from ctranslate2.specs import WhisperSpec

from models.shapes.whisper_sizes import MELS, SHAPES, SOURCE_POSITIONS, SPECIAL, TARGET_POSITIONS, Shape, Size
from models.shapes.whisper_tokens import write_tokenizer

__all__ = ["SHAPES", "Shape", "Size", "max_length", "paid_in_full", "whisper_shape", "write_shape"]

SEED = 7
FORMAT = 1  # goes up whenever the same size and seed give other files

Array = npt.NDArray[np.float32]
Weight = Callable[..., Array]  # sizes of the axes → values


def whisper_shape(size: Size, cache: Path, *, seed: int = SEED) -> Path:
    """A folder in `cache` that faster-whisper loads (int8). Made once: a second for tiny.en, ten for small.en."""
    folder = cache / f"whisper-{size}-int8-seed{seed}-v{FORMAT}"
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=cache))
    try:
        write_shape(part, SHAPES[size], seed=seed)
        part.rename(folder)
    except OSError:
        if not folder.is_dir():  # else another process was quicker, with the same content
            raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder


def paid_in_full(end_of_text: int, prompt: int, tokens: int) -> dict[str, Any]:
    """Arguments of CTranslate2's `generate` by which a text has exactly `tokens` tokens, whatever the values.

    `end_of_text`: its token, forbidden here; `prompt`: how many tokens the prompt has. CTranslate2 decodes at most
    min(max_length / 2, max_length - prompt) tokens. In the words of faster-whisper's `transcribe`, which adds the
    prompt itself: `suppress_tokens=[-1, end_of_text], max_new_tokens=max_length(prompt, tokens) - prompt`.
    """
    return {"suppress_tokens": [-1, end_of_text], "max_length": max_length(prompt, tokens)}


def max_length(prompt: int, tokens: int) -> int:
    """CTranslate2's `max_length` that allows exactly `tokens` tokens after a prompt of `prompt`."""
    return max(2 * tokens, prompt + tokens)


def write_shape(folder: Path, shape: Shape, *, seed: int) -> None:
    tokens = write_tokenizer(folder / "tokenizer.json", shape.words)
    spec = filled(shape, _random(seed))
    spec.decoder.embeddings.weight[shape.words :] *= 0.01  # so a random text holds words, no marks and no end
    spec.register_vocabulary(tokens)
    spec.config.suppress_ids, spec.config.suppress_ids_begin = [], [tokens.index("<|endoftext|>")]
    spec.config.lang_ids, spec.config.alignment_heads = [tokens.index("<|en|>")], [(shape.layers - 1, 0)]
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))
    extractor = {"feature_size": MELS, "hop_length": 160, "n_fft": 400, "chunk_length": 30, "sampling_rate": 16000}
    (folder / "preprocessor_config.json").write_text(json.dumps(extractor), encoding="utf-8")


def _random(seed: int) -> Weight:
    dice = np.random.default_rng(seed)

    def weight(*sizes: int) -> Array:
        values = dice.standard_normal(sizes, dtype=np.float32)
        values /= np.float32(np.sqrt(sizes[-1]))  # keeps what flows through many layers of one size
        return values

    return weight


def filled(shape: Shape, weight: Weight) -> WhisperSpec:
    """CTranslate2's specification of that shape, every array made by `weight`."""
    spec = WhisperSpec(shape.layers, shape.heads, shape.layers, shape.heads)
    d = shape.width
    encoder, decoder = spec.encoder, spec.decoder
    for conv, channels in ((encoder.conv1, MELS), (encoder.conv2, d)):
        conv.weight, conv.bias = weight(d, channels, 3), weight(d)
    encoder.position_encodings.encodings = weight(SOURCE_POSITIONS, d)
    decoder.position_encodings.encodings = weight(TARGET_POSITIONS, d)
    decoder.embeddings.weight = weight(shape.words + len(SPECIAL), d)
    decoder.projection.weight = decoder.embeddings.weight
    for side in (encoder, decoder):
        _norm(side.layer_norm, d, weight)
        for layer in side.layer:
            _attention(layer.self_attention, d, weight, outputs=(3 * d, d))
            _feed_forward(layer.ffn, d, weight)
    for layer in decoder.layer:
        _attention(layer.attention, d, weight, outputs=(d, 2 * d, d))
    return spec


def _norm(layer: Any, d: int, weight: Weight) -> None:
    layer.gamma, layer.beta = 1 + weight(d), weight(d)


def _attention(layer: Any, d: int, weight: Weight, *, outputs: tuple[int, ...]) -> None:
    """Queries, keys and values lie in one matrix, or the last two for attention to the encoder; then what goes out."""
    _norm(layer.layer_norm, d, weight)
    for part, size in zip(layer.linear, outputs, strict=True):
        _linear(part, d, size, weight)


def _feed_forward(layer: Any, d: int, weight: Weight) -> None:
    _norm(layer.layer_norm, d, weight)
    _linear(layer.linear_0, d, 4 * d, weight)
    _linear(layer.linear_1, 4 * d, d, weight)


def _linear(layer: Any, inputs: int, outputs: int, weight: Weight) -> None:
    layer.weight, layer.bias = weight(outputs, inputs), weight(outputs)
