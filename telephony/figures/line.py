"""A journal line as the figures read it."""

from collections.abc import Mapping
from typing import Any, Protocol


class Line(Protocol):
    """A journal line: `telephony.records.rows.Row`."""

    @property
    def call(self) -> str: ...
    @property
    def at_ms(self) -> int: ...
    @property
    def wall(self) -> float: ...
    @property
    def type(self) -> str: ...
    @property
    def fields(self) -> Mapping[str, Any]: ...
