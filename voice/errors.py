"""What can go wrong while hearing and speaking.

VoiceError
├── AudioError          samples of a shape, rate or length that cannot be
├── RecogniserFailed    an engine could not give a Recognition (not the same as understanding nothing)
├── VoiceFailed         a synthesizer could not speak
└── EngineUnavailable   an engine cannot be opened: names what is missing and how to get it
"""


class VoiceError(Exception):
    """Base of everything raised on purpose here."""


class AudioError(VoiceError):
    pass


class RecogniserFailed(VoiceError):
    pass


class VoiceFailed(VoiceError):
    unsaid: str | None = None  # what is left to be said, from the beginning of the sentence that failed


class EngineUnavailable(VoiceError):
    pass
