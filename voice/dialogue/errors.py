"""What can go wrong in the dialogue's own data.

VoiceError
└── BusinessError   config: names file, section and key, what was expected and what came
"""

from voice.errors import VoiceError


class BusinessError(VoiceError):
    pass
