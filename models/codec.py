"""How an engine's arguments and result travel between processes: a small JSON value beside raw bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Json = Mapping[str, Any]
"""An object of a JSON text: whoever reads one checks what is in it."""


@dataclass(frozen=True, slots=True)
class Packed:
    """`head` fits in a message's header (64 KiB of JSON), `blob` is what would be large in it: samples, features."""

    head: Json
    blob: bytes = b""


class Codec(Protocol):
    """The two sides of a pool's wire use the same one. Every method raises `ValueError` for what it does not know."""

    def pack_args(self, args: tuple[Any, ...]) -> Packed: ...

    def unpack_args(self, packed: Packed) -> tuple[Any, ...]: ...

    def pack_result(self, result: Any) -> Packed: ...

    def unpack_result(self, packed: Packed) -> Any: ...
