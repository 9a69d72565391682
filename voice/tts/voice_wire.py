"""The voice process's messages as bytes, this side's half; pure."""

import json
import struct

from voice.errors import VoiceFailed

PROTOCOL = 2
MAX_HEADER = 64 * 1024
MAX_SAMPLES = 16 * 1024 * 1024  # bytes in one piece; Piper hands over a whole sentence (7 s: 300 kB)

_LENGTHS = struct.Struct(">II")

Header = dict[str, object]


def message(header: Header) -> bytes:
    body = json.dumps(header).encode()
    return _LENGTHS.pack(len(body), 0) + body


def lengths_of(prefix: bytes) -> tuple[int, int]:
    """Bytes of header and bytes of samples that follow."""
    header_bytes, sample_bytes = _LENGTHS.unpack(prefix)
    if header_bytes > MAX_HEADER or sample_bytes > MAX_SAMPLES:
        raise VoiceFailed(
            f"the voice process: lengths up to {MAX_HEADER} and {MAX_SAMPLES} expected, "
            f"{header_bytes} and {sample_bytes} came"
        )
    return header_bytes, sample_bytes


def parse_header(body: bytes) -> Header:
    try:
        header = json.loads(body)
    except ValueError as failure:
        raise VoiceFailed(f"the voice process: a JSON header expected, {body[:80]!r} came") from failure
    if not isinstance(header, dict):
        raise VoiceFailed(f"the voice process: a JSON object expected, {body[:80]!r} came")
    return header
