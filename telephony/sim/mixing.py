"""Adds voices frame by frame: each party hears all others, each through the jitter buffer of who speaks.

Parties tick on clocks of their own, so a frame waits for its listener; one that waits too long is dropped.
"""

from collections import deque
from collections.abc import Hashable

import numpy as np

from telephony.sim.sounds import QUIET
from voice.audio import FRAME_SAMPLES, Pcm

SPARE_FRAMES = 5  # beyond the jitter buffer, before the oldest is dropped: 100 ms


class _Pipe:
    """One speaker's frames on their way to one listener."""

    def __init__(self, delay_frames: int) -> None:
        self._delay = delay_frames
        self._flowing = False
        self._frames: deque[Pcm] = deque(maxlen=delay_frames + SPARE_FRAMES)

    def add(self, frame: Pcm) -> None:
        self._frames.append(frame)
        self._flowing = self._flowing or len(self._frames) > self._delay

    def next(self) -> Pcm | None:
        if not self._flowing or not self._frames:
            return None
        return self._frames.popleft()


class Mixer:
    def __init__(self) -> None:
        self._delays: dict[Hashable, int] = {}
        self._pipes: dict[tuple[Hashable, Hashable], _Pipe] = {}  # (speaker, listener)
        self._sounds: dict[Hashable, deque[Pcm]] = {}

    def join(self, party: Hashable, *, delay_frames: int = 0) -> None:
        """`delay_frames`: its jitter buffer, which holds up what it says."""
        for other, delay in self._delays.items():
            self._pipes[party, other] = _Pipe(delay_frames)
            self._pipes[other, party] = _Pipe(delay)
        self._delays[party] = delay_frames
        self._sounds[party] = deque()

    def leave(self, party: Hashable) -> None:
        if self._delays.pop(party, None) is None:
            return
        del self._sounds[party]
        self._pipes = {ends: pipe for ends, pipe in self._pipes.items() if party not in ends}

    def speak(self, party: Hashable, frame: Pcm) -> None:
        if party not in self._delays:
            return
        for other in self._delays:
            if other != party:
                self._pipes[party, other].add(frame)

    def sound(self, clip: Pcm) -> None:
        """Everybody hears it, from the next frame on."""
        whole = len(clip) - len(clip) % FRAME_SAMPLES
        for sounds in self._sounds.values():
            sounds.extend(clip[at : at + FRAME_SAMPLES] for at in range(0, whole, FRAME_SAMPLES))

    def hear(self, party: Hashable) -> Pcm:
        if party not in self._delays:
            return QUIET
        frames = [
            frame
            for other in self._delays
            if other != party and (frame := self._pipes[other, party].next()) is not None
        ]
        if self._sounds[party]:
            frames.append(self._sounds[party].popleft())
        if len(frames) < 2:
            return frames[0] if frames else QUIET
        total = np.sum([frame.astype(np.int32) for frame in frames], axis=0)
        return np.asarray(np.clip(total, -32768, 32767), dtype=np.int16)
