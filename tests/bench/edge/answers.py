"""How long a caller waits for the answer: from their last voiced frame sent to the first sound of ours that answers it.

Pure: times come in with what was sent and received, in seconds. The answer is known by its sound. Silence sent first
does not count, nor does the rest of a prompt that the caller spoke over; a sound that begins while the caller still
speaks is an answer that cut them off. Received audio counts from when the carrier would have played it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from telephony.sim.attention import CLICK_MS, LOUD, OVERLAP_MS
from tests.bench.edge.sounds import Catalogue
from voice.audio import RATE
from voice.g711 import mulaw_decode

APART_MS = 2 * OVERLAP_MS
"""Sounds closer than this belong to one prompt: voices pause 180 ms between sentences."""

ENDED_SECONDS = 1.0
"""Audio that stops for longer had ended there, mark or no mark; what comes later is another prompt."""

QUIET = bytes(code for code in range(256) if abs(int(mulaw_decode(bytes([code]))[0])) < LOUD)
"""The mu-law codes that nobody hears."""


@dataclass(frozen=True, slots=True)
class Turn:
    """`answer_ms`: from the last voiced frame to the answer, None when none came. `cut_off`: it came too early, so
    many milliseconds before the caller had finished."""

    clip: str
    shape: str
    at_ms: float  # since the call's first frame
    answer_ms: float | None
    cut_off_ms: float | None


@dataclass(slots=True)
class _Sound:
    start: float
    end: float
    loud_ms: float = 0.0


@dataclass(slots=True)
class _Said:
    clip: str
    shape: str
    first: float
    last: float | None = None


@dataclass(slots=True)
class CallClock:
    """One call's. `gaps_ms`: how far apart the messages of a prompt came, less their length, once the lead is there."""

    catalogue: Catalogue
    gaps_ms: list[float] = field(default_factory=list)
    holes_ms: list[float] = field(default_factory=list)
    _said: list[_Said] = field(default_factory=list)
    _sounds: list[_Sound] = field(default_factory=list)
    _began: float | None = None
    _plays_until: float = 0.0
    _ended: bool = True  # a mark or a clear: nothing more is owed
    _last: tuple[float, float] = (0.0, 0.0)  # when the last message came, and how long it was
    _in_prompt: int = 0  # messages of it so far

    LEAD_MESSAGES = 12
    """Of a prompt, that may come faster than they are played: the lead, twice over."""

    def sent(self, mulaw: bytes, now: float) -> None:
        """A frame of the caller's was sent."""
        if self._began is None:
            self._began = now
        found = self.catalogue.of(mulaw)
        if found is None:
            return
        first, last = found.clip.voiced
        if found.frame == first:
            self._said.append(_Said(found.clip.name, found.clip.shape, now))
        if found.frame == last and self._said and self._said[-1].clip == found.clip.name:
            self._said[-1].last = now

    def received(self, mulaw: bytes, now: float) -> None:
        """A message of ours came."""
        self._pace(now, len(mulaw) / RATE)
        starts = max(now, self._plays_until)
        self._plays_until = starts + len(mulaw) / RATE
        if not mulaw.translate(None, QUIET):
            return
        loud = np.flatnonzero(np.abs(mulaw_decode(mulaw).astype(np.int32)) >= LOUD)
        start, end = starts + loud[0] / RATE, starts + (loud[-1] + 1) / RATE
        if not self._sounds or start - self._sounds[-1].end > APART_MS / 1000:
            self._sounds.append(_Sound(start, end))
        self._sounds[-1].end = end
        self._sounds[-1].loud_ms += len(mulaw) * 1000 / RATE

    def marked(self) -> None:
        """A prompt ended here, by what the service says itself."""
        self._ended = True

    def cleared(self, now: float) -> None:
        """What was not played yet is dropped."""
        self._ended, self._plays_until = True, min(self._plays_until, now)
        self._sounds = [sound for sound in self._sounds if sound.start <= now]
        for sound in self._sounds:
            sound.end = min(sound.end, now)

    def turns(self) -> Iterator[Turn]:
        """Every clip that was spoken to its end, with its answer."""
        said = [one for one in self._said if one.last is not None]
        for number, one in enumerate(said):
            until = said[number + 1].first if number + 1 < len(said) else float("inf")
            yield self._turn(one, until)

    def _turn(self, said: _Said, until: float) -> Turn:
        assert said.last is not None and self._began is not None
        answers = [s for s in self._sounds if said.first < s.start < until and s.loud_ms >= CLICK_MS]
        early = next((s for s in answers if s.start <= said.last), None)
        answer = next((s for s in answers if s.start > said.last), None)
        return Turn(
            said.clip,
            said.shape,
            round((said.first - self._began) * 1000, 3),
            None if answer is None else round((answer.start - said.last) * 1000, 3),
            None if early is None else round((said.last - early.start) * 1000, 3),
        )

    def _pace(self, now: float, seconds: float) -> None:
        came, length = self._last
        hole = now - self._plays_until
        if self._ended or hole > ENDED_SECONDS:
            self._in_prompt = 0
        else:
            if hole > 0:
                self.holes_ms.append(hole * 1000)
            if self._in_prompt >= self.LEAD_MESSAGES:
                self.gaps_ms.append(abs(now - came - length) * 1000)
        self._ended = False
        self._in_prompt += 1
        self._last = (now, seconds)
