"""The mind of a caller's leg and the rescue that stands by for it; both go on from the same words."""

from collections.abc import Callable

from models.transcript import Speaker, Transcript
from telephony.switchboard.house import CallerMind
from voice.pipeline.think import Rescue


class Standby:
    """Implements `telephony.switchboard.leg_office.Notes`. `rescue` makes one."""

    def __init__(self, mind: CallerMind, rescue: Callable[[], Rescue]) -> None:
        self._mind = mind
        self._make = rescue
        self.rescue = rescue()

    def anew(self) -> Rescue:
        """A fresh one, to take the mind's place."""
        self.rescue = self._make()
        return self.rescue

    @property
    def transcript(self) -> Transcript:
        """The rescue's, for when the mind cannot even give its own."""
        return self.rescue.transcript

    def said(self, turn: int) -> str:
        """What was said in `turn`, as it is kept; "" where nobody knows."""
        known = next((one for one in (self._mind.transcript, self.transcript) if 1 <= turn <= one.last_turn), None)
        return known.turn(turn).text if known is not None else ""

    def note(self, speaker: Speaker, text: str, start_ms: int, end_ms: int, confidence: float) -> int:
        """Keeps what is said while the mind does not listen; its turn."""
        known = max(self._mind.transcript, self.rescue.transcript, key=lambda transcript: transcript.last_turn)
        transcript = known.with_(speaker, text, start_ms, end_ms, confidence)
        self._mind.go_on(transcript)
        self.rescue.take_over(transcript)
        return transcript.last_turn
