"""An ONNX graph put together in Python, node by node, with seeded random weights: what `models/shapes` builds with.

Weights are drawn so that a signal keeps about its size from layer to layer (He et al. 2015): one that grew or vanished
would meet infinities or denormal numbers, and those cost the processor other times than speech does.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET, IR_VERSION = 17, 8  # what onnxruntime 1.12 and newer read

Attribute = int | float | str | Sequence[int]


class Graph:
    """Every method that adds a node returns the name of what it puts out."""

    def __init__(self, name: str, seed: int) -> None:
        self._name = name
        self._random = np.random.default_rng(seed)
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._names = 0
        self.parameters = 0

    def input(self, name: str, kind: int, shape: Sequence[int | str]) -> str:
        self._inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def add(self, op: str, *inputs: str, output: str | None = None, **attributes: Attribute) -> str:
        name = output or self._new(op)
        node = helper.make_node(op, list(inputs), [name])
        node.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
        self._nodes.append(node)
        return name

    def split(self, value: str, *sizes: int) -> list[str]:
        """Parts of `value` along the channels, axis 1."""
        names = [self._new("part") for _ in sizes]
        lengths = self.constant(np.array(sizes, dtype=np.int64))
        self._nodes.append(helper.make_node("Split", [value, lengths], names, axis=1))
        return names

    def constant(self, value: npt.NDArray[np.generic] | float | Sequence[int]) -> str:
        """A float becomes a float32 scalar, a sequence of integers an int64 tensor."""
        array = value if isinstance(value, np.ndarray) else _array(value)
        name = self._new("constant")
        self._weights.append(numpy_helper.from_array(array, name))
        return name

    def weight(self, *shape: int, scale: float) -> str:
        values = self._random.normal(0.0, scale, shape).astype(np.float32)
        self.parameters += values.size
        return self.constant(values)

    def conv(
        self,
        value: str,
        inputs: int,
        outputs: int,
        kernel: int = 1,
        *,
        dilation: int = 1,
        groups: int = 1,
        gain: float = 1.0,
    ) -> str:
        """A one-dimensional convolution that keeps the length. [batch, channels, time]"""
        fan_in = inputs // groups * kernel
        weight = self.weight(outputs, inputs // groups, kernel, scale=gain / fan_in**0.5)
        bias = self.weight(outputs, scale=0.01)
        pad = dilation * (kernel - 1) // 2
        return self.add("Conv", value, weight, bias, dilations=[dilation], group=groups, pads=[pad, pad])

    def upsample(self, value: str, inputs: int, outputs: int, kernel: int, stride: int) -> str:
        weight = self.weight(inputs, outputs, kernel, scale=(stride / (inputs * kernel)) ** 0.5)
        bias = self.weight(outputs, scale=0.01)
        pad = (kernel - stride) // 2
        return self.add("ConvTranspose", value, weight, bias, strides=[stride], pads=[pad, pad])

    def layer_norm(self, value: str, channels: int) -> str:
        """Over the channels of [batch, channels, time]."""
        self.parameters += 2 * channels
        scale = self.constant(np.ones(channels, dtype=np.float32))
        bias = self.constant(np.zeros(channels, dtype=np.float32))
        turned = self.add("Transpose", value, perm=[0, 2, 1])
        return self.add("Transpose", self.add("LayerNormalization", turned, scale, bias), perm=[0, 2, 1])

    def write(self, path: Path, output: str, shape: Sequence[int | str]) -> None:
        puts_out = helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)
        graph = helper.make_graph(self._nodes, self._name, self._inputs, [puts_out], self._weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
        onnx.checker.check_model(model)
        path.write_bytes(model.SerializeToString())

    def _new(self, word: str) -> str:
        self._names += 1
        return f"{word.lower()}_{self._names}"


def _array(value: float | Sequence[int]) -> npt.NDArray[np.generic]:
    return np.array(value, dtype=np.float32) if isinstance(value, float) else np.array(value, dtype=np.int64)
