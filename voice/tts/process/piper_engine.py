# SPDX-License-Identifier: GPL-3.0-or-later
"""Piper: neural voices from .onnx files on this machine, each loaded once and run on one thread.

Two requests may run at once: onnxruntime releases the interpreter while it works. A clause takes up to half a second of
a core; one that nobody waits for any more is stopped in the middle, so that the next caller does not wait for it.
"""

import importlib.metadata
import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wanted import Wanted  # type: ignore[import-not-found]

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from piper import PiperVoice, SynthesisConfig

# It would log each phoneme that a voice does not know, and with it what is said.
logging.getLogger("piper").setLevel(logging.ERROR)

Emit = Callable[[bytes, int], bool]  # (int16 samples, rate in Hz) → go on?


class Piper:
    def __init__(self) -> None:
        self.version = importlib.metadata.version("piper-tts")  # importing it takes a second: left to the first voice
        self._voices: dict[str, tuple[PiperVoice, _Graph]] = {}
        self._loading = threading.Lock()

    def open(self, options: dict[str, object]) -> None:
        """Loads the voice and runs it once: the first run of a graph is the slow one."""
        self.speak("Ready.", options, lambda _samples, _rate: False, Wanted())

    def speak(self, text: str, options: dict[str, object], emit: Emit, wanted: Wanted) -> None:
        voice, graph = self._voice(str(options["model"]))
        try:
            with graph.runs_while(wanted):
                for chunk in voice.synthesize(text, _scales(options)):
                    if not emit(chunk.audio_int16_bytes, chunk.sample_rate):
                        return
        except Exception:
            if wanted:
                raise  # else it is onnxruntime's word for having been stopped

    def _voice(self, model: str) -> "tuple[PiperVoice, _Graph]":
        with self._loading:
            if model not in self._voices:
                self._voices[model] = _load(Path(model))
            return self._voices[model]


class _Graph:
    """A voice's session, as that runs it: each thread's run can be stopped by another."""

    def __init__(self, session: "InferenceSession") -> None:
        self._session = session
        self._here = threading.local()

    def run(self, names: Any, inputs: Any) -> Any:
        return self._session.run(names, inputs, self._here.options)

    @contextmanager
    def runs_while(self, wanted: Wanted) -> Iterator[None]:
        from onnxruntime import RunOptions  # noqa: PLC0415

        options = self._here.options = RunOptions()

        def stop() -> None:
            options.terminate = True

        with wanted.stopped_by(stop):
            yield


def _load(model: Path) -> "tuple[PiperVoice, _Graph]":
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
    graph = _Graph(onnxruntime.InferenceSession(str(model), one_thread, providers=["CPUExecutionProvider"]))
    config = PiperConfig.from_dict(json.loads(description.read_text(encoding="utf-8")))
    return PiperVoice(config=config, session=graph), graph


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
