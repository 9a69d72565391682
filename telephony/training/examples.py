"""Labelled sentences from a CSV, TSV, JSON or JSON-lines file, and what is wrong with them in words.

What can be left out is left out and said; what cannot teach anything at all is refused.
"""

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.intent import plain
from telephony.errors import ConfigError

SHOWN = 5  # places named of one kind of fault; a file may have thousands


@dataclass(frozen=True, slots=True)
class Examples:
    by_intent: Mapping[str, Sequence[str]]
    outside: Sequence[str]  # texts of nobody's intent
    notes: Sequence[str]  # what was left out, and why


@dataclass(frozen=True, slots=True)
class Labelled:
    where: str  # line 12, intent balance: for messages
    text: str
    label: str


def read(path: Path, *, text: str, label: str, outside: Iterable[str] = ()) -> Examples:
    """`text`, `label`: the columns or keys; `outside`: labels of texts that are none of ours. Raises `ConfigError`."""
    try:
        found = _objects(path) if path.suffix.casefold() in (".json", ".jsonl") else _table(path)
    except (OSError, UnicodeDecodeError, csv.Error, ValueError) as error:
        raise ConfigError(f"{path}: labelled sentences (CSV, TSV, JSON, JSON lines) expected, got {error}") from error
    if not found:
        raise ConfigError(f"{path}: labelled sentences expected, got none")
    keys = sorted({key for _, row in found for key in row if key is not None})
    if missing := [name for name in (text, label) if name not in keys]:
        raise ConfigError(
            f"{path}: columns {text!r} and {label!r} expected, got {', '.join(map(repr, keys))} (no {missing[0]!r}); "
            "--text and --label name others"
        )
    return sorted_out(
        [Labelled(where, str(row.get(text) or ""), str(row.get(label) or "").strip()) for where, row in found],
        outside=frozenset(outside),
        source=str(path),
    )


def sorted_out(found: Sequence[Labelled], *, outside: frozenset[str], source: str) -> Examples:
    """Each sentence once and under one intent, and only intents with at least two. Raises `ConfigError`."""
    faults: dict[str, list[str]] = defaultdict(list)
    owner: dict[str, Labelled] = {}
    kept: dict[str, list[str]] = defaultdict(list)
    for one in found:
        key = plain(one.text)
        if not key:
            faults["without words, left out"].append(one.where)
        elif not one.label:
            faults["without a label, left out"].append(one.where)
        elif key not in owner:
            owner[key] = one
            kept[one.label].append(one.text.strip())
        elif owner[key].label == one.label:
            faults["said before under the same intent, counted once"].append(f"{one.where} ({one.text.strip()!r})")
        else:
            faults["under two intents, kept under the first"].append(
                f"{one.text.strip()!r} ({owner[key].label} in {owner[key].where}, {one.label} in {one.where})"
            )
    others = [text for name in outside for text in kept.pop(name, [])]
    for name in sorted(name for name, texts in kept.items() if len(texts) < 2):
        del kept[name]
        faults["intents with one example only, left out: give each at least two"].append(name)
    notes = tuple(_said(what, places) for what, places in faults.items())
    if len(kept) < 2:
        raise ConfigError("\n".join([f"{source}: at least two intents with two sentences each expected", *notes]))
    return Examples(kept, others, notes)


def sizes(examples: Examples) -> Counter[str]:
    return Counter({name: len(texts) for name, texts in examples.by_intent.items()})


def _said(what: str, places: Sequence[str]) -> str:
    more = f" and {len(places) - SHOWN} more" if len(places) > SHOWN else ""
    return f"{len(places)} {what}: {', '.join(places[:SHOWN])}{more}"


def _table(path: Path) -> list[tuple[str, Mapping[str, Any]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        dialect = "excel-tab" if path.suffix.casefold() in (".tsv", ".tab") else "excel"
        reader = csv.DictReader(file, dialect=dialect)
        return [(f"line {reader.line_num}", row) for row in reader]


def _objects(path: Path) -> list[tuple[str, Mapping[str, Any]]]:
    """A list of objects, or one object a line."""
    content = path.read_text(encoding="utf-8-sig")
    if path.suffix.casefold() == ".jsonl":
        rows = [(f"line {number}", json.loads(line)) for number, line in enumerate(content.splitlines(), 1) if line]
    else:
        table = json.loads(content)
        if not isinstance(table, list):
            raise ValueError(f"a list of objects expected, got {type(table).__name__}")
        rows = [(f"entry {number}", row) for number, row in enumerate(table, 1)]
    for where, row in rows:
        if not isinstance(row, dict):
            raise ValueError(f"an object expected in {where}, got {type(row).__name__}")
    return rows
