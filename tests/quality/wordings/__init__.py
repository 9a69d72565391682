"""Sentences to score by, whose author had not seen the rules: requests for a person, near misses, injections."""

import tomllib
from pathlib import Path

FOLDER = Path(__file__).parent


def sentences(name: str) -> tuple[str, ...]:
    """All of `name`.toml, table after table."""
    tables = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return tuple(one for table in tables.values() for one in table["sentences"])
