"""What the bench's callers say: recordings of people, each with the words that the script puts in place of its own.

Sounds and words are two things here. The sound decides when speech begins, pauses and ends; the words are those that
the dialogue asks for. Each 20 ms frame is known by its content, so that whoever holds a piece of sound, client or
recogniser, in whatever process, knows which clip it is and how far it had come.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voice.audio import FRAME_MS, FRAME_SAMPLES, Pcm
from voice.g711 import mulaw_decode, mulaw_encode

VOICED_DB = 30.0
"""A frame counts as voice down to so far below the clip's loud frames: the decay of a word is still voice, breath and
room behind it are not. An earlier end makes every gap measured here longer, for all arms alike."""

LOUD_SHARE = 0.95  # of the frames are quieter than "the loud frames"
LEAST_RMS = 60.0  # about -55 dBFS: below it nothing is voice, however quiet the clip


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    end_ms: int  # from the clip's first sample: heard so far, the word is known


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """`pcm`: int16 mono 8 kHz in whole frames, as it sounds behind mu-law."""

    name: str
    shape: str  # of the answer it gives: voice.events.Expect.shape
    pcm: Pcm
    words: tuple[Word, ...]

    @property
    def voiced(self) -> tuple[int, int]:
        """First and last voiced frame."""
        return voiced(self.pcm)


def clip(name: str, shape: str, pcm: Pcm, words: Sequence[Word] | str) -> Clip:
    """`words` as plain text are spread evenly over the voice: no recording here has times of its own words."""
    missing = -len(pcm) % FRAME_SAMPLES
    whole = mulaw_decode(mulaw_encode(np.pad(pcm, (0, missing)).astype(np.int16)))
    if isinstance(words, str):
        words = _spread(words.split(), *voiced(whole))
    return Clip(name, shape, whole, tuple(words))


def voiced(pcm: Pcm) -> tuple[int, int]:
    """First and last frame of `pcm` that is voice."""
    frames = pcm[: len(pcm) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES).astype(np.float64)
    rms = np.sqrt((frames**2).mean(axis=1))
    loud = float(np.quantile(rms, LOUD_SHARE))
    found = np.flatnonzero(rms >= max(LEAST_RMS, loud * 10 ** (-VOICED_DB / 20)))
    if not len(found):
        raise ValueError(f"a clip with a voice in it expected, got {len(pcm) // 8} ms with none")
    return int(found[0]), int(found[-1])


def _spread(words: Sequence[str], first: int, last: int) -> tuple[Word, ...]:
    each = (last + 1 - first) * FRAME_MS / len(words)
    return tuple(Word(word, round(first * FRAME_MS + (n + 1) * each)) for n, word in enumerate(words))


@dataclass(frozen=True, slots=True)
class Found:
    clip: Clip
    frame: int


class Catalogue:
    """All clips of a run, found by any of their frames."""

    def __init__(self, clips: Iterable[Clip]) -> None:
        self.clips: Mapping[str, Clip] = {one.name: one for one in clips}
        self._frames: dict[bytes, Found | None] = {}
        for one in self.clips.values():
            for number, frame in enumerate(_frames(one.pcm)):
                # The same frame twice (silence, above all) tells nothing.
                self._frames[frame] = None if frame in self._frames else Found(one, number)
        for one in self.clips.values():
            for number in one.voiced:
                if self._frames[mulaw_encode(_frame(one.pcm, number))] is None:
                    raise ValueError(f"{one.name}: first and last voiced frame expected once in all clips, got more")

    def of(self, mulaw: bytes) -> Found | None:
        """The clip that one 20 ms message of the carrier belongs to."""
        return self._frames.get(mulaw)

    def in_sound(self, pcm: Pcm) -> Found | None:
        """The last known frame in a piece of sound, which may begin anywhere within a frame."""
        for offset in range(FRAME_SAMPLES):
            known = [found for frame in _frames(pcm[offset:]) if (found := self._frames.get(frame)) is not None]
            if known:
                return known[-1]
        return None

    def save(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        about = [
            {"name": one.name, "shape": one.shape, "words": [[word.text, word.end_ms] for word in one.words]}
            for one in self.clips.values()
        ]
        np.savez(folder / "clips.npz", **{str(n): one.pcm for n, one in enumerate(self.clips.values())})
        (folder / "clips.json").write_text(json.dumps(about), encoding="utf-8")
        return folder

    @staticmethod
    def load(folder: Path) -> "Catalogue":
        about = json.loads((folder / "clips.json").read_text(encoding="utf-8"))
        with np.load(folder / "clips.npz") as sounds:
            return Catalogue(
                Clip(one["name"], one["shape"], sounds[str(n)], tuple(Word(*word) for word in one["words"]))
                for n, one in enumerate(about)
            )


def heard_by(found: Found) -> str:
    """The words of the clip that had been spoken by the end of the frame found."""
    until_ms = (found.frame + 1) * FRAME_MS
    return " ".join(word.text for word in found.clip.words if word.end_ms <= until_ms)


def _frames(pcm: Pcm) -> Iterator[bytes]:
    for at in range(0, len(pcm) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        yield mulaw_encode(pcm[at : at + FRAME_SAMPLES])


def _frame(pcm: Pcm, number: int) -> Pcm:
    return pcm[number * FRAME_SAMPLES : (number + 1) * FRAME_SAMPLES]
