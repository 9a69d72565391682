"""espeak-ng: the voice that needs no download. Robotic, very clear, and first heard after a few milliseconds."""

from dataclasses import asdict, dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from voice.tts.process_voice import ProcessVoice
from voice.tts.voice_child import Options
from voice.tts.voice_process import VoiceSource


@dataclass(frozen=True, slots=True)
class Settings:
    """`[speaking.espeak]`. The limits are what espeak-ng accepts."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    voice: str = "en-us"  # as listed by `espeak-ng --voices`
    words_per_minute: Annotated[int, Field(ge=80, le=450)] = 160  # espeak's own is 175; callers write things down
    pitch: Annotated[int, Field(ge=0, le=99)] = 45
    volume_percent: Annotated[int, Field(ge=0, le=200)] = 100  # of espeak's normal loudness
    word_gap_10ms: Annotated[int, Field(ge=0, le=100)] = 0  # pause between words, in units of 10 ms


def options_of(settings: Settings) -> Options:
    """What the voice process needs to know, for `VoiceProcess.open` and for each text."""
    return asdict(settings)


def open(settings: Settings, *, process: VoiceSource) -> ProcessVoice:
    options = options_of(settings)
    return ProcessVoice(
        process=process,
        engine="espeak",
        voice_key="espeak/" + "/".join(str(value) for value in options.values()),
        options=options,
        cut=lambda text: [text] if text else [],  # it hands over 60 ms at a time by itself
    )
