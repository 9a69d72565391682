"""An operator's own recorded calls, turn by turn: the caller's side cut by the ear that serves, and their words where a
journal (.jsonl) or a text (.txt, a turn a line) of the same name lies beside the sound.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from telephony.calibrate.recordings import KINDS
from telephony.errors import RecordingsUnusable
from telephony.settings import Hearing
from telephony.sim.errors import AudioUnreadable
from telephony.sim.voices import read
from voice import vad
from voice.audio import FRAME_SAMPLES, RATE, Pcm
from voice.ear_events import SpeechEnded
from voice.g711 import mulaw_decode, mulaw_encode
from voice.hearing import Ear

_TAIL_SECONDS = 3  # of silence after the recording, so that its last turn ends
JOURNAL, TEXT = ".jsonl", ".txt"


@dataclass(frozen=True, slots=True)
class OwnCall:
    """`words` is empty where nothing beside the recording says what was said."""

    name: str
    turns: tuple[Pcm, ...]
    words: tuple[str, ...]


def own_calls(folder: Path, channel: str, hearing: Hearing) -> Iterator[OwnCall]:
    """One after the other. Raises `RecordingsUnusable`, which lists every file that cannot be used and why."""
    if not folder.is_dir():
        came = "a file" if folder.exists() else "none"
        raise RecordingsUnusable(f"{folder}: a folder of recorded calls expected, got {came}")
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in KINDS]
    if not paths:
        raise RecordingsUnusable(f"{folder}: recorded calls ({', '.join(KINDS)}) expected, got none")
    wrong: list[str] = []
    for path in paths:
        try:
            yield OwnCall(str(path.relative_to(folder)), _turns(read(path, channel), hearing), _words(path))
        except (AudioUnreadable, RecordingsUnusable) as error:
            wrong.append(str(error))
    if wrong:
        raise RecordingsUnusable("\n".join(wrong))


def _turns(pcm: Pcm, hearing: Hearing) -> tuple[Pcm, ...]:
    line = mulaw_decode(mulaw_encode(pcm))
    whole = np.concatenate([line, np.zeros(_TAIL_SECONDS * RATE, np.int16)])
    ear = Ear(vad=vad.open_vad(hearing.vad), settings=hearing.ear)
    frames = (whole[at : at + FRAME_SAMPLES] for at in range(0, len(whole) - FRAME_SAMPLES + 1, FRAME_SAMPLES))
    return tuple(
        event.segment.pcm for frame in frames for event in ear.feed(frame) if isinstance(event, SpeechEnded)
    )  # fmt: skip


def _words(path: Path) -> tuple[str, ...]:
    journal, text = path.with_suffix(JOURNAL), path.with_suffix(TEXT)
    if journal.is_file():
        return tuple(_heard(journal))
    if text.is_file():
        return tuple(line.strip() for line in _read(text).splitlines() if line.strip())
    return ()


def _heard(journal: Path) -> Iterator[str]:
    """What the caller was heard to say, from a journal as `warmline replay` and the service write it."""
    for number, line in enumerate(_read(journal).splitlines(), start=1):
        try:
            entry = json.loads(line)
            if entry["type"] == "Heard" and entry["speaker"] == "caller" and entry["text"]:
                yield str(entry["text"])
        except (ValueError, KeyError, TypeError) as error:
            expected = f"{journal}: an entry of a journal expected in line {number}"
            raise RecordingsUnusable(f"{expected}, got {error!r}") from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingsUnusable(f"{path}: text in UTF-8 expected, got {error}") from error
