# SPDX-License-Identifier: GPL-3.0-or-later
"""espeak-ng: its library in this process (wheel espeakng-loader), or its command where only that is installed.

The library keeps one global state, so one sentence is spoken at a time; six seconds of prompt take about 4 ms. What it
keeps from one text to the next would change the sound, and the length, of the next one, and nothing in its interface
clears that: each text gets the library freshly loaded, so that a text sounds the same whenever it is spoken.
"""

import _ctypes  # for dlclose alone, which ctypes does not offer
import ctypes
import importlib.metadata
import shutil
import struct
import subprocess
import threading
from collections.abc import Callable

Emit = Callable[[bytes, int], bool]  # (int16 samples, rate in Hz) → go on?

# speak_lib.h of espeak-ng 1.52
SYNCHRONOUS = 2  # AUDIO_OUTPUT_SYNCHRONOUS: espeak_Synth calls back and returns when the text is spoken
RATE, VOLUME, PITCH, WORD_GAP = 1, 2, 3, 7  # espeak_PARAMETER
POSITION_CHARACTER, UTF8 = 1, 1
BUFFER_MS = 60  # a piece's length; the first is out after 0.2 ms of work

_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class EspeakLibrary:
    def __init__(self) -> None:
        import espeakng_loader  # noqa: PLC0415 (absent where only the command is installed)

        self._path = espeakng_loader.get_library_path()
        self._data = espeakng_loader.get_data_path().encode()
        self._emit: Emit | None = None
        self._failure: Exception | None = None
        self._callback = _CALLBACK(self._on_samples)  # kept: the library holds only the address
        self._lock = threading.Lock()
        self.version = f"{importlib.metadata.version('espeakng-loader')} library"
        self._load()

    def open(self, options: dict[str, object]) -> None:
        with self._lock:
            self._configure(options)

    def speak(self, text: str, options: dict[str, object], emit: Emit, wanted: object = True) -> None:
        """Asks `emit` every 60 ms of sound, a fraction of a millisecond of work, whether to go on."""
        with self._lock:
            self._unload()
            self._load()
            self._configure(options)
            self._emit, self._failure = emit, None
            encoded = text.encode()
            status = self._library.espeak_Synth(encoded, len(encoded) + 1, 0, POSITION_CHARACTER, 0, UTF8, None, None)
            self._emit = None
            if self._failure is not None:
                raise self._failure
            if status:
                raise RuntimeError(f"espeak_Synth: status 0 expected, {status} came")

    def _load(self) -> None:
        """Takes about 1 ms, with reading its data."""
        self._library = ctypes.CDLL(self._path)
        self._rate: int = self._library.espeak_Initialize(SYNCHRONOUS, BUFFER_MS, self._data, 0)
        if self._rate <= 0:
            data = self._data.decode()
            raise RuntimeError(f"espeak_Initialize: a sample rate expected, {self._rate} came (data {data})")
        self._library.espeak_SetSynthCallback(self._callback)

    def _unload(self) -> None:
        self._library.espeak_Terminate()
        _ctypes.dlclose(self._library._handle)

    def _configure(self, options: dict[str, object]) -> None:
        voice = str(options.get("voice", "en-us"))
        if self._library.espeak_SetVoiceByName(voice.encode()):
            raise ValueError(f"a voice of espeak-ng expected, such as en-us, {voice!r} came")
        for parameter, name, default in (
            (RATE, "words_per_minute", 165),
            (PITCH, "pitch", 50),
            (VOLUME, "volume_percent", 100),
            (WORD_GAP, "word_gap_10ms", 0),
        ):
            self._library.espeak_SetParameter(parameter, int(str(options.get(name, default))), 0)

    def _on_samples(self, samples: "ctypes._Pointer[ctypes.c_short]", count: int, _events: object) -> int:
        """1 stops the synthesis. An exception may not cross the library's frames, so it is kept for `speak`."""
        if not samples or count <= 0 or self._emit is None:
            return 0
        try:
            return 0 if self._emit(ctypes.string_at(samples, count * 2), self._rate) else 1
        except Exception as failure:
            self._failure = failure
            return 1


class EspeakCommand:
    """The command reads the text from its input: on its command line every user of the machine could see it."""

    HEADER = 44  # bytes of the WAV header it writes first

    def __init__(self) -> None:
        found = shutil.which("espeak-ng")
        if found is None:
            raise FileNotFoundError("neither the package espeakng-loader nor the command espeak-ng is installed")
        self._path = found
        self.version = "command"

    def open(self, options: dict[str, object]) -> None:
        self.speak("a", options, lambda _samples, _rate: False)

    def speak(self, text: str, options: dict[str, object], emit: Emit, wanted: object = True) -> None:
        arguments = [self._path, "--stdin", "--stdout", "-v", str(options.get("voice", "en-us"))]
        for flag, name, default in (
            ("-s", "words_per_minute", 165),
            ("-p", "pitch", 50),
            ("-a", "volume_percent", 100),
            ("-g", "word_gap_10ms", 0),
        ):
            arguments += [flag, str(int(str(options.get(name, default))))]
        with subprocess.Popen(
            arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as command:
            assert command.stdin and command.stdout and command.stderr
            command.stdin.write(text.encode())
            command.stdin.close()
            header = command.stdout.read(self.HEADER)
            if len(header) < self.HEADER:
                said = command.stderr.read(300).decode(errors="replace").strip()
                raise RuntimeError(f"espeak-ng: a WAV header expected, {len(header)} bytes came; it said {said!r}")
            (rate,) = struct.unpack_from("<I", header, 24)
            while samples := command.stdout.read(rate * BUFFER_MS // 1000 * 2):
                if not emit(samples[: len(samples) // 2 * 2], rate):
                    command.kill()
                    return


def open_espeak() -> EspeakLibrary | EspeakCommand:
    try:
        return EspeakLibrary()
    except (ImportError, OSError):  # not installed, or its library does not load on this machine
        return EspeakCommand()
