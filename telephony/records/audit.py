"""The hash chain over a call's entries, or over notes of what people did: an edit, a drop or a new order shows. Pure.

Each hash covers the one before it and the whole line; the last one stands beside them, so that entries cut off at
the end are missed too. Who can rewrite the whole database can rewrite the chain; against that, keep heads elsewhere.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

START = ""
"""What the first entry is chained to."""


class Link(Protocol):
    """A `Row` of a call, or a note that is kept."""

    @property
    def seq(self) -> int: ...

    @property
    def line(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place where the chain does not hold."""

    seq: int
    what: str


def link(previous: str, row: Link) -> str:
    """SHA-256 over the hash before and the line as canonical JSON (sorted names, no blanks)."""
    canonical = json.dumps(row.line, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()


def verify(chain: Iterable[tuple[Link, str]], *, last_seq: int, head: str) -> Broken | None:
    """Checks rows and their hashes, in the order kept, against `last_seq` and `head`; None: all holds."""
    previous, seq = START, 0
    for row, stored in chain:
        if row.seq != seq + 1:
            return Broken(seq + 1, f"entry {seq + 1} expected, got {row.seq}")
        if link(previous, row) != stored:
            return Broken(row.seq, f"entry {row.seq} is not what was written")
        previous, seq = stored, row.seq
    if (seq, previous) != (last_seq, head):
        return Broken(seq + 1, f"{last_seq} entries expected, got {seq}")
    return None
