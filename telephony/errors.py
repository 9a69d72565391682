"""What can go wrong in telephony.

TelephonyError
├── IllegalMove      a state table has no such move; nothing changed
├── LineError        a line misbehaved
│   ├── Refused      what arrived was not let in (signature, token, shape): counted, answered, logged
│   ├── LegFailed    a leg ended before its media flowed
│   ├── DialRefused  an address that may not be rung
│   └── BridgeFailed two legs could not be joined there; each is as it was
├── NumberRefused    a number that may not be rung back
├── RecordingsUnusable  recordings to calibrate by: names each file, what was expected and what came
├── BacktestError    calls, truth or rules that no back-test can be made of
├── ConfigError      settings: names file, section and key, what was expected and what came
└── RecordError      the record could not be written
"""


class TelephonyError(Exception):
    """Base of everything raised on purpose here."""


class IllegalMove(TelephonyError):
    pass


class LineError(TelephonyError):
    pass


class Refused(LineError):
    pass


class LegFailed(LineError):
    pass


class DialRefused(LineError):
    pass


class BridgeFailed(LineError):
    pass


class NumberRefused(TelephonyError):
    pass


class ConfigError(TelephonyError):
    pass


class BacktestError(TelephonyError):
    pass


class RecordingsUnusable(TelephonyError):
    pass


class RecordError(TelephonyError):
    pass
