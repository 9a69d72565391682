"""`docs/journal.md` lists exactly the entries there are, with exactly their fields."""

import dataclasses
import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from telephony.events import VERSION, Entry
from telephony.records.rows import HEAD

DOC = Path(__file__).parents[2] / "docs" / "journal.md"

TYPES: dict[str, type[Any]] = {entry.__name__: entry for entry in get_args(Entry)}


def sections() -> dict[str, str]:
    """The text of each entry's section, by its heading."""
    _, *parts = re.split(r"^### (\w+)$", DOC.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def listed(text: str) -> list[str]:
    return re.findall(r"^\| `(\w+)` \|", text, flags=re.MULTILINE)


def test_the_page_lists_exactly_the_entry_types_in_their_order() -> None:
    assert list(sections()) == list(TYPES)


def test_the_page_names_the_version_and_what_every_line_has() -> None:
    intro = DOC.read_text(encoding="utf-8").split("## Entries")[0]
    assert listed(intro) == list(HEAD)
    assert f"version of this format, now {VERSION};" in intro


@pytest.mark.parametrize("name", TYPES)
def test_each_entry_lists_exactly_its_fields(name: str) -> None:
    assert listed(sections()[name]) == [field.name for field in dataclasses.fields(TYPES[name])]


@pytest.mark.parametrize("name", TYPES)
def test_each_entry_has_one_example_that_is_a_line_of_its_type(name: str) -> None:
    (example,) = re.findall(r"```json\n(.+)\n```", sections()[name])
    line = json.loads(example)
    assert list(line) == [*HEAD, *(field.name for field in dataclasses.fields(TYPES[name]))]
    assert (line["v"], line["type"]) == (VERSION, name)
