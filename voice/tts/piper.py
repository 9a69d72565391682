"""Piper: neural voices from .onnx files. Heard after its first clause, so that one is kept short."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from voice.errors import EngineUnavailable
from voice.tts.clauses import clauses
from voice.tts.process_voice import ProcessVoice
from voice.tts.voice_child import Options
from voice.tts.voice_process import VoiceSource


@dataclass(frozen=True, slots=True)
class Settings:
    """A scale of None is the voice file's own."""

    model: Path  # the .onnx file; its description stands beside it as <model>.onnx.json
    speaker: int | None = None  # for voices with several speakers
    length_scale: float | None = None  # 1.0 as recorded, above is slower
    noise_scale: float | None = None
    noise_w_scale: float | None = None  # variation of the phonemes' length
    volume_percent: int = 65  # of full scale, to which Piper brings each piece: about -20 dBFS while it speaks
    first_clause_chars: int = 40


def open(settings: Settings, *, process: VoiceSource) -> ProcessVoice:
    """Raises EngineUnavailable when the voice's files are not there. `VoiceProcess.open` loads them, before a call."""
    for file in (settings.model, settings.model.with_name(settings.model.name + ".json")):
        if not file.is_file():
            raise EngineUnavailable(
                f"piper: the voice's file {file} expected, nothing is there; `warmline models fetch` brings the voices "
                "of models/manifest.toml, `warmline models list` shows them"
            )
    return ProcessVoice(
        process=process,
        engine="piper",
        voice_key=_key(settings),
        options=options_of(settings),
        cut=lambda text: clauses(text, first_at_most=settings.first_clause_chars),
    )


def options_of(settings: Settings) -> Options:
    """What the voice process needs to know, for `VoiceProcess.open` and for each text."""
    scales: dict[str, str | int | float | None] = {
        "speaker": settings.speaker,
        "length_scale": settings.length_scale,
        "noise_scale": settings.noise_scale,
        "noise_w_scale": settings.noise_w_scale,
    }
    fixed: dict[str, str | int | float] = {"model": str(settings.model), "volume_percent": settings.volume_percent}
    return {**fixed, **{name: value for name, value in scales.items() if value is not None}}


def _key(settings: Settings) -> str:
    """By the file's content: another voice under the same name must not find the old one's clips."""
    with settings.model.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    scales = (settings.speaker, settings.length_scale, settings.noise_scale, settings.noise_w_scale)
    said = ("-" if scale is None else str(scale) for scale in scales)
    return "/".join(["piper", content, *said, str(settings.volume_percent)])
