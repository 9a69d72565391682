"""What was learned from reviewed calls, laid over a business as it is loaded: examples, scope modes, numbers of rules.

The operator's files stay as they are. What no longer fits them (an intent is gone, a mode has no terms) is left out and
named; the telephone is answered all the same.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from models.intent import plain
from voice.dialogue import check
from voice.dialogue.business import Business, Intent

Mode = Literal["person", "approval", "automatic"]

BIAS = "early.bias"  # by what a lost caller counts more while few calls are reviewed: [early] of escalation.toml


@dataclass(frozen=True, slots=True)
class Learned:
    """`examples`: intent → callers' words; `outside`: words that are nothing of ours; `modes`: intent → who settles it;
    `numbers`: name → value in place of the rules' own; `bases`: what the operator's files said of either when it was
    first learned. Where they say something else now, they count."""

    version: int = 0
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    outside: tuple[str, ...] = ()
    modes: Mapping[str, Mode] = field(default_factory=dict)
    numbers: Mapping[str, float] = field(default_factory=dict)
    bases: Mapping[str, str | float] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        return not (self.examples or self.outside or self.modes or self.numbers)


def with_learned(business: Business, learned: Learned) -> tuple[Business, tuple[str, ...]]:
    """The business with it, and a line for each piece that was left out."""
    if learned.empty:
        return business, ()
    left_out = [f"examples of {name}: no such intent" for name in learned.examples if name not in business.intents]
    known = replace(
        business,
        intents=_with_examples(business, learned),
        outside=_outside(business, learned),
        version=f"{business.version}+{learned.version}",
    )
    late = outdated(business, learned)
    left_out += [f"{name}: the configuration has another value now, which counts" for name in late]
    learned = without(learned, late)
    for name, mode in learned.modes.items():
        known = _or_without(known, _with_mode(known, name, mode), f"{name}: mode {mode}", left_out)
    for name, value in learned.numbers.items():
        known = _or_without(known, _with_number(known, name, value), f"{name} = {value:g}", left_out)
    return known, tuple(left_out)


def outdated(business: Business, learned: Learned) -> tuple[str, ...]:
    """Modes and numbers that the operator has changed since."""
    now: dict[str, str | float | None] = {name: entry.mode for name, entry in business.scope.items()}
    now.update({name: number(business, name) for name in learned.numbers})
    return tuple(name for name, base in learned.bases.items() if now.get(name) not in (None, base))


def without(learned: Learned, names: Container[str]) -> Learned:
    return replace(
        learned,
        modes={name: mode for name, mode in learned.modes.items() if name not in names},
        numbers={name: value for name, value in learned.numbers.items() if name not in names},
        bases={name: base for name, base in learned.bases.items() if name not in names},
    )


def number(business: Business, name: str) -> float | None:
    """What it is now; None where this business has no such number."""
    return business.early.bias if name == BIAS and business.early is not None else None


def _or_without(was: Business, now: Business | None, what: str, left_out: list[str]) -> Business:
    wrong = "nothing here is called so" if now is None else next(_mistakes(was, now), "")
    if now is None or wrong:
        left_out.append(f"{what}: {wrong}")
        return was
    return now


def _mistakes(was: Business, now: Business) -> Iterator[str]:
    known = {what for _, what in check.mistakes(was)}
    yield from (what for _, what in check.mistakes(now) if what not in known)


def _with_examples(business: Business, learned: Learned) -> dict[str, Intent]:
    """A sentence that was put under another intent stands under that one alone."""
    owner = {plain(text): name for name, texts in learned.examples.items() for text in texts}
    owner.update({plain(text): "" for text in learned.outside})
    found = {}
    for name, intent in business.intents.items():
        own = tuple(text for text in intent.examples if owner.get(plain(text), name) == name)
        there = {plain(text) for text in own}
        more = tuple(text for text in learned.examples.get(name, ()) if plain(text) not in there)
        found[name] = replace(intent, examples=(*own, *more))
    return found


def _outside(business: Business, learned: Learned) -> tuple[str, ...]:
    inside = {plain(text) for texts in learned.examples.values() for text in texts}
    own = tuple(text for text in business.outside if plain(text) not in inside)
    return (*own, *(text for text in learned.outside if plain(text) not in inside))


def _with_mode(business: Business, name: str, mode: Mode) -> Business | None:
    if name not in business.scope:
        return None
    return replace(business, scope={**business.scope, name: replace(business.scope[name], mode=mode)})


def _with_number(business: Business, name: str, value: float) -> Business | None:
    if name != BIAS or business.early is None:
        return None
    return replace(business, early=replace(business.early, bias=value))
