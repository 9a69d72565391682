"""A script of one call and what is true of it, as `scoring/*.toml` and `tuning/*.toml` hold them.

Wording and truth were written before the rules and intents they test, by authors who had not seen those.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import TypeAdapter, ValidationError

FOLDER = Path(__file__).parent
STRICT: dict[str, str] = {"extra": "forbid"}
Part = Literal["scoring", "tuning"]
Trait = Literal["second_language", "elderly", "slow", "noisy", "whisper"]
Asked = Literal[
    "member_number", "number_right", "pin", "amount", "from_account", "to_account", "day", "part_of_day", "loan_type",
    "confirm", "anything_else",
]  # fmt: skip
Why = Literal["", "asked", "frustrated", "lost", "sensitive", "stuck", "amount", "silent", "action_failed"]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing the caller means to say; "" lets a prompt pass. `again`: wordings for when it was not understood."""

    __pydantic_config__: ClassVar = STRICT
    say: str
    intent: str = "none"
    slots: Mapping[str, str] = field(default_factory=dict)
    again: tuple[str, ...] = ()
    frustrated: bool = False
    barge_in: bool = False


@dataclass(frozen=True, slots=True)
class Truth:
    """`by_line`: a person should have been called at the latest after this line, counted from 1."""

    __pydantic_config__: ClassVar = STRICT
    needs_person: bool
    why: Why = ""
    by_line: int | None = None
    also: tuple[Why, ...] = ()
    brief: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Script:
    __pydantic_config__: ClassVar = STRICT
    id: str
    kind: str
    title: str
    lines: tuple[Line, ...]
    truth: Truth
    member: str = ""  # the member number; "" for somebody unknown
    pace: float = 1.0
    traits: tuple[Trait, ...] = ()
    answers: Mapping[Asked, str | tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        due = self.truth.by_line
        if self.truth.needs_person != (due is not None):
            raise ValueError(f"call {self.id}: by_line expected with needs_person and only then, got {due}")
        if due is not None and not 1 <= due <= len(self.lines):
            raise ValueError(f"call {self.id}: by_line from 1 to {len(self.lines)} expected, got {due}")

    def answer(self, asked: Asked, time: int) -> str | None:
        """What is said the `time`th time (from 0) that `asked` is asked; the last answer goes for all later times."""
        given = self.answers.get(asked)
        if isinstance(given, tuple):
            return given[min(time, len(given) - 1)] if given else None
        return given


def scripts(part: Part) -> tuple[Script, ...]:
    """All scripts of one part, in the order of files and calls."""
    return tuple(script for path in sorted((FOLDER / part).glob("*.toml")) for script in read(path))


def read(path: Path) -> tuple[Script, ...]:
    """Raises `ValueError` naming the file and what was expected."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    try:
        return TypeAdapter(tuple[Script, ...]).validate_python(table.get("call", ()))
    except ValidationError as error:
        raise ValueError(f"{path.name}: {error}") from error
