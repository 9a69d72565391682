"""The pool's messages as bytes; pure. docs/inference-protocol.md says what each means.

4 bytes  length of the header   big-endian
4 bytes  length of the blob     big-endian
header   JSON object, UTF-8
blob     what the header's sender says: samples, features, a longer JSON text
"""

import json
import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from models.engines import Priority
from models.errors import DeadlinePassed, EngineFailed, EngineGone, InferenceError, PoolClosed, PoolFull

PROTOCOL = 1
HEADER_MAX = 64 * 1024
BLOB_MAX = 16 * 1024 * 1024  # 30 s of samples are 0.5 MB; what a business expects to hear, as JSON, 1 MB
DEADLINE_S_MAX = 86_400.0

_LENGTHS = struct.Struct(">II")

Header = dict[str, Any]

ERRORS: dict[str, type[InferenceError]] = {
    kind.__name__: kind for kind in (PoolFull, PoolClosed, DeadlinePassed, EngineFailed, EngineGone)
}
"""Kinds of error that a call may be answered with. A kind that a client does not know is an EngineFailed to it."""

REQUEST = "BadRequest"
"""The kind of error that answers a message which could not be understood."""


class WireError(Exception):
    """Bytes or a message that this protocol does not know. `fatal`: what follows cannot be read either."""

    def __init__(self, what: str, *, fatal: bool = False) -> None:
        super().__init__(what)
        self.fatal = fatal


@dataclass(frozen=True, slots=True)
class Message:
    header: Header
    blob: bytes = b""


def frame(header: Header, blob: bytes = b"") -> bytes:
    """Raises `WireError` for what the other side would refuse."""
    body = json_bytes(header)
    _check(len(body), len(blob), fatal=False)
    return _LENGTHS.pack(len(body), len(blob)) + body + blob


def json_bytes(value: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
    except (ValueError, TypeError) as error:
        raise WireError(f"what JSON can say expected, {error} came") from None


class Reader:
    """Bytes in, messages out, as they become whole."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> Iterator[Message | WireError]:
        """A header that is no JSON object is an error in its place; what follows it is read on. After an error that is
        `fatal` the reader gives nothing more."""
        self._bytes += data
        while len(self._bytes) >= _LENGTHS.size:
            header_bytes, blob_bytes = _LENGTHS.unpack_from(self._bytes)
            try:
                _check(header_bytes, blob_bytes, fatal=True)
            except WireError as error:
                yield error
                return
            blob_at = _LENGTHS.size + header_bytes
            if len(self._bytes) < blob_at + blob_bytes:
                return
            body, blob = self._bytes[_LENGTHS.size : blob_at], bytes(self._bytes[blob_at : blob_at + blob_bytes])
            del self._bytes[: blob_at + blob_bytes]
            try:
                message: Message | WireError = Message(json_of(body), blob)
            except WireError as error:
                message = error
            yield message


def _check(header_bytes: int, blob_bytes: int, *, fatal: bool) -> None:
    if header_bytes > HEADER_MAX or blob_bytes > BLOB_MAX:
        raise WireError(
            f"a header of at most {HEADER_MAX} bytes and a blob of at most {BLOB_MAX} expected, "
            f"{header_bytes} and {blob_bytes} came",
            fatal=fatal,
        )


def json_of(body: bytes | bytearray) -> Header:
    """A JSON object, of a header or of a blob."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise WireError(f"a JSON object expected, {bytes(body[:80])!r} came ({error})") from None
    if not isinstance(value, dict):
        raise WireError(f"a JSON object expected, {bytes(body[:80])!r} came")
    return value


# --- fields -----------------------------------------------------------------------------------------------------


def number_of(header: Header) -> int:
    """The `id` by which an answer finds its question."""
    number = header.get("id")
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number < 1 << 53:
        raise WireError(f'an "id" from 1 to 2^53 expected, {number!r} came')
    return number


def word_of(header: Header, field: str) -> str:
    word = header.get(field)
    if not isinstance(word, str) or not word:
        raise WireError(f'"{field}" expected as a word, {word!r} came')
    return word


def object_of(header: Header, field: str) -> Header:
    value = header.get(field)
    if not isinstance(value, dict):
        raise WireError(f'"{field}" expected as a JSON object, {value!r} came')
    return value


def count_of(header: Header, field: str, *, most: int) -> int:
    """From 1 to `most`."""
    value = header.get(field)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise WireError(f'"{field}" from 1 to {most} expected, {value!r} came')
    return value


def priority_of(header: Header) -> Priority:
    value = header.get("priority")
    if isinstance(value, bool) or not isinstance(value, int) or value not in set(Priority):
        raise WireError(f'"priority" out of {[int(one) for one in Priority]} expected, {value!r} came')
    return Priority(value)


def deadline_s_of(header: Header) -> float:
    """Seconds from now; may have passed."""
    value = header.get("deadline_ms")
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise WireError(f'"deadline_ms" expected as milliseconds from now, {value!r} came')
    return min(value / 1000, DEADLINE_S_MAX)


def error_of(header: Header) -> InferenceError:
    """What an "error" message tells, as our own exception."""
    kind, message = str(header.get("kind")), str(header.get("message"))
    return ERRORS.get(kind, EngineFailed)(message)
