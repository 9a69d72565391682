"""Writes a trained network as faster-whisper reads it: CTranslate2's int8 model, tokenizer, frame settings."""

import json
from pathlib import Path

import numpy as np
from ctranslate2.specs import WhisperSpec, common_spec, model_spec, transformer_spec
from tokenizers import Tokenizer
from torch import Tensor, nn

from models.training.speech.network import Attention, Block, Network
from models.training.speech.tokens import END, save, vocabulary

PREPROCESSOR = {
    "feature_size": 80, "sampling_rate": 16000, "hop_length": 160, "chunk_length": 30, "n_fft": 400,
    "n_samples": 480000, "nb_max_frames": 3000, "feature_extractor_type": "WhisperFeatureExtractor",
}  # fmt: skip


def export(network: Network, tokenizer: Tokenizer, folder: Path, *, quantization: str = "int8") -> None:
    """Overwrites what lies in `folder`. The phone head stays behind: it only taught the encoder."""
    dims = network.dims
    spec = WhisperSpec(dims.encoder_layers, dims.heads, dims.decoder_layers, dims.heads)
    _encoder(spec, network)
    _decoder(spec, network)
    end = tokenizer.token_to_id(END)
    spec.config.suppress_ids, spec.config.suppress_ids_begin, spec.config.lang_ids = [], [end], []
    spec.config.alignment_heads = [(dims.decoder_layers - 1, head) for head in range(dims.heads)]
    spec.register_vocabulary(vocabulary(tokenizer))
    spec.validate()
    spec.optimize(quantization=quantization)
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    save(tokenizer, folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(PREPROCESSOR, indent=2) + "\n", encoding="utf-8")


def _encoder(spec: WhisperSpec, network: Network) -> None:
    encoder = network.encoder
    for part, conv in ((spec.encoder.conv1, encoder.conv1), (spec.encoder.conv2, encoder.conv2)):
        part.weight, part.bias = _array(conv.weight), _array(conv.bias)
    spec.encoder.position_encodings.encodings = _array(encoder.positions)
    _norm(spec.encoder.layer_norm, encoder.norm)
    for part, block in zip(spec.encoder.layer, encoder.layers, strict=True):
        _block(part, block)


def _decoder(spec: WhisperSpec, network: Network) -> None:
    decoder = network.decoder
    spec.decoder.embeddings.weight = _array(decoder.embedding.weight)
    spec.decoder.projection.weight = _array(decoder.embedding.weight)
    spec.decoder.position_encodings.encodings = _array(decoder.positions)
    _norm(spec.decoder.layer_norm, decoder.norm)
    for part, block in zip(spec.decoder.layer, decoder.layers, strict=True):
        _block(part, block)
        _crossed(part, block)


def _block(part: model_spec.LayerSpec, block: Block) -> None:
    attention = block.attention
    together = part.self_attention.linear[0]
    together.weight = np.concatenate([_array(linear.weight) for linear in _projections(attention)])
    together.bias = np.concatenate([_bias(linear) for linear in _projections(attention)])
    _linear(part.self_attention.linear[1], attention.out)
    _norm(part.self_attention.layer_norm, block.attention_norm)
    _norm(part.ffn.layer_norm, block.ffn_norm)
    _linear(part.ffn.linear_0, block.ffn_in)
    _linear(part.ffn.linear_1, block.ffn_out)


def _crossed(part: transformer_spec.TransformerDecoderLayerSpec, block: Block) -> None:
    attention, spec = block.crossed, part.attention
    assert attention is not None and block.crossed_norm is not None  # of every decoder block
    _linear(spec.linear[0], attention.query)
    spec.linear[1].weight = np.concatenate([_array(attention.key.weight), _array(attention.value.weight)])
    spec.linear[1].bias = np.concatenate([_bias(attention.key), _bias(attention.value)])
    _linear(spec.linear[2], attention.out)
    _norm(spec.layer_norm, block.crossed_norm)


def _projections(attention: Attention) -> tuple[nn.Linear, nn.Linear, nn.Linear]:
    return attention.query, attention.key, attention.value


def _linear(spec: common_spec.LinearSpec, linear: nn.Linear) -> None:
    spec.weight, spec.bias = _array(linear.weight), _bias(linear)


def _norm(spec: common_spec.LayerNormSpec, norm: nn.LayerNorm) -> None:
    spec.gamma, spec.beta = _array(norm.weight), _array(norm.bias)


def _bias(linear: nn.Linear) -> np.ndarray:
    return np.zeros(linear.out_features, np.float32) if linear.bias is None else _array(linear.bias)


def _array(tensor: Tensor) -> np.ndarray:
    return tensor.detach().cpu().float().numpy()
