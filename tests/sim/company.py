"""What a caller heard of a call, in frames of 20 ms: words, music, nothing; and how long they were left alone.

A frame below -50 dBFS is silence. Silence shorter than 200 ms between two sounds belongs to the words around it, as in
ITU-T P.56; music is what equals a frame of our own loop, sample by sample.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache

import numpy as np

from telephony.events import Bridged, CallAnswered, CallEnded, Unbridged
from telephony.journal import Record
from voice.audio import FRAME_MS, FRAME_SAMPLES, Pcm
from voice.events import Escalated, MusicChosen
from voice.g711 import mulaw_decode, mulaw_encode
from voice.music import hold_music

SILENCE_DBFS = -50.0
HANGOVER_MS = 200
FIRST_MS = 60_000


class Sound(Enum):
    WORDS = "words"  # ours
    OWN = "own"  # the caller speaks, and is listened to
    PERSON = "person"  # joined with one
    MUSIC = "music"
    CHOSEN = "chosen music"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class Company:
    """One entry a frame; the times of `records` count from the frame 0."""

    sounds: tuple[Sound, ...]
    sought: tuple[tuple[int, int], ...]  # from each trigger until a person, a promise, or the end of the search, in ms

    @property
    def alone_max_ms(self) -> int:
        """The longest time in which the caller was quiet and heard nothing."""
        return max(_runs(self.sounds, Sound.SILENCE), default=0) * FRAME_MS

    def quiet_share(self) -> float | None:
        """Of the first minute after the triggers: silence or music not asked for. None when nobody was sought."""
        frames = [one for a, b in self.sought for one in self.sounds[a // FRAME_MS : min(b, a + FIRST_MS) // FRAME_MS]]
        quiet = sum(one in (Sound.SILENCE, Sound.MUSIC) for one in frames)
        return quiet / len(frames) if frames else None

    def between_words_max_ms(self, since_ms: int, until_ms: int) -> int:
        """The longest time without a word and without a choice of the caller's."""
        frames = self.sounds[since_ms // FRAME_MS : until_ms // FRAME_MS]
        flat = [Sound.SILENCE if one is Sound.MUSIC else one for one in frames]
        return max(_runs(flat, Sound.SILENCE), default=0) * FRAME_MS


def company(spoken: Sequence[Pcm], heard: Sequence[Pcm], records: Sequence[Record]) -> Company:
    since = next((r.at_ms for r in records if isinstance(r.entry, CallAnswered)), 0)
    stamped = [(r.at_ms - since, r.entry) for r in records]
    sounds = [_sound(ours, theirs) for ours, theirs in zip(heard, spoken, strict=True)]
    _bridge_gaps(sounds)
    _mark(sounds, _spans(stamped, lambda e: isinstance(e, Bridged), lambda e: isinstance(e, Unbridged)), Sound.PERSON)
    chosen = _spans(
        stamped, lambda e: isinstance(e, MusicChosen) and e.on, lambda e: isinstance(e, MusicChosen) and not e.on
    )
    _mark(sounds, chosen, Sound.CHOSEN, only=Sound.MUSIC)
    return Company(tuple(sounds), tuple(_sought(stamped)))


def frames(channel: Pcm) -> list[Pcm]:
    whole = len(channel) // FRAME_SAMPLES * FRAME_SAMPLES
    return [channel[at : at + FRAME_SAMPLES] for at in range(0, whole, FRAME_SAMPLES)]


def _sound(heard: Pcm, spoken: Pcm) -> Sound:
    if heard.tobytes() in _music():
        return Sound.MUSIC
    if level_dbfs(heard) >= SILENCE_DBFS:
        return Sound.WORDS
    return Sound.OWN if level_dbfs(spoken) >= SILENCE_DBFS else Sound.SILENCE


def level_dbfs(pcm: Pcm) -> float:
    rms = float(np.sqrt(np.mean(pcm.astype(np.float64) ** 2))) if len(pcm) else 0.0
    return 20 * float(np.log10(max(rms, 1e-3) / 32768))


@cache
def _music() -> frozenset[bytes]:
    """Every frame of the loop as it comes out of the telephone; not its silent ones."""
    played = frames(mulaw_decode(mulaw_encode(hold_music())))
    return frozenset(one.tobytes() for one in played if level_dbfs(one) >= SILENCE_DBFS)


def _bridge_gaps(sounds: list[Sound]) -> None:
    """Short pauses belong to what they are pauses of."""
    at = 0
    while at < len(sounds):
        end = at
        while end < len(sounds) and sounds[end] is Sound.SILENCE:
            end += 1
        if 0 < at < end < len(sounds) and (end - at) * FRAME_MS < HANGOVER_MS:
            sounds[at:end] = [sounds[at - 1]] * (end - at)
        at = max(end, at + 1)


def _mark(sounds: list[Sound], spans: Sequence[tuple[int, int]], what: Sound, only: Sound | None = None) -> None:
    for start, end in spans:
        for at in range(start // FRAME_MS, min(end // FRAME_MS, len(sounds))):
            if only is None or sounds[at] is only:
                sounds[at] = what


def _spans(stamped, begins, ends) -> list[tuple[int, int]]:  # type: ignore[no-untyped-def]  # of predicates over entries
    found, start = [], None
    for at_ms, entry in stamped:
        if begins(entry) and start is None:
            start = at_ms
        elif start is not None and ends(entry):
            found.append((start, at_ms))
            start = None
    return found if start is None else [*found, (start, 1 << 31)]


def _sought(stamped) -> Iterator[tuple[int, int]]:  # type: ignore[no-untyped-def]
    yield from _spans(stamped, lambda e: isinstance(e, Escalated), _found)


def _found(entry: object) -> bool:
    over = getattr(entry, "state", None) in ("resumed", "callback", "abandoned", "ended")
    return isinstance(entry, (Bridged, CallEnded)) or over


def _runs(sounds: Sequence[Sound], kind: Sound) -> Iterator[int]:
    run = 0
    for sound in sounds:
        if sound is kind:
            run += 1
        else:
            yield run
            run = 0
    yield run
