"""What can go wrong with what the simulators are given.

TelephonyError
└── SimError
    ├── FixtureError     a call fixture: names file, table and key, what was expected and what came
    ├── AudioUnreadable  a file that is no audio, is empty, or lacks the channel asked for
    └── VoiceMissing     a voice that is not installed; says what brings it
"""

from telephony.errors import TelephonyError


class SimError(TelephonyError):
    """Base of everything that simulators refuse."""


class FixtureError(SimError):
    pass


class AudioUnreadable(SimError):
    pass


class VoiceMissing(SimError):
    pass
