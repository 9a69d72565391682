"""Which of the caller's turns say nearly what the last one says, by shared words."""

from voice.triggers.signals import Signals
from voice.triggers.words import bare

LEAST_WORDS = 3  # "yes" and "savings" are said often and mean nothing


def same_turns(signals: Signals, similarity: float) -> tuple[int, ...]:
    """The last turn included; empty where it is too short to tell."""
    if signals.turn is None or not signals.said:
        return ()
    last = set(bare(signals.said[-1][1]).split())
    if len(last) < LEAST_WORDS:
        return ()
    return tuple(turn for turn, text in signals.said if _alike(last, set(bare(text).split())) >= similarity)


def _alike(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0
