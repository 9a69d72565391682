# SPDX-License-Identifier: GPL-3.0-or-later
"""Piper: neural voices from .onnx files on this machine, each loaded once and run on one thread.

Two requests may run at once: onnxruntime releases the interpreter while it works.
"""

import importlib.metadata
import json
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from piper import PiperVoice, SynthesisConfig

# It would log each phoneme that a voice does not know, and with it what is said.
logging.getLogger("piper").setLevel(logging.ERROR)

Emit = Callable[[bytes, int], bool]  # (int16 samples, rate in Hz) → go on?


class Piper:
    def __init__(self) -> None:
        self.version = importlib.metadata.version("piper-tts")  # importing it takes a second: left to the first voice
        self._voices: dict[str, PiperVoice] = {}
        self._loading = threading.Lock()

    def open(self, options: dict[str, object]) -> None:
        """Loads the voice and runs it once: the first run of a graph is the slow one."""
        self.speak("Ready.", options, lambda _samples, _rate: False)

    def speak(self, text: str, options: dict[str, object], emit: Emit) -> None:
        voice = self._voice(str(options["model"]))
        for chunk in voice.synthesize(text, _scales(options)):
            if not emit(chunk.audio_int16_bytes, chunk.sample_rate):
                return

    def _voice(self, model: str) -> "PiperVoice":
        with self._loading:
            if model not in self._voices:
                self._voices[model] = _load(Path(model))
            return self._voices[model]


def _load(model: Path) -> "PiperVoice":
    # PiperVoice.load gives the graph every core of the machine, so it is put together here.
    import onnxruntime  # noqa: PLC0415
    from piper import PiperVoice  # noqa: PLC0415
    from piper.config import PiperConfig  # noqa: PLC0415

    description = model.with_name(model.name + ".json")
    for file in (model, description):
        if not file.is_file():
            raise FileNotFoundError(f"the voice's file {file} expected, nothing is there")
    one_thread = onnxruntime.SessionOptions()
    one_thread.intra_op_num_threads = 1
    one_thread.inter_op_num_threads = 1
    return PiperVoice(
        config=PiperConfig.from_dict(json.loads(description.read_text(encoding="utf-8"))),
        session=onnxruntime.InferenceSession(str(model), one_thread, providers=["CPUExecutionProvider"]),
    )


def _scales(options: dict[str, object]) -> "SynthesisConfig":
    from piper import SynthesisConfig  # noqa: PLC0415

    def number(name: str) -> float | None:  # None: as the voice's own file says
        value = options.get(name)
        return None if value is None else float(str(value))

    speaker = options.get("speaker")
    return SynthesisConfig(
        speaker_id=None if speaker is None else int(str(speaker)),
        length_scale=number("length_scale"),
        noise_scale=number("noise_scale"),
        noise_w_scale=number("noise_w_scale"),
        volume=int(str(options.get("volume_percent", 100))) / 100,
    )
