"""Speech made slower without a lower voice, for a caller who asked for it: any voice, rendered ahead or not.

Overlapping stretches of the sound are laid further apart than they were, each moved a little to where its waves meet
those before it (WSOLA: Verhelst and Roelands, ICASSP 1993). Pauses between sentences grow more than words do.
"""

from collections.abc import AsyncGenerator, AsyncIterator

import numpy as np
import numpy.typing as npt

from voice.audio import RATE, Pcm

SLOWER = 1.3
"""Times the length. Clear speech for people who asked for it is 0.7 to 0.8 of the usual rate."""

PAUSES = 2.0
"""Times the length of a pause between sentences: that is when one takes in what was said."""

_HOP = RATE // 66  # samples between two stretches laid down: half of one, which is two waves of a low voice (65 Hz)
_STEP = _HOP / SLOWER  # between them where they come from
_REACH = RATE // 130  # samples either way in which to look for the place where the waves meet: half a low wave
_FADE = np.sin(np.linspace(0, np.pi / 2, _HOP, endpoint=False, dtype=np.float32)) ** 2

Floats = npt.NDArray[np.float32]


class Slower:
    """One prompt's sound, piece by piece; `rest` ends it."""

    def __init__(self) -> None:
        self._sound: Floats = np.zeros(0, np.float32)
        self._at = 0.0  # where the next stretch comes from, without being moved
        self._follows: Floats | None = None  # what came after the last stretch: the next one should look like it

    def feed(self, pcm: Pcm) -> Pcm:
        self._sound = np.concatenate([self._sound, pcm.astype(np.float32)])
        laid: list[Floats] = []
        while self._at + _REACH + 2 * _HOP <= len(self._sound):
            laid.append(self._next())
        keep = max(0, int(self._at) - _REACH)
        self._sound, self._at = self._sound[keep:], self._at - keep
        return _whole(laid)

    def rest(self) -> Pcm:
        """What is left, as it is."""
        tail = self._sound[min(len(self._sound), int(self._at)) :]
        if self._follows is not None:
            fading = min(len(tail), _HOP)
            tail = tail.copy()
            tail[:fading] = self._follows[:fading] * (1 - _FADE[:fading]) + tail[:fading] * _FADE[:fading]
        self._sound, self._at, self._follows = np.zeros(0, np.float32), 0.0, None
        return _whole([tail])

    def _next(self) -> Floats:
        begin = int(self._at) if self._follows is None else self._meeting(int(self._at), self._follows)
        stretch = self._sound[begin : begin + _HOP]
        if self._follows is not None:
            stretch = self._follows * (1 - _FADE) + stretch * _FADE
        self._follows = self._sound[begin + _HOP : begin + 2 * _HOP]
        self._at += _STEP
        return stretch

    def _meeting(self, at: int, like: Floats) -> int:
        """The place near `at` from where the sound looks most like `like`."""
        first = max(0, at - _REACH)
        around = self._sound[first : at + _REACH + _HOP]
        windows = np.lib.stride_tricks.sliding_window_view(around, _HOP)
        strength = np.sqrt((windows * windows).sum(axis=1)) + 1.0
        return first + int(np.argmax((windows @ like) / strength))


def _whole(laid: list[Floats]) -> Pcm:
    if not laid:
        return np.zeros(0, np.int16)
    return np.clip(np.rint(np.concatenate(laid)), -32768, 32767).astype(np.int16)


async def slowed(pieces: AsyncIterator[Pcm]) -> AsyncGenerator[Pcm, None]:
    """`pieces`, slower. A piece without any sound is a pause between sentences, and stays a piece of its own."""
    slower = Slower()
    async for piece in pieces:
        if len(piece) and not piece.any():
            if len(rest := slower.rest()):
                yield rest
            yield np.zeros(round(len(piece) * PAUSES), np.int16)
        elif len(made := slower.feed(piece)):
            yield made
    if len(rest := slower.rest()):
        yield rest
