"""Smart Turn v3, the network that pipecat carries: from the sound alone, how likely a turn has ended.

It wants 16 kHz and the last 8 s: pipecat's analyzer resamples and pads, once it is told our rate. Runs in the inference
pool (33 ms of one core or more), on one thread; one session serves every call.
"""

from collections.abc import Callable

import numpy as np
from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3

from voice.audio import RATE, Pcm


def open() -> Callable[[Pcm], float]:
    """The pool's engine "turn"."""
    analyzer = LocalSmartTurnAnalyzerV3(cpu_count=1)
    analyzer.set_sample_rate(RATE)

    def ended(pcm: Pcm) -> float:
        """0 to 1. `pcm`: int16 mono 8 kHz, one utterance up to a pause."""
        return float(analyzer._predict_endpoint(pcm.astype(np.float32) / 32768)["probability"])

    return ended
