"""Rule kinds by file name: a module of this folder with a `Rule` and a `look` is a kind."""

import pkgutil
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path

from voice.events import Escalated
from voice.triggers.rule import Rule
from voice.triggers.signals import Signals

URGENCIES = ("now", "soon", "normal")


def kinds() -> dict[str, type[Rule]]:
    """Each kind with its rule's dataclass."""
    found: dict[str, type[Rule]] = {}
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        loaded = import_module(f"voice.triggers.{module.name}")
        if hasattr(loaded, "look"):
            found[module.name] = loaded.Rule
    return found


def _look(kind: str) -> Callable[[Signals, Rule], Escalated | None]:
    look: Callable[[Signals, Rule], Escalated | None] = import_module(f"voice.triggers.{kind}").look
    return look


def most_urgent(signals: Signals, rules: Iterable[Rule]) -> Escalated | None:
    """Every rule looks once; the most urgent wins, and among equals the one that stands first."""
    fired = [found for rule in rules if (found := _look(rule.kind)(signals, rule)) is not None]
    return min(fired, key=lambda one: URGENCIES.index(one.urgency), default=None)
