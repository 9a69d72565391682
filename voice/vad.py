"""Is this 20 ms frame a voice? Silero's network or WebRTC's detector, and Silero behind WebRTC's as a cheap gate.

Everything runs inline: a window costs about 0.1 ms, less than a hop to a thread. One onnxruntime session serves all
calls of the process; what belongs to a call (recurrent state, the samples of an unfinished window) lives in its object.
"""

import logging
import warnings
from collections import deque
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from voice.audio import FRAME_MS, RATE, Pcm

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # webrtcvad asks for its version through pkg_resources, which is deprecated
    import webrtcvad

try:
    import onnxruntime
except ImportError:  # no wheel for this platform: WebRTC's detector alone must do
    onnxruntime = None

log = logging.getLogger(__name__)


class VoiceActivity(Protocol):
    """One call's detector."""

    def probability(self, frame: Pcm) -> float:
        """How likely the latest audio is a voice, 0..1. `frame`: the next 20 ms of int16 mono at 8 kHz, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Settings:
    kind: Literal["silero", "gated", "webrtc"] = "silero"
    mode: int = 3  # webrtcvad's aggressiveness, 0..3; 3 had the fewest false alarms on commands through μ-law
    gate_mode: int = 1  # as a gate it should rather let pass
    gate_ms: int = 400  # Silero stays awake this long after webrtcvad's last speech: longer than a pause in a sentence


def open_vad(settings: Settings | None = None) -> VoiceActivity:
    """A detector for one call, of the kind asked for, or WebRTC's where onnxruntime is missing."""
    settings = settings or Settings()
    if settings.kind == "webrtc":
        return WebRtcVad(mode=settings.mode)
    if onnxruntime is None:
        _say_once_that_silero_is_missing()
        return WebRtcVad(mode=settings.mode)
    if settings.kind == "silero":
        return SileroVad()
    return GatedVad(
        gate=WebRtcVad(mode=settings.gate_mode), inner=SileroVad(), awake_frames=settings.gate_ms // FRAME_MS
    )


@cache
def _say_once_that_silero_is_missing() -> None:
    log.warning("onnxruntime is not installed: voice detection by webrtcvad, which finds ends of speech late in noise")


class WebRtcVad:
    """WebRTC's Gaussian-mixture detector: yes or no, in microseconds."""

    def __init__(self, *, mode: int = 3) -> None:
        self._vad = webrtcvad.Vad(mode)

    def probability(self, frame: Pcm) -> float:
        return float(self._vad.is_speech(frame.tobytes(), RATE))


WINDOW_SAMPLES = 256  # 32 ms: what the network takes at 8 kHz
CONTEXT_SAMPLES = 32  # and the end of the window before it
_WINDOWS_BETWEEN_RESETS = 2 * RATE // WINDOW_SAMPLES  # 2 s, as pipecat: music and long silence dull the state
_CLEARLY_NO_SPEECH = 0.1  # also pipecat's: far below any threshold, so a soft start never counts
_QUIET_WINDOWS = 7  # 224 ms: pipecat's five, and its rule that speech has ended for 200 ms, in one

_HISS_HZ = (300.0, 1200.0)  # where a telephone voice is loudest; the whole band's hiss hears fewer words, and keys
_HISS_RMS = 60.0  # -55 dBFS, 33 dB below a usual voice: see `_hiss`
_HISS_WINDOWS = 32  # 1.02 s, over and over


class SileroVad:
    """Silero at 8 kHz, over a little hiss. Takes 20 ms frames, judges 32 ms windows; a frame that ends no window
    repeats the verdict."""

    def __init__(self) -> None:
        self._session = _silero_session()
        self._pending = np.zeros(0, dtype=np.int16)
        self._probability = 0.0
        self._windows = 0
        self.reset()

    def reset(self) -> None:
        """Forgets what was heard, as at a call's first sample."""
        self._state = np.zeros((2, 1, 128), dtype=np.float32)
        self._context = np.zeros(CONTEXT_SAMPLES, dtype=np.float32)
        self._windows_since_reset = 0
        self._quiet_windows = 0

    def probability(self, frame: Pcm) -> float:
        self._pending = np.concatenate((self._pending, frame))
        while len(self._pending) >= WINDOW_SAMPLES:
            self._probability = self._judge(self._pending[:WINDOW_SAMPLES])
            self._pending = self._pending[WINDOW_SAMPLES:]
            self._reset_when_due()
        return self._probability

    def _judge(self, window: Pcm) -> float:
        hiss = _hiss()[self._windows % _HISS_WINDOWS]
        self._windows += 1
        samples = np.concatenate((self._context, (window + hiss) / np.float32(32768.0)))
        self._context = samples[-CONTEXT_SAMPLES:]
        inputs = {"input": samples[np.newaxis], "state": self._state, "sr": _SAMPLE_RATE_INPUT}
        verdict, self._state = self._session.run(None, inputs)
        return float(verdict[0, 0])

    def _reset_when_due(self) -> None:
        self._windows_since_reset += 1
        self._quiet_windows = self._quiet_windows + 1 if self._probability < _CLEARLY_NO_SPEECH else 0
        if self._windows_since_reset >= _WINDOWS_BETWEEN_RESETS and self._quiet_windows >= _QUIET_WINDOWS:
            self.reset()


_SAMPLE_RATE_INPUT = np.array(RATE, dtype=np.int64)


@cache
def _hiss() -> npt.NDArray[np.float32]:
    """What is added to each window, one row after the other; the same in each call, so that a recording is always heard
    alike.

    On a silent line within 300 to 3400 Hz the network takes a single digit for none in 29 of 100 placements on its
    windows; over this hiss in 6, in noise of rms 20 in 12 instead of 22 [measured, two speakers; chosen on a third].
    From -40 dBFS down, and in noise, a voice is heard worse than without.
    """
    length = _HISS_WINDOWS * WINDOW_SAMPLES
    spectrum = np.fft.rfft(np.random.default_rng(1).standard_normal(length))
    hertz = np.fft.rfftfreq(length, 1 / RATE)
    spectrum[(hertz < _HISS_HZ[0]) | (hertz > _HISS_HZ[1])] = 0
    wave = np.fft.irfft(spectrum, length)
    wave *= _HISS_RMS / np.sqrt(np.mean(wave**2))
    return wave.astype(np.float32).reshape(_HISS_WINDOWS, WINDOW_SAMPLES)


@cache
def _silero_session() -> Any:  # onnxruntime ships no types
    """The process's one session, of the graph that pipecat carries; `run` may be called from any thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # a second thread costs more than it brings here
    graph = resources.files("pipecat.audio.vad.data").joinpath("silero_vad.onnx").read_bytes()
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


_REPLAYED_FRAMES = 25  # 500 ms before the gate opened: with 200 ms the fresh network split 1 command of 40 in two


class GatedVad:
    """Asks `inner` only near what `gate` takes for speech; in the quiet between, it costs what the gate costs."""

    def __init__(self, *, gate: VoiceActivity, inner: SileroVad, awake_frames: int) -> None:
        self._gate = gate
        self._inner = inner
        self._awake_frames = awake_frames
        self._awake_for = 0
        self._missed: deque[Pcm] = deque(maxlen=_REPLAYED_FRAMES)

    def probability(self, frame: Pcm) -> float:
        if self._gate.probability(frame) > 0.5:
            if not self._awake_for:
                self._wake()
            self._awake_for = self._awake_frames
        elif not self._awake_for:
            self._missed.append(frame)
            return 0.0
        else:
            self._awake_for -= 1
        return self._inner.probability(frame)

    def _wake(self) -> None:
        self._inner.reset()
        for frame in self._missed:
            self._inner.probability(frame)
        self._missed.clear()
