"""On which rung of the ladder of recognisers we stand: what brings us down, and what up again. Pure; `now_s` comes in.

Rung 0 is the best. Below the last there is no recogniser: the caller is told, and goes on by keys (voice/dialogue).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Came(StrEnum):
    """What was seen of the rung we stand on."""

    WORDS = "heard"  # an answer in time, whatever was understood
    FAILED = "failed"
    SLOW = "was slow"

    CANNOT_OPEN = "could not be opened"


IN_A_ROW: Mapping[Came, int] = {Came.FAILED: 2, Came.SLOW: 3, Came.CANNOT_OPEN: 1}
"""So often in a row, and the rung is given up. One failure may be chance (its utterance is heard by the next rung all
the same); a machine may be slow for two utterances because something else took its processor."""


@dataclass(frozen=True, slots=True)
class Settings:
    slow_seconds: float = 1.5  # for one utterance: an engine counts as stalled then; a caller waits for it
    probe_seconds: float = 60.0  # from a fall to the first look whether a better rung works again
    probe_seconds_max: float = 900.0  # each look in vain doubles the wait, up to here


@dataclass(frozen=True, slots=True)
class Standing:
    rung: int = 0
    row: Mapping[Came, int] = field(default_factory=dict)  # what has come in a row on this rung
    probe_at_s: float | None = None  # when the rungs above are looked at; None: there is none
    wait_s: float = 0.0  # before that look


def came(standing: Standing, what: Came, *, last: int, now_s: float, settings: Settings) -> Standing:
    """`last`: the number of the lowest rung; nothing brings us down from it."""
    if what is Came.WORDS:
        return replace(standing, row={}) if standing.row else standing
    count = standing.row.get(what, 0) + 1
    if count < IN_A_ROW[what] or standing.rung >= last:
        return replace(standing, row={**standing.row, what: count})
    wait_s = standing.wait_s or settings.probe_seconds
    return Standing(standing.rung + 1, {}, now_s + wait_s, wait_s)


def looked(standing: Standing, found: int | None, *, now_s: float, settings: Settings) -> Standing:
    """The rungs above were tried. `found`: the best that works, None when none does."""
    if found is None:
        wait_s = min(2 * standing.wait_s, settings.probe_seconds_max)
        return replace(standing, probe_at_s=now_s + wait_s, wait_s=wait_s)
    if found == 0:
        return Standing(wait_s=standing.wait_s)  # kept: one that falls again at once is looked at less and less often
    return Standing(found, {}, now_s + standing.wait_s, standing.wait_s)


def looks(standing: Standing, now_s: float) -> bool:
    """Whether it is time to look at the rungs above."""
    return standing.probe_at_s is not None and now_s >= standing.probe_at_s
