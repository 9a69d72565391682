"""Several voices made one for one listener: the lead gives the time, the others are laid over it.

Each voice comes by its own clock. One that is laid over begins once a little of it waits, so that jitter makes no gaps,
and is caught up in its pauses when its clock is the faster one. Pure: the audio that comes is the only time there is.
"""

from collections.abc import Sequence

import numpy as np

from voice.audio import RATE, Pcm, duration_ms, silence
from voice.pipeline.relay import PAUSE_PEAK

BEGINS_MS = 40
"""Two frames: the jitter that the relay bears as well (relay.LATE_MS)."""

LATE_MS = 160
"""Waiting audio beyond this is caught up in pauses; a prompt reaches us up to 100 ms ahead of its time (PlayedLog)."""

HELD_MS_MAX = 400
"""Beyond this the oldest goes, speech or not: people 0.4 s apart talk over each other (ITU-T G.114, upper bound)."""

LEAD_LOST_MS = 200
"""So much of another waits and nothing of the lead has come: it is gone, and the other gives the time."""


class _Voice:
    def __init__(self) -> None:
        self.waiting: Pcm = silence(0)
        self._flows = False

    @property
    def waiting_ms(self) -> int:
        return duration_ms(self.waiting)

    def add(self, pcm: Pcm) -> None:
        if self.waiting_ms > LATE_MS and _peak(pcm) < PAUSE_PEAK:
            return
        self.waiting = np.concatenate((self.waiting, pcm))[-RATE * HELD_MS_MAX // 1000 :]

    def take(self, samples: int) -> Pcm:
        """At most so many; none until there is enough to begin with."""
        self._flows = self._flows or self.waiting_ms >= BEGINS_MS
        if not self._flows:
            return self.waiting[:0]
        taken, self.waiting = self.waiting[:samples], self.waiting[samples:]
        self._flows = len(taken) == samples
        return taken


class Mixer:
    """For one listener. `lead` names the voice that gives the time while it comes."""

    def __init__(self, lead: str) -> None:
        self._lead = lead
        self._leads = lead  # now
        self._beside: dict[str, _Voice] = {}

    def push(self, voice: str, pcm: Pcm) -> Sequence[Pcm]:
        """What the listener hears now that this has come of `voice`."""
        if voice == self._lead:
            self._leads = voice
        elif voice != self._leads:
            waits = self._beside.setdefault(voice, _Voice())
            waits.add(pcm)
            if waits.waiting_ms <= LEAD_LOST_MS:
                return ()
            self._leads, pcm, waits.waiting = voice, waits.waiting, waits.waiting[:0]
        return (self._mixed(voice, pcm),)

    def forget(self, voice: str) -> None:
        """It is not heard any more."""
        self._beside.pop(voice, None)
        if self._leads == voice:
            self._leads = self._lead

    def _mixed(self, voice: str, pcm: Pcm) -> Pcm:
        others = [w.take(len(pcm)) for name, w in self._beside.items() if name != voice]
        heard = [other for other in others if len(other)]
        if not heard:
            return pcm
        total = pcm.astype(np.int32)
        for other in heard:
            total[: len(other)] += other
        return np.clip(total, -32768, 32767).astype(np.int16)


def _peak(pcm: Pcm) -> int:
    return int(np.abs(pcm.astype(np.int32)).max()) if len(pcm) else 0
