"""When pipecat would take a turn for ended, on the audio's clock: its Silero analyzer with its own parameters, alone
and with Smart Turn v3 as its default stop strategy uses it.

The strategy's own wait for a transcript is left out: what is compared is the decision.
"""

import numpy as np
from pipecat.audio.turn.smart_turn.base_smart_turn import PRE_SPEECH_MS, STOP_SECS
from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADState

from voice.audio import FRAME_MS, FRAME_SAMPLES, RATE, Pcm


class Peers:
    """Both arms in one pass over a clip; the network's session is shared."""

    def __init__(self) -> None:
        self._turn = LocalSmartTurnAnalyzerV3()
        self._turn.set_sample_rate(RATE)

    async def closings(self, pcm: Pcm) -> tuple[list[int], list[int]]:
        """Milliseconds when turns are closed: by 200 ms of silence; by Smart Turn, or 3 s of silence after a no."""
        vad = SileroVADAnalyzer(sample_rate=RATE)
        vad.set_sample_rate(RATE)
        stops: list[int] = []
        closed: list[int] = []
        began_ms = stopped_ms = -1  # of the turn that goes on; of a pause in it that was not taken for the end
        speaking = False
        for frame in range(len(pcm) // FRAME_SAMPLES):
            now_ms = (frame + 1) * FRAME_MS
            state = await vad.analyze_audio(pcm[frame * FRAME_SAMPLES : (frame + 1) * FRAME_SAMPLES].tobytes())
            if state is VADState.SPEAKING and not speaking:
                speaking, stopped_ms = True, -1
                began_ms = now_ms if began_ms < 0 else began_ms
            elif state is VADState.QUIET and speaking:
                speaking = False
                stops.append(now_ms)
                if self._ended(pcm, began_ms, now_ms):
                    closed.append(now_ms)
                    began_ms = -1
                else:
                    stopped_ms = now_ms
            elif stopped_ms >= 0 and now_ms - stopped_ms >= STOP_SECS * 1000:
                closed.append(now_ms)
                began_ms = stopped_ms = -1
        await vad.cleanup()
        return stops, closed

    def _ended(self, pcm: Pcm, began_ms: int, now_ms: int) -> bool:
        """The audio that pipecat hands over: from 500 ms before the start, which it knows 200 ms late, to now."""
        since_ms = max(0, began_ms - 200 - PRE_SPEECH_MS)
        heard = pcm[int(since_ms) * 8 : now_ms * 8].astype(np.float32) / 32768
        return bool(self._turn._predict_endpoint(heard)["prediction"])
