"""Writes a voice shaped like Piper's but of one kilobyte: each phoneme becomes a short tone of its own pitch.

Inputs `input` [batch, phonemes], `input_lengths` [batch], `scales` [3] and output [batch, 1, 1, time] are Piper's, so
that Piper's own code runs it, phonemes and all. The ONNX file is put together byte by byte (onnx.proto's field numbers
stand beside the calls), because the onnx package would be needed for nothing else.
"""

import json
import struct
from pathlib import Path

RATE = 22050
SAMPLES_PER_PHONEME = 1102  # 50 ms
FLOAT, INT64 = 1, 7  # TensorProto.DataType

_SYMBOLS = "_^$ !'(),-.:;?abcdefghijklmnopqrstuvwxyzæðŋɐɑɒɔəɚɛɜɝɡɪɫɹɾʃʊʌʒʔˈˌːθᵻ̩"


def write_voice(folder: Path, name: str = "toy.onnx") -> Path:
    model = folder / name
    model.write_bytes(_model())
    model.with_name(name + ".json").write_text(
        json.dumps(
            {
                "num_symbols": len(_SYMBOLS),
                "num_speakers": 1,
                "audio": {"sample_rate": RATE},
                "espeak": {"voice": "en-us"},
                "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
                "phoneme_id_map": {symbol: [number] for number, symbol in enumerate(_SYMBOLS)},
            }
        )
    )
    return model


def _model() -> bytes:
    nodes = [
        _node("Cast", ["input"], "ids", _attribute("to", FLOAT)),
        _node("Unsqueeze", ["ids", "last_axis"], "columns"),  # [batch, phonemes, 1]
        _node("Gather", ["scales", "one"], "length_scale"),
        _node("Mul", ["length_scale", "samples"], "wanted"),
        _node("Range", ["zero", "wanted", "step"], "time"),
        _node("Mul", ["columns", "time"], "turns"),
        _node("Mul", ["turns", "radians"], "phase"),
        _node("Sin", ["phase"], "tone"),
        _node("Mul", ["tone", "level"], "quiet"),
        _node("Reshape", ["quiet", "shape"], "output"),
    ]
    constants = [
        _tensor("last_axis", [1], INT64, struct.pack("<q", 2)),
        _tensor("one", [], INT64, struct.pack("<q", 1)),
        _tensor("samples", [], FLOAT, struct.pack("<f", SAMPLES_PER_PHONEME)),
        _tensor("zero", [], FLOAT, struct.pack("<f", 0)),
        _tensor("step", [], FLOAT, struct.pack("<f", 1)),
        _tensor("radians", [], FLOAT, struct.pack("<f", 2 * 3.14159265 * 20 / RATE)),  # 20 Hz a symbol number
        _tensor("level", [], FLOAT, struct.pack("<f", 0.5)),
        _tensor("shape", [4], INT64, struct.pack("<4q", 1, 1, 1, -1)),
    ]
    inputs = [
        _value("input", INT64, ["batch", "phonemes"]),
        _value("input_lengths", INT64, ["batch"]),
        _value("scales", FLOAT, [3]),
    ]
    graph = b"".join(_bytes(1, node) for node in nodes) + _bytes(2, b"toy")
    graph += b"".join(_bytes(5, constant) for constant in constants)
    graph += b"".join(_bytes(11, value) for value in inputs)
    graph += _bytes(12, _value("output", FLOAT, [1, 1, 1, "time"]))
    return _number(1, 8) + _bytes(8, _bytes(1, b"") + _number(2, 17)) + _bytes(7, graph)  # ir 8, opset 17


def _node(op: str, inputs: list[str], output: str, attribute: bytes = b"") -> bytes:
    node = b"".join(_bytes(1, name.encode()) for name in inputs) + _bytes(2, output.encode()) + _bytes(4, op.encode())
    return node + (_bytes(5, attribute) if attribute else b"")


def _attribute(name: str, value: int) -> bytes:
    return _bytes(1, name.encode()) + _number(3, value) + _number(20, 2)  # i, type INT


def _tensor(name: str, shape: list[int], kind: int, raw: bytes) -> bytes:
    return b"".join(_number(1, size) for size in shape) + _number(2, kind) + _bytes(8, name.encode()) + _bytes(9, raw)


def _value(name: str, kind: int, shape: list[int | str]) -> bytes:
    sizes = [_bytes(2, size.encode()) if isinstance(size, str) else _number(1, size) for size in shape]
    tensor = _number(1, kind) + _bytes(2, b"".join(_bytes(1, size) for size in sizes))
    return _bytes(1, name.encode()) + _bytes(2, _bytes(1, tensor))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
