"""The carrier's playback buffer: what it was sent and has not yet played, with the marks in their places.

As Twilio describes `mark` and `clear`: a mark comes back when all audio before it was played, at once when there is
none; `clear` drops the audio and returns all marks, in order.
"""

from collections import deque

from voice.g711 import MULAW_SILENCE

BYTES_PER_MS = 8  # mu-law at 8 kHz


class PlaybackBuffer:
    def __init__(self) -> None:
        self.longest_ms = 0
        self.played_bytes = 0
        self.cleared_bytes = 0
        self.underruns = 0  # audio ran out inside a frame: a gap that the sender did not mean, or the end of a prompt
        self._queue: deque[bytes | str] = deque()  # audio, and names of marks
        self._held = 0

    @property
    def held_ms(self) -> float:
        return self._held / BYTES_PER_MS

    def add(self, audio: bytes) -> None:
        if audio:
            self._queue.append(audio)
            self._held += len(audio)
            self.longest_ms = max(self.longest_ms, round(self.held_ms))

    def mark(self, name: str) -> list[str]:
        """The marks to return now."""
        self._queue.append(name)
        return self._leading_marks()

    def clear(self) -> list[str]:
        marks = [item for item in self._queue if isinstance(item, str)]
        self.cleared_bytes += self._held
        self._queue.clear()
        self._held = 0
        return marks

    def play(self, size: int) -> tuple[bytes, list[str]]:
        """The next `size` bytes, padded with silence, and the marks that came due within them."""
        played, marks = bytearray(), self._leading_marks()
        while len(played) < size and self._queue:
            audio = self._queue.popleft()
            assert isinstance(audio, bytes), "marks in front were taken off"
            room = size - len(played)
            played += audio[:room]
            if len(audio) > room:
                self._queue.appendleft(audio[room:])
            marks += self._leading_marks()
        self._held -= len(played)
        self.played_bytes += len(played)
        if 0 < len(played) < size:
            self.underruns += 1
        return bytes(played).ljust(size, bytes([MULAW_SILENCE])), marks

    def _leading_marks(self) -> list[str]:
        marks = []
        while self._queue and isinstance(self._queue[0], str):
            marks.append(self._queue.popleft())
        return [name for name in marks if isinstance(name, str)]
