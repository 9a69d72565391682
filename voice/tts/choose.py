"""Which voice speaks: the one the settings name, else the best one this machine has."""

from collections.abc import Mapping
from dataclasses import dataclass

from voice.errors import EngineUnavailable

AUTO = "auto"
BY_LIKING = ("piper", "espeak", "flite", "prerendered")  # best first; the last needs nothing but its clips


@dataclass(frozen=True, slots=True)
class Choice:
    name: str
    why: str
    then: tuple[str, ...]  # those that take over, in order, when it fails during a call


def choose(wanted: str, available: Mapping[str, str | None]) -> Choice:
    """`available`: engine → None when it can be used, else why not. A voice asked for by name is not replaced."""
    usable = [name for name in BY_LIKING if name in available and available[name] is None]
    if wanted != AUTO:
        if wanted not in available:
            raise EngineUnavailable(f"a voice out of {sorted(available)} or {AUTO!r} expected, {wanted!r} came")
        if (reason := available[wanted]) is not None:
            raise EngineUnavailable(f"the voice {wanted!r} is set but cannot be used: {reason}")
        return Choice(wanted, "named in the settings", tuple(name for name in _after(wanted) if name in usable))
    if not usable:
        reasons = "; ".join(f"{name}: {available[name]}" for name in available) or "none is known"
        raise EngineUnavailable(f"at least one voice expected, none can be used ({reasons})")
    best = usable[0]
    passed = [f"{name}: {available.get(name)}" for name in BY_LIKING[: BY_LIKING.index(best)] if name in available]
    why = "the best of those available" + (f" ({'; '.join(passed)})" if passed else "")
    return Choice(best, why, tuple(usable[1:]))


def _after(name: str) -> tuple[str, ...]:
    return BY_LIKING[BY_LIKING.index(name) + 1 :] if name in BY_LIKING else BY_LIKING
