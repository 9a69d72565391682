"""Sentences drawn from the frames of `sayings_frames.toml`: variety that nobody writes by hand, always the same."""

import random
import re
import tomllib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

FRAMES = Path(__file__).with_name("sayings_frames.toml")
DRAWS = 30  # sentences a frame
TRIES = 6  # times as many draws before a frame counts as exhausted
_CHOICE = re.compile(r"\{([^{}]*)\}")
_CLASS = re.compile(r"<([a-z]+)>")


def drawn(path: Path = FRAMES) -> Iterator[tuple[str, str, int]]:
    """Class, sentence, and the number of its frame: sentences of one frame belong on one side of a split."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    words = table.pop("words")
    number = 0
    for name, part in table.items():
        for frame in part["frames"].strip().splitlines():
            number += 1
            yield from ((name, sentence, number) for sentence in _of(frame, words))


def _of(frame: str, words: Mapping[str, Sequence[str]]) -> Iterator[str]:
    dice = random.Random(zlib.crc32(frame.encode()))
    seen: set[str] = set()
    for _ in range(DRAWS * TRIES):
        sentence = " ".join(_filled(frame, words, dice).split())
        if sentence and sentence not in seen:
            seen.add(sentence)
            yield sentence
        if len(seen) == DRAWS:
            return


def _filled(frame: str, words: Mapping[str, Sequence[str]], dice: random.Random) -> str:
    """Choices and classes, from the inside out, until none is left."""
    while True:
        opened = _CLASS.sub(lambda found: dice.choice(words[found[1]]), frame)
        opened = _CHOICE.sub(lambda found: dice.choice(found[1].split("|")), opened)
        if opened == frame:
            return frame
        frame = opened
