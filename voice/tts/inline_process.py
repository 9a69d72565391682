"""The voice process for replays in virtual time: the loop stands still while it speaks, as `InlinePool`'s does.

A virtual clock jumps ahead whenever the loop has nothing to do, so it must never wait for a pipe: here the pipe is read
to the text's end in one go. One text at a time; the messages are those of `voice_process.py`.
"""

import os
import select
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Sequence

from voice.errors import VoiceFailed
from voice.tts.voice_process import ENVIRONMENT, MAIN, Options, Piece
from voice.tts.voice_wire import PROTOCOL, Header, lengths_of, message, parse_header


class InlineVoiceProcess:
    def __init__(
        self, *, command: Sequence[str] = (sys.executable, str(MAIN)), start_s: float = 20.0, answer_s: float = 20.0
    ) -> None:
        """The limits are real seconds, for a process that hangs; no call's time passes meanwhile."""
        self._command = [*command, "--workers", "1"]
        self._start_s = start_s
        self._answer_s = answer_s
        self._child: subprocess.Popen[bytes] | None = None
        self._last_id = 0

    async def open(self, engine: str, options: Options) -> None:
        self._ask("open", engine, (), options)

    async def stream(self, engine: str, texts: Sequence[str], options: Options) -> AsyncGenerator[Piece, None]:
        for piece in self._ask("speak", engine, texts, options):
            yield piece

    async def close(self) -> None:
        self._end()

    def _ask(self, do: str, engine: str, texts: Sequence[str], options: Options) -> list[Piece]:
        child = self._running()
        self._last_id += 1
        request: Header = {
            "do": do,
            "id": self._last_id,
            "engine": engine,
            "texts": list(texts),
            "options": dict(options),
        }
        try:
            assert child.stdin is not None
            child.stdin.write(message(request))
            child.stdin.flush()
            return self._answer(child, engine)
        except (VoiceFailed, OSError) as failure:
            self._end()  # what it might still say belongs to this text, not to the next one
            raise VoiceFailed(f"{engine}: {failure}") from failure

    def _answer(self, child: "subprocess.Popen[bytes]", engine: str) -> list[Piece]:
        pieces: list[Piece] = []
        while True:
            header, samples = _read(child, self._answer_s)
            match header.get("is"):
                case "piece":
                    pieces.append(Piece(samples, int(str(header["rate"]))))
                case "end":
                    return pieces
                case "error":
                    raise VoiceFailed(str(header.get("message")))
                case other:
                    raise VoiceFailed(f"piece, end or error expected, {other!r} came")

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._child is None:
            try:
                self._child = subprocess.Popen(
                    self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | ENVIRONMENT
                )
            except OSError as failure:
                raise VoiceFailed(f"the voice process cannot be started ({self._command[0]}): {failure}") from failure
            hello, _ = _read(self._child, self._start_s)
            if hello.get("is") != "hello" or hello.get("protocol") != PROTOCOL:
                self._end()
                raise VoiceFailed(f"the voice process: hello of protocol {PROTOCOL} expected, {hello} came")
        return self._child

    def _end(self) -> None:
        if self._child is not None:
            child, self._child = self._child, None
            child.kill()  # it holds nothing worth an orderly end
            child.communicate()


def _read(child: "subprocess.Popen[bytes]", limit_s: float) -> tuple[Header, bytes]:
    assert child.stdout is not None
    pipe, until = child.stdout.fileno(), time.monotonic() + limit_s
    header_bytes, sample_bytes = lengths_of(_exactly(pipe, 8, until))
    return parse_header(_exactly(pipe, header_bytes, until)), _exactly(pipe, sample_bytes, until)


def _exactly(pipe: int, count: int, until: float) -> bytes:
    got = bytearray()
    while len(got) < count:
        readable, _, _ = select.select([pipe], [], [], max(0.0, until - time.monotonic()))
        if not readable:
            raise VoiceFailed(f"the voice process: {count} bytes expected, none came in time")
        block = os.read(pipe, count - len(got))
        if not block:
            raise VoiceFailed("the voice process ended in the middle of a text: its output closed")
        got += block
    return bytes(got)
