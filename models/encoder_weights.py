"""A BERT-shaped sentence encoder written for CTranslate2 straight from its published file, with numpy alone.

The mapping is that of CTranslate2's own converter for BERT (its `BertLoader`), without torch and transformers: the
three projections of attention lie in one matrix, the pooling layer is left away (sentences are averaged, not pooled).
"""

import json
import math
import shutil
import struct
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from ctranslate2.specs import TransformerEncoderModelSpec, TransformerEncoderSpec
from ctranslate2.specs.common_spec import Activation, EmbeddingsMerge

from models import scratch
from models.errors import WeightsMissing, WrongContent

FORMAT = 1  # goes up when the same weights give another file
CONFIG, WEIGHTS, TOKENIZER = "config.json", "model.safetensors", "tokenizer.json"
MOST_HEADER_BYTES = 100_000_000  # the format's own limit

_made: list[tempfile.TemporaryDirectory[str]] = []  # as long as this process runs

Array = npt.NDArray[np.float32]


def converted(folder: Path) -> Path:
    """The folder's int8 model, beside the weights it comes from; written once, in about a second.

    Where `folder` may not be written the model is made in the system's folder of temporary files, anew each time.
    Raises WeightsMissing or WrongContent.
    """
    target = folder / f"int8-v{FORMAT}"
    if (target / "model.bin").is_file():
        return target
    try:
        part = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=folder))
    except OSError:
        _made.append(made := scratch.folder("encoder"))
        return _written(folder, Path(made.name))
    try:
        part.chmod(0o755)  # fetched by one user, served by another
        _written(folder, part).rename(target)
    except OSError:
        if not (target / "model.bin").is_file():  # else another process was quicker, with the same content
            raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return target


def _written(folder: Path, target: Path) -> Path:
    for name in (CONFIG, WEIGHTS, TOKENIZER):
        if not (folder / name).is_file():
            raise WeightsMissing(f"{name} of the sentence encoder expected in {folder}, got none")
    shape = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    spec = _filled(shape, read_safetensors(folder / WEIGHTS), folder / WEIGHTS)
    words = json.loads((folder / TOKENIZER).read_text(encoding="utf-8"))["model"]["vocab"]
    spec.register_vocabulary(sorted(words, key=words.__getitem__))
    spec.config.layer_norm_epsilon = shape["layer_norm_eps"]
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(target))
    return target


def read_safetensors(path: Path) -> Mapping[str, Array]:
    """Arrays of numbers by name. The file: length of the header (u64, little end first), a JSON header, the numbers.

    Raises WrongContent when it is cut off or says something impossible.
    """
    with path.open("rb") as file:
        try:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > MOST_HEADER_BYTES:
                raise ValueError(f"a header of {length} bytes")
            header = json.loads(file.read(length))
            body = file.read()
            return {
                name: _array(about, body)
                for name, about in header.items()
                if name != "__metadata__" and about["dtype"] == "F32"
            }
        except (struct.error, ValueError, KeyError, TypeError) as error:
            raise WrongContent(f"{path}: a safetensors file expected, got {error}") from error


def _array(about: Mapping[str, Any], body: bytes) -> Array:
    begin, end = about["data_offsets"]
    count = math.prod(about["shape"])
    if not 0 <= begin <= end <= len(body) or end - begin != 4 * count:
        raise ValueError(f"numbers from byte {begin} to {end} of {len(body)} for shape {about['shape']}")
    return np.frombuffer(body, "<f4", count, begin).reshape(about["shape"]).copy()  # quantizing writes into it


def _filled(shape: Mapping[str, Any], arrays: Mapping[str, Array], path: Path) -> TransformerEncoderModelSpec:
    if shape.get("model_type") != "bert" or shape.get("hidden_act") != "gelu":
        raise WrongContent(f"{path.with_name(CONFIG)}: a BERT with GELU expected, got {shape.get('model_type')}")
    encoder = TransformerEncoderSpec(
        shape["num_hidden_layers"],
        shape["num_attention_heads"],
        pre_norm=False,
        activation=Activation.GELU,
        layernorm_embedding=True,
        num_source_embeddings=2,
        embeddings_merge=EmbeddingsMerge.ADD,
    )
    encoder.scale_embeddings = False
    try:
        words, kinds = encoder.embeddings
        words.weight = arrays["embeddings.word_embeddings.weight"]
        kinds.weight = arrays["embeddings.token_type_embeddings.weight"]
        encoder.position_encodings.encodings = arrays["embeddings.position_embeddings.weight"]
        _norm(encoder.layernorm_embedding, arrays, "embeddings.LayerNorm")
        for number, layer in enumerate(encoder.layer):
            _layer(layer, arrays, f"encoder.layer.{number}")
    except KeyError as error:
        raise WrongContent(f"{path}: an array {error} expected, got none of that name") from error
    return TransformerEncoderModelSpec(encoder)


def _layer(layer: Any, arrays: Mapping[str, Array], name: str) -> None:
    attention = layer.self_attention
    parts = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
    attention.linear[0].weight = np.concatenate([arrays[f"{part}.weight"] for part in parts])
    attention.linear[0].bias = np.concatenate([arrays[f"{part}.bias"] for part in parts])
    _linear(attention.linear[1], arrays, f"{name}.attention.output.dense")
    _norm(attention.layer_norm, arrays, f"{name}.attention.output.LayerNorm")
    _linear(layer.ffn.linear_0, arrays, f"{name}.intermediate.dense")
    _linear(layer.ffn.linear_1, arrays, f"{name}.output.dense")
    _norm(layer.ffn.layer_norm, arrays, f"{name}.output.LayerNorm")


def _linear(part: Any, arrays: Mapping[str, Array], name: str) -> None:
    part.weight, part.bias = arrays[f"{name}.weight"], arrays[f"{name}.bias"]


def _norm(part: Any, arrays: Mapping[str, Array], name: str) -> None:
    part.gamma, part.beta = arrays[f"{name}.weight"], arrays[f"{name}.bias"]
