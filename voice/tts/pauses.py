"""The pauses between stretches of speech that were rendered apart, as long as a voice makes them within one."""

import numpy as np

from voice.audio import RATE, Pcm, silence
from voice.g711 import mulaw_decode, mulaw_encode

SENTENCE_MS = 180
CLAUSE_MS = {",": 180, ";": 260, ":": 260}
"""By the mark at a clause's end; espeak-ng at 160 words a minute makes these within a sentence (measured)."""

QUIET = 150  # of 32767; below it a voice's sample is the silence at the edge of its sound
_EDGE = RATE * 300 // 1000


def pause_after(part: str) -> int:
    """Milliseconds between `part` and what follows it."""
    return CLAUSE_MS.get(part[-1:], SENTENCE_MS)


def pause(before: Pcm, after: Pcm, wanted_ms: int) -> Pcm:
    """What is lacking of the pause: some voices end, or begin, with silence of their own."""
    own = _silent(before[::-1][:_EDGE]) + _silent(after[:_EDGE])
    return silence(max(0, wanted_ms - own * 1000 // RATE))


def _silent(edge: Pcm) -> int:
    """Samples before the first audible one, of the sound as it is kept: a clip's pauses are those of its first time."""
    heard = np.flatnonzero(np.abs(mulaw_decode(mulaw_encode(np.ascontiguousarray(edge)))) > QUIET)
    return int(heard[0]) if len(heard) else len(edge)
