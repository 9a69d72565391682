"""What is right for a call: whether a person is needed, and at the latest after which turn of the caller.

From the fixture that the call was played from, or from labels that people gave to recorded calls. Turns count from 1:
utterances, silences, and keys pressed one after the other.
"""

import csv
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from telephony.errors import BacktestError
from telephony.sim.fixture import Fixture


@dataclass(frozen=True, slots=True)
class Truth:
    needs_person: bool
    by_turn: Annotated[int, Field(ge=1)] | None = None

    def __post_init__(self) -> None:
        if self.needs_person != (self.by_turn is not None):
            raise ValueError("by_turn: a turn expected where needs_person is true, and only there")


def of_fixture(fixture: Fixture) -> Truth:
    """The turns of a fixture are those of the caller; without a turn named, the last one before a person comes."""
    truth = fixture.truth
    if truth.trigger is None:
        return Truth(False)
    return Truth(True, truth.escalate_by_turn or max(1, len(fixture.before_bridge)))


def labels(path: Path) -> dict[str, Truth]:
    """Call id or file name → truth, from a TOML file of tables or a CSV with call, needs_person, by_turn."""
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text) if path.suffix == ".toml" else _rows(csv.DictReader(text.splitlines()))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError) as error:
        wanted = "labels expected (TOML, or CSV with call,needs_person,by_turn)"
        raise BacktestError(f"{path}: {wanted}, got {error!r}") from error
    return {call: _truth(f"{path}: {call}", given) for call, given in table.items()}


def _rows(rows: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    return {
        row["call"].strip(): {
            "needs_person": row["needs_person"].strip(),
            "by_turn": (row.get("by_turn") or "").strip() or None,
        }
        for row in rows
    }


def _truth(where: str, given: Any) -> Truth:
    try:
        return TypeAdapter(Truth).validate_python(given)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "needs_person, by_turn"
        raise BacktestError(f"{where}: {key}: {first['msg']}, got {first['input']!r}") from error
