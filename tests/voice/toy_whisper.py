"""A Whisper of random weights, small but true in shape: proves loading, windows and guards, understands nothing.

Written straight from CTranslate2's own specification with numpy, so that no training library is needed. 64 wide, one
layer each side, 300 byte-level tokens before the special ones; model.bin is 0.7 MB.
"""

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
from ctranslate2.specs import WhisperSpec
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

WIDTH, HEADS, MELS, POSITIONS, TEXT_POSITIONS = 64, 1, 80, 1500, 448
_SPECIAL = (
    ["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|translate|>", "<|transcribe|>"]
    + ["<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]
    + [f"<|{i * 0.02:.2f}|>" for i in range(1501)]
)


def write_toy_whisper(folder: Path, *, seed: int = 1) -> Path:
    """Fills `folder` with a model that faster-whisper loads."""
    folder.mkdir(parents=True, exist_ok=True)
    tokens = _write_tokenizer(folder / "tokenizer.json")
    spec = WhisperSpec(1, HEADS, 1, HEADS)
    _fill(spec, vocabulary=len(tokens), rng=np.random.default_rng(seed))
    spec.register_vocabulary(tokens)
    eot = tokens.index("<|endoftext|>")
    spec.config.suppress_ids, spec.config.suppress_ids_begin = [], [eot]
    spec.config.lang_ids, spec.config.alignment_heads = [tokens.index("<|en|>")], [(0, 0)]
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))
    extractor = {"feature_size": MELS, "hop_length": 160, "n_fft": 400, "chunk_length": 30, "sampling_rate": 16000}
    (folder / "preprocessor_config.json").write_text(json.dumps(extractor), encoding="utf-8")
    return folder


def _write_tokenizer(path: Path) -> list[str]:
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = alphabet + [f"filler{i}" for i in range(300 - len(alphabet))]
    tokenizer = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(_SPECIAL)
    tokenizer.save(str(path))
    return tokens + _SPECIAL


def _fill(spec: WhisperSpec, *, vocabulary: int, rng: np.random.Generator) -> None:
    def weight(*shape: int) -> npt.NDArray[np.float32]:
        return (rng.standard_normal(shape) / np.sqrt(shape[-1])).astype(np.float32)

    def linear(layer, inputs: int, outputs: int) -> None:
        layer.weight, layer.bias = weight(outputs, inputs), np.zeros(outputs, np.float32)

    def norm(layer) -> None:
        layer.gamma, layer.beta = np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)

    def attention(layer, *widths: int) -> None:
        norm(layer.layer_norm)
        for part, outputs in zip(layer.linear, widths, strict=True):
            linear(part, WIDTH, outputs)

    def feed_forward(layer) -> None:
        norm(layer.layer_norm)
        linear(layer.linear_0, WIDTH, 4 * WIDTH)
        linear(layer.linear_1, 4 * WIDTH, WIDTH)

    encoder, decoder = spec.encoder, spec.decoder
    for conv, channels in ((encoder.conv1, MELS), (encoder.conv2, WIDTH)):
        conv.weight, conv.bias = weight(WIDTH, channels, 3), np.zeros(WIDTH, np.float32)
    encoder.position_encodings.encodings = weight(POSITIONS, WIDTH)
    decoder.position_encodings.encodings = weight(TEXT_POSITIONS, WIDTH)
    decoder.embeddings.weight = weight(vocabulary, WIDTH)
    decoder.projection.weight = decoder.embeddings.weight
    for part in (encoder.layer_norm, decoder.layer_norm):
        norm(part)
    attention(encoder.layer[0].self_attention, 3 * WIDTH, WIDTH)
    attention(decoder.layer[0].self_attention, 3 * WIDTH, WIDTH)
    attention(decoder.layer[0].attention, WIDTH, 2 * WIDTH, WIDTH)
    feed_forward(encoder.layer[0].ffn)
    feed_forward(decoder.layer[0].ffn)
