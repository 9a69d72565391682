"""An accepted set: a folder with a rule set and the record of the back-test that found it not worse.

`config/accepted` holds the shipped one; `warmline backtest --accept` and each start of the service keep theirs beside
the records, in `rules/<hash>`.
"""

import shutil
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from telephony.errors import ConfigError
from telephony.published.rule_set import RuleSet, rule_set
from voice.dialogue.load import ACCEPTED, RULES, SCOPE

RECORD = "backtest.toml"
FOLDER = "rules"  # in the records folder
Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True, slots=True)
class Figures:
    """What the back-test found, of the accepted set. Where a call's evidence ends early, the worse bound."""

    calls: int  # with a truth, and compared
    need_person: int
    recall: Share  # in time
    false_rate: Share
    agent_minutes: float  # more than with the set before
    cost_minutes: float  # expected, of all calls
    cost_minutes_before: float


@dataclass(frozen=True, slots=True)
class Accepted:
    rules: RuleSet
    accepted: datetime
    against: str  # hash of the set before; "" for the first one
    figures: Figures

    def __str__(self) -> str:
        return f"{self.rules.hash}, accepted on {self.accepted:%Y-%m-%d} over {self.figures.calls} calls"


@dataclass(frozen=True, slots=True)
class _Record:
    hash: str
    accepted: datetime
    against: str
    figures: Figures


def known(business: Path, records: Path) -> list[Accepted]:
    """Every accepted set, the newest first. One whose files are not those of its record is none."""
    folders = [business / ACCEPTED, *sorted((records / FOLDER).glob("*"))]
    found: dict[str, Accepted] = {}
    for one in sorted(_read_all(folders), key=lambda one: one.accepted):
        found[one.rules.hash] = one
    return sorted(found.values(), key=lambda one: one.accepted, reverse=True)


def _read_all(folders: list[Path]) -> Iterator[Accepted]:
    for folder in folders:
        try:
            record = _record(folder / RECORD)
            rules = rule_set(folder)
        except (OSError, ConfigError):
            continue  # a half-written folder: it was never accepted
        if rules.hash == record.hash:
            yield Accepted(rules, record.accepted, record.against, record.figures)


def _record(path: Path) -> _Record:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return TypeAdapter(_Record).validate_python(table)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        raise ConfigError(f"{path}: the record of a back-test expected, got {error}") from error


def write(folder: Path, rules: RuleSet, *, against: str, figures: Figures, now: datetime) -> Path:
    """Keeps `rules` in `folder` with the record that they are accepted; the record comes last."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RECORD).unlink(missing_ok=True)
    for source, name in ((rules.rules, RULES), (rules.scope, SCOPE)):
        if source.resolve() != (folder / name).resolve():
            shutil.copyfile(source, folder / name)
    shown = {field.name: getattr(figures, field.name) for field in fields(figures)}
    (folder / RECORD).write_text(_toml(rules.hash, now, against, shown), encoding="utf-8")
    return folder


def _toml(hash_: str, now: datetime, against: str, figures: Mapping[str, float]) -> str:
    lines = [
        "# Written by `warmline backtest --accept`: the rules beside it were found not worse than those before.",
        f'hash = "{hash_}" # of what escalation.toml and scope.toml say',
        f"accepted = {now.astimezone(UTC).isoformat(timespec='seconds').replace('+00:00', 'Z')}",
        f'against = "{against}" # hash of the set before; "" for the first one',
        "",
        "[figures]",
        *(f"{name} = {round(value, 4)}" for name, value in figures.items()),
    ]
    return "\n".join(lines) + "\n"
