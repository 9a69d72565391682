"""The numbers of frustration that were fitted: each term's log-odds, how fast they fade, and what level a score means.

`models/data/frustration_fit.json`, written by `models/training/frustration.py` with what it measured.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from models.frustration_level import Level

SHIPPED = Path(__file__).with_name("data") / "frustration_fit.json"
BY_HAND: Mapping[str, float] = {
    "text": 1.0,  # a place of the line's scale beyond `TEXT_FROM`: see models/frustration_terms.py
    "repeat": 0.5,  # for the first repeat, again as much for each further one
    "no_match": 0.4,
    "no_input": 0.2,
    "over_prompt": 0.25,
    "correction": 0.5,
    "asked_person": 0.4,
    "asked_person_again": 1.1,
    "long_call": 0.05,  # a turn beyond the twelfth, at most three times: length alone says little
    "calm": -0.35,  # a turn that shows nothing
}
"""Log-odds of behaviour before any labelled call was heard: what the fit starts from and is held to."""


@dataclass(frozen=True, slots=True)
class Fit:
    """`terms`: log-odds by term; a group of words that is not among them has the weight its file gives it."""

    decay: float
    level: Level
    terms: Mapping[str, float] = field(default_factory=dict)

    def weight(self, term: str, otherwise: float | None = None) -> float:
        known = self.terms.get(term, otherwise)
        return BY_HAND[term] if known is None else known

    @classmethod
    def read(cls, path: Path = SHIPPED) -> "Fit":
        """Raises `ValueError` naming the file where it is not what the recipe writes."""
        try:
            found = json.loads(path.read_text("utf-8"))
            level = Level(tuple(map(float, found["level"]["scores"])), tuple(map(float, found["level"]["levels"])))
            terms = {str(name): float(value) for name, value in found["terms"].items()}
            return cls(float(found["decay"]), level, terms)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path.name}: terms, decay and level expected, got {error!r}") from error
