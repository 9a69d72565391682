"""`warmline calibrate stt`: which of Whisper's short windows cost no words, on recordings of one's own."""

from telephony.calibrate.run import Calibrated, calibrate, seconds, table

__all__ = ["Calibrated", "calibrate", "seconds", "table"]
