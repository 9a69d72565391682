"""Recordings with their words: audio files with a text beside each, or the rows of a manifest.csv.

Everything is put through the telephone's code (8 kHz, mu-law), as the recogniser will hear it.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from telephony.errors import RecordingsUnusable
from telephony.sim import fixture as fx
from telephony.sim.errors import AudioUnreadable
from telephony.sim.voices import Words, clip_name, read
from voice.audio import RATE, Pcm
from voice.g711 import mulaw_decode, mulaw_encode
from voice.stt.expected import plain

KINDS = (".wav", ".flac", ".mp3", ".ogg")
MANIFEST = "manifest.csv"
DEMO = Path(__file__).parents[1] / "demo" / "calls"
COLUMNS = ("file", "text")  # needed; start, end (seconds) and speaker may be there

_UNITS = "zero one two three four five six seven eight nine"
_TO_NINETEEN = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_FROM_TWENTY = "twenty thirty forty fifty sixty seventy eighty ninety"
_DIGITS = {word: str(value) for value, word in enumerate(_UNITS.split())}
_TEENS = {word: str(value) for value, word in enumerate(_TO_NINETEEN.split(), start=10)}
_TENS = {word: str(value) for value, word in enumerate(_FROM_TWENTY.split(), start=2)}


@dataclass(frozen=True, slots=True)
class Utterance:
    name: str
    pcm: Pcm
    text: str
    speaker: str = ""

    @property
    def seconds(self) -> float:
        return len(self.pcm) / RATE


def words(text: str) -> list[str]:
    """Words to compare: plain, and numbers digit by digit, so that "84", "eighty four" and "8 4" are the same."""
    out: list[str] = []
    spoken = plain(text).split()
    for at, word in enumerate(spoken):
        following = spoken[at + 1] if at + 1 < len(spoken) else ""
        if word in _DIGITS or word == "oh":
            out.append(_DIGITS.get(word, "0"))
        elif word in _TEENS:
            out += _TEENS[word]
        elif word in _TENS:
            out += [_TENS[word]] if following in _DIGITS and following != "zero" else [_TENS[word], "0"]
        elif word[0].isdigit():
            out += re.findall(r"\d", word)
        else:
            out.append(word)
    return out


def gathered(folder: Path, channel: str) -> list[Utterance]:
    """All of `folder`. Raises `RecordingsUnusable`, which lists every file that cannot be used and why."""
    if not folder.is_dir():
        came = "a file" if folder.exists() else "none"
        raise RecordingsUnusable(f"{folder}: a folder of recordings expected, got {came}")
    wrong: list[str] = []
    found: list[Utterance] = []
    rows = _manifest(folder / MANIFEST) if (folder / MANIFEST).is_file() else _beside(folder)
    for row in rows:
        try:
            found.append(_utterance(folder, row, channel))
        except (AudioUnreadable, RecordingsUnusable) as error:
            wrong.append(str(error))
    if wrong:
        raise RecordingsUnusable("\n".join(wrong))
    if not found:
        expected = f"recordings ({', '.join(KINDS)}) with a .txt beside each, or {MANIFEST}, expected"
        raise RecordingsUnusable(f"{folder}: {expected}, got none")
    return found


def bundled() -> list[Utterance]:
    """The demo's callers: synthetic voices, too few to prove a window, enough to see that the measure works."""
    found: dict[str, Utterance] = {}
    for call in sorted(DEMO.glob("*.toml")):
        fixture = fx.load(call)
        for turn in fixture.turns:
            voice = turn.voice or fixture.voice
            clip = fixture.folder / "clips" / clip_name(Words(turn.say, voice, turn.gain_db, turn.noise_db))
            if turn.say and clip.is_file():
                found.setdefault(clip.name, Utterance(clip.name, _telephone(read(clip)), turn.say, voice))
    return list(found.values())


def _beside(folder: Path) -> Iterator[dict[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in KINDS:
            text = path.with_suffix(".txt")
            said = text.read_text(encoding="utf-8") if text.is_file() else ""
            speaker = path.parent.name if path.parent != folder else ""
            yield {"file": str(path.relative_to(folder)), "text": said, "speaker": speaker, "_text_from": text.name}


def _manifest(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if missing := [column for column in COLUMNS if column not in (reader.fieldnames or ())]:
            expected = f"a first line with {', '.join(COLUMNS)} expected"
            raise RecordingsUnusable(f"{path}: {expected}, missing: {', '.join(missing)}")
        for row in reader:
            yield {name: value or "" for name, value in row.items() if name} | {"_text_from": f"{MANIFEST}, text"}


def _utterance(folder: Path, row: dict[str, str], channel: str) -> Utterance:
    path = folder / row["file"]
    pcm = read(path, channel)
    try:
        start, end = float(row.get("start") or 0.0), float(row.get("end") or len(pcm) / RATE)
    except ValueError as error:
        raise RecordingsUnusable(f"{path}: start and end in seconds expected, got {error}") from error
    if not 0 <= start < end <= len(pcm) / RATE + 0.01:
        raise RecordingsUnusable(f"{path}: 0 <= start < end <= {len(pcm) / RATE:.2f} s expected, got {start} and {end}")
    if not words(row["text"]):
        raise RecordingsUnusable(f"{path}: what is said in it expected in {row['_text_from']}, got nothing")
    name = row["file"] + (f" {start:g}-{end:g}" if row.get("start") else "")
    part = pcm[round(start * RATE) : round(end * RATE)]
    return Utterance(name, _telephone(part), row["text"], row.get("speaker", ""))


def _telephone(pcm: Pcm) -> Pcm:
    return mulaw_decode(mulaw_encode(pcm))
