"""Voices of Piper's shape with random weights, for what a voice costs where no voice can be had: they hum and hiss.

The graph is VITS as Piper exports it (Kim et al. 2021; the sizes of Piper's own configurations): encoder of the
phonemes, their durations, a flow, a HiFi-GAN generator. Three things differ, in parts that cost next to nothing: no
relative positions in the encoder's attention, an affine step where the durations' flow has a spline, and durations that
are the same for every phoneme (a random predictor's would be noise), so that a longer text is longer.

    input          int64   [batch, phonemes]
    input_lengths  int64   [batch]
    scales         float32 [3]                noise, length, noise of the durations
    output         float32 [batch, 1, time]   in -1 .. 1

Needs the `onnx` package, which only the tools for development bring.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from onnx import TensorProto

from models.shapes.graph import Graph

Quality = Literal["toy", "x_low", "medium"]

MADE = 1
"""Raised when the graph changes, so that a kept file of the older one is not taken for it."""

SECONDS_PER_SYMBOL = 0.03
"""Piper puts a blank between phonemes, so a phoneme lasts two: espeak-ng at 160 words a minute comes to 60 ms each."""

_SEED = 7
_SYMBOLS = 256  # rows of Piper's embedding
_KNOWN = "_^$ !'(),-.:;?abcdefghijklmnopqrstuvwxyzæçðøħŋœɐɑɒɓɔɕɖɗɘəɚɛɜɞɟɡɢɣɤɥɦɧɨɪɫɬɭɮɯɰɱɲɳɴɵɶɸɹɺɻɽɾʀʁʂʃʄʈʉʊʋʌʍʎʏʐʑʒʔʕʘʙʛʜʝʟˈˌːˑ˞βθχᵻ̩̃0123456789"  # fmt: skip  # noqa: E501


@dataclass(frozen=True, slots=True)
class Shape:
    """`hidden`: channels of the encoder and the flow; the generator is the same in both."""

    rate: int  # Hz
    hidden: int


SHAPES = {"x_low": Shape(16000, 96), "medium": Shape(22050, 192)}

HEADS, ENCODER_LAYERS, ENCODER_KERNEL = 2, 6, 3
DURATION_FLOWS = 3  # four are trained, the first is left out when speaking
FLOWS, FLOW_LAYERS, FLOW_KERNEL = 4, 4, 5
UPSAMPLED = ((8, 16), (8, 16), (4, 8))  # stride and kernel; their product is the hop of 256 samples
GENERATOR_CHANNELS = 256
RESIDUALS = ((3, (1, 2)), (5, (2, 6)), (7, (3, 12)))  # kernel, dilations

TOY_RATE, TOY_SAMPLES = 22050, 1102  # 50 ms a symbol


def piper_shape(quality: Quality, cache: Path) -> Path:
    """The .onnx file, its .json beside it, in a folder of its own below `cache`; made once and kept."""
    folder = cache / f"piper-shape-{quality}-{MADE}"
    model = folder / f"{quality}.onnx"
    if not model.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f"unfinished.{os.getpid()}"  # renamed when whole: two runs may make it at once
        (_toy if quality == "toy" else _vits)(quality, unfinished)
        rate = TOY_RATE if quality == "toy" else SHAPES[quality].rate
        model.with_name(model.name + ".json").write_text(json.dumps(_description(quality, rate)), encoding="utf-8")
        unfinished.replace(model)
    return model


def _description(quality: Quality, rate: int) -> dict[str, object]:
    return {
        "num_symbols": _SYMBOLS,
        "num_speakers": 1,
        "audio": {"sample_rate": rate, "quality": quality},
        "espeak": {"voice": "en-us"},
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_id_map": {symbol: [number] for number, symbol in enumerate(_KNOWN)},
    }


def _inputs(graph: Graph) -> None:
    graph.input("input", TensorProto.INT64, ["batch", "phonemes"])
    graph.input("input_lengths", TensorProto.INT64, ["batch"])
    graph.input("scales", TensorProto.FLOAT, [3])


def _toy(_quality: Quality, path: Path) -> None:
    """Each symbol a tone of its own pitch, always the same: one kilobyte, for tests of what stands around a voice."""
    graph = Graph("toy", _SEED)
    _inputs(graph)
    symbols = graph.add("Unsqueeze", graph.add("Cast", "input", to=TensorProto.FLOAT), graph.constant([2]))
    wanted = graph.add("Mul", _scale(graph, 1), graph.constant(float(TOY_SAMPLES)))
    time = graph.add("Range", graph.constant(0.0), wanted, graph.constant(1.0))
    radians = graph.constant(2 * np.pi * 20 / TOY_RATE)  # 20 Hz a symbol's number
    tone = graph.add("Sin", graph.add("Mul", graph.add("Mul", symbols, time), radians))
    quiet = graph.add("Mul", tone, graph.constant(0.5))
    graph.add("Reshape", quiet, graph.constant([1, 1, -1]), output="output")
    graph.write(path, "output", [1, 1, "time"])


def _vits(quality: Quality, path: Path) -> None:
    shape = SHAPES[quality]
    graph = Graph(f"piper {quality}", _SEED)
    _inputs(graph)
    phonemes = _encode(graph, shape.hidden)
    means, log_spreads = graph.split(graph.conv(phonemes, shape.hidden, 2 * shape.hidden), shape.hidden, shape.hidden)
    ends = _ends(graph, _durations(graph, phonemes, shape.hidden), shape.rate)
    path_of_frames = _frames(graph, ends)
    mean = _stretched(graph, means, path_of_frames)
    spread = graph.add("Exp", graph.add("Tanh", _stretched(graph, log_spreads, path_of_frames)))
    noise = graph.add("Mul", graph.add("RandomNormalLike", mean, seed=float(_SEED)), _scale(graph, 0))
    sound = _flow(graph, graph.add("Add", mean, graph.add("Mul", noise, spread)), shape.hidden)
    _generate(graph, sound, shape.hidden)
    graph.write(path, "output", ["batch", 1, "time"])


def _scale(graph: Graph, number: int) -> str:
    return graph.add("Gather", "scales", graph.constant(np.array(number, dtype=np.int64)))


def _encode(graph: Graph, hidden: int) -> str:
    """[batch, hidden, phonemes]"""
    rows = graph.weight(_SYMBOLS, hidden, scale=1.0)
    value = graph.add("Transpose", graph.add("Gather", rows, "input"), perm=[0, 2, 1])
    for _ in range(ENCODER_LAYERS):
        value = graph.layer_norm(graph.add("Add", value, _attend(graph, value, hidden)), hidden)
        wide = graph.add("Relu", graph.conv(value, hidden, 4 * hidden, ENCODER_KERNEL, gain=2**0.5))
        value = graph.layer_norm(graph.add("Add", value, graph.conv(wide, 4 * hidden, hidden, ENCODER_KERNEL)), hidden)
    return value


def _attend(graph: Graph, value: str, hidden: int) -> str:
    size = hidden // HEADS
    heads = graph.constant([0, HEADS, size, -1])
    query, key, content = (graph.add("Reshape", graph.conv(value, hidden, hidden), heads) for _ in range(3))
    turned = graph.add("Transpose", query, perm=[0, 1, 3, 2])
    scores = graph.add("Mul", graph.add("MatMul", turned, key), graph.constant(size**-0.5))
    weights = graph.add("Softmax", scores, axis=-1)
    attended = graph.add("MatMul", weights, graph.add("Transpose", content, perm=[0, 1, 3, 2]))
    flat = graph.add("Reshape", graph.add("Transpose", attended, perm=[0, 1, 3, 2]), graph.constant([0, hidden, -1]))
    return graph.conv(flat, hidden, hidden)


def _durations(graph: Graph, phonemes: str, hidden: int) -> str:
    """What the predictor says of each phoneme, [batch, 1, phonemes]: paid for, and of no weight in the result."""
    seen = graph.conv(_separable(graph, graph.conv(phonemes, hidden, hidden), hidden), hidden, hidden)
    like = graph.split(phonemes, 1, hidden - 1)[0]
    values = [
        graph.add("Mul", graph.add("RandomNormalLike", like, seed=float(seed)), _scale(graph, 2)) for seed in (1, 2)
    ]
    for _ in range(DURATION_FLOWS):
        kept, moved = values
        inner = _separable(graph, graph.add("Add", graph.conv(kept, 1, hidden), seen), hidden)
        spline = graph.conv(inner, hidden, 29)  # 3 times 10 bins less one
        factor, offset, _rest = graph.split(graph.add("Tanh", spline), 1, 1, 27)
        moved = graph.add("Add", graph.add("Mul", moved, graph.add("Exp", factor)), offset)
        values = [moved, kept]
    return values[0]


def _separable(graph: Graph, value: str, channels: int) -> str:
    for layer in range(3):
        deep = graph.conv(value, channels, channels, 3, dilation=3**layer, groups=channels)
        deep = _gelu(graph, graph.layer_norm(deep, channels))
        deep = _gelu(graph, graph.layer_norm(graph.conv(deep, channels, channels), channels))
        value = graph.add("Add", value, deep)
    return value


def _gelu(graph: Graph, value: str) -> str:
    erf = graph.add("Erf", graph.add("Mul", value, graph.constant(0.5**0.5)))
    return graph.add("Mul", graph.add("Mul", value, graph.constant(0.5)), graph.add("Add", erf, graph.constant(1.0)))


def _ends(graph: Graph, predicted: str, rate: int) -> str:
    """The frame at which each phoneme ends, [batch, 1, phonemes]."""
    hop = int(np.prod([stride for stride, _ in UPSAMPLED]))
    frames = graph.add("Mul", _scale(graph, 1), graph.constant(SECONDS_PER_SYMBOL * rate / hop))
    noise = graph.add("Mul", graph.add("Tanh", predicted), graph.constant(1e-9))
    each = graph.add("Add", noise, frames)
    return graph.add("Round", graph.add("CumSum", each, graph.constant(np.array(2, dtype=np.int64))))


def _frames(graph: Graph, ends: str) -> str:
    """1 where a frame belongs to a phoneme, [batch, frames, phonemes]."""
    count = graph.add("ReduceMax", ends, keepdims=0)
    numbers = graph.add("Range", graph.constant(0.0), count, graph.constant(1.0))
    frame = graph.add("Reshape", numbers, graph.constant([1, -1, 1]))
    before_end = graph.add("Cast", graph.add("Less", frame, ends), to=TensorProto.FLOAT)
    earlier = graph.add("Pad", before_end, graph.constant([0, 0, 1, 0, 0, -1]))  # the neighbour before it
    return graph.add("Sub", before_end, earlier)


def _stretched(graph: Graph, value: str, path_of_frames: str) -> str:
    """[batch, hidden, frames]"""
    per_frame = graph.add("MatMul", path_of_frames, graph.add("Transpose", value, perm=[0, 2, 1]))
    return graph.add("Transpose", per_frame, perm=[0, 2, 1])


def _flow(graph: Graph, value: str, hidden: int) -> str:
    half = hidden // 2
    first, second = graph.split(value, half, half)
    for _ in range(FLOWS):
        first, second = second, first
        inner = graph.conv(first, half, hidden)
        skipped: str | None = None
        for layer in range(FLOW_LAYERS):
            left, right = graph.split(graph.conv(inner, hidden, 2 * hidden, FLOW_KERNEL), hidden, hidden)
            gated = graph.add("Mul", graph.add("Tanh", left), graph.add("Sigmoid", right))
            last = layer == FLOW_LAYERS - 1
            out = graph.conv(gated, hidden, hidden if last else 2 * hidden)
            if not last:
                onward, out = graph.split(out, hidden, hidden)
                inner = graph.add("Add", inner, onward)
            skipped = out if skipped is None else graph.add("Add", skipped, out)
        assert skipped is not None
        second = graph.add("Sub", second, graph.conv(skipped, hidden, half))
    return graph.add("Concat", first, second, axis=1)


def _generate(graph: Graph, value: str, hidden: int) -> None:
    channels = GENERATOR_CHANNELS
    value = graph.conv(value, hidden, channels, 7)
    for stride, kernel in UPSAMPLED:
        value = graph.upsample(_leaky(graph, value), channels, channels // 2, kernel, stride)
        channels //= 2
        value = graph.add("Mul", _residuals(graph, value, channels), graph.constant(1 / len(RESIDUALS)))
    value = graph.conv(_leaky(graph, value), channels, 1, 7, gain=0.3)
    graph.add("Tanh", value, output="output")


def _residuals(graph: Graph, value: str, channels: int) -> str:
    total: str | None = None
    for kernel, dilations in RESIDUALS:
        branch = value
        for dilation in dilations:
            deep = graph.conv(_leaky(graph, branch), channels, channels, kernel, dilation=dilation)
            branch = graph.add("Add", branch, deep)
        total = branch if total is None else graph.add("Add", total, branch)
    assert total is not None
    return total


def _leaky(graph: Graph, value: str) -> str:
    return graph.add("LeakyRelu", value, alpha=0.1)
