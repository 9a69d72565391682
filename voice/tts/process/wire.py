# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages of the voice process, as this side reads and writes them: two lengths, a JSON header, raw samples.

The other side, and the meaning of each message, is voice/tts/voice_process.py.
"""

import json
import struct
import threading
from collections.abc import Iterator
from typing import BinaryIO

LENGTHS = struct.Struct(">II")  # bytes of header, bytes of samples
MAX_HEADER = 64 * 1024

Header = dict[str, object]


def read_messages(stream: BinaryIO) -> Iterator[Header]:
    """Every header until the stream closes. Requests carry no samples."""
    while True:
        lengths = stream.read(LENGTHS.size)
        if len(lengths) < LENGTHS.size:
            return
        header_bytes, sample_bytes = LENGTHS.unpack(lengths)
        if header_bytes > MAX_HEADER or sample_bytes:
            raise ValueError(f"a request of at most {MAX_HEADER} bytes expected, {header_bytes}+{sample_bytes} came")
        body = stream.read(header_bytes)
        if len(body) < header_bytes:
            return
        yield json.loads(body)


class Replies:
    """Writes messages whole, from any thread."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def send(self, header: Header, samples: bytes = b"") -> None:
        body = json.dumps(header).encode()
        with self._lock:
            self._stream.write(LENGTHS.pack(len(body), len(samples)) + body + samples)
            self._stream.flush()
