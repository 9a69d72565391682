"""Smart Turn v3, the network that pipecat carries: from the sound alone, how likely a turn has ended.

It wants 16 kHz and the last 8 s: pipecat's analyzer resamples and pads, once it is told our rate. Runs in the inference
pool (47 ms of one core), on one thread; one session serves every call.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from models.codec import Packed
from models.engines import EngineFactory
from voice.audio import RATE, Pcm

RECIPE = {"engine": "smart_turn"}


def factory() -> EngineFactory:
    """The pool's engine "turn": `(pcm) -> 0 to 1`. `pcm`: int16 mono 8 kHz, one utterance up to a pause."""
    return EngineFactory(_open, shared=True, codec=TurnCodec(), recipe=RECIPE)


def _open() -> Callable[[Pcm], float]:
    from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import (  # noqa: PLC0415 - 11 MB, where it is asked for
        LocalSmartTurnAnalyzerV3,
    )

    analyzer = LocalSmartTurnAnalyzerV3(cpu_count=1)
    analyzer.set_sample_rate(RATE)

    def ended(pcm: Pcm) -> float:
        return float(analyzer._predict_endpoint(pcm.astype(np.float32) / 32768)["probability"])

    return ended


class TurnCodec:
    """Samples as little-endian bytes; the probability as JSON."""

    def pack_args(self, args: tuple[Any, ...]) -> Packed:
        (pcm,) = args
        return Packed({}, np.asarray(pcm, "<i2").tobytes())

    def unpack_args(self, packed: Packed) -> tuple[Any, ...]:
        return (np.frombuffer(packed.blob, "<i2").astype(np.int16),)

    def pack_result(self, result: Any) -> Packed:
        return Packed({"ended": float(result)})

    def unpack_result(self, packed: Packed) -> float:
        ended = packed.head.get("ended")
        if not isinstance(ended, float):
            raise ValueError(f"a probability expected, {ended!r} came")
        return ended
