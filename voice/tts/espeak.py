"""espeak-ng: the voice that needs no download. Robotic, very clear, and first heard after a few milliseconds."""

from dataclasses import asdict, dataclass

from voice.errors import EngineUnavailable
from voice.tts.process_voice import ProcessVoice
from voice.tts.voice_process import VoiceSource

MIN_WORDS_PER_MINUTE, MAX_WORDS_PER_MINUTE = 80, 450  # what espeak-ng accepts


@dataclass(frozen=True, slots=True)
class Settings:
    voice: str = "en-us"  # as listed by `espeak-ng --voices`
    words_per_minute: int = 160  # espeak's own default is 175; a telephone listener writes things down
    pitch: int = 45  # 0..99
    volume_percent: int = 100  # of espeak's normal loudness, 0..200
    word_gap_10ms: int = 0  # pause between words, in units of 10 ms


def open(settings: Settings, *, process: VoiceSource) -> ProcessVoice:
    if not MIN_WORDS_PER_MINUTE <= settings.words_per_minute <= MAX_WORDS_PER_MINUTE:
        raise EngineUnavailable(
            f"espeak: words_per_minute {MIN_WORDS_PER_MINUTE} to {MAX_WORDS_PER_MINUTE} expected, "
            f"{settings.words_per_minute} came"
        )
    options = asdict(settings)
    return ProcessVoice(
        process=process,
        engine="espeak",
        voice_key="espeak/" + "/".join(str(value) for value in options.values()),
        options=options,
        cut=lambda text: [text] if text else [],  # it hands over 60 ms at a time by itself
    )
