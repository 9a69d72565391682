"""flite: a small voice under a BSD-like licence, used through its command where that is installed.

The stand-in for installations without the GPL engines. The text goes in through its input, because a command line can
be read by every user of the machine; the sound comes back through a file, because flite rewrites its header at the end.
"""

import asyncio
import shutil
import wave
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models import scratch
from voice.audio import RATE, Pcm
from voice.errors import EngineUnavailable, VoiceFailed
from voice.resample import resample
from voice.tts.clauses import clauses
from voice.tts.say_text import say_text

GAIN_DB = {"slt": -6.5, "kal16": 6.5}
"""Brings its voices to espeak's level, -20 dBFS while they speak (measured on five prompts: -13, -27, rms as it is)."""


@dataclass(frozen=True, slots=True)
class Settings:
    voice: str = "slt"  # as listed by `flite -lv`; slt and rms are acceptable at 8 kHz
    answer_s: float = 10.0  # how long to wait for one clause; slt needs 25 to 70 ms


class FliteVoice:
    def __init__(self, settings: Settings, command: str) -> None:
        self.voice_key = f"flite/{settings.voice}/{GAIN_DB.get(settings.voice, 0.0)}"
        self._settings = settings
        self._command = command

    async def stream(self, text: str) -> AsyncGenerator[Pcm, None]:
        for clause in clauses(say_text(text)):
            yield await self._render(clause)

    async def close(self) -> None:
        """Each text has a process of its own, which is gone by now."""

    async def _render(self, clause: str) -> Pcm:
        with scratch.folder("flite") as folder:
            file = Path(folder) / "speech.wav"
            process = await asyncio.create_subprocess_exec(
                self._command, "-voice", self._settings.voice, "-f", "-", "-o", str(file),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
            try:
                async with asyncio.timeout(self._settings.answer_s):
                    _, said = await process.communicate(clause.encode() + b"\n")
            except TimeoutError:
                raise VoiceFailed(f"flite: speech within {self._settings.answer_s:.0f} s expected, none came") from None
            finally:
                if process.returncode is None:
                    with suppress(ProcessLookupError):
                        process.kill()
                    await process.wait()
            if process.returncode or not file.is_file():
                raise VoiceFailed(f"flite: speech expected, status {process.returncode} and {said[:200]!r} came")
            return _read(file, GAIN_DB.get(self._settings.voice, 0.0))


def _read(file: Path, gain_db: float) -> Pcm:
    with wave.open(str(file), "rb") as sound:
        pcm = resample(np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2"), sound.getframerate(), RATE)
    louder: Pcm = np.clip(pcm * 10 ** (gain_db / 20), -32768, 32767).astype(np.int16)
    return louder


def open(settings: Settings) -> FliteVoice:
    command = shutil.which("flite")
    if command is None:
        raise EngineUnavailable("flite: the command flite expected, it is not installed (Debian: apt install flite)")
    return FliteVoice(settings, command)
