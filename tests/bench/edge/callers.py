"""The scripted callers' sentences, made of recordings of people.

Single spoken digits (FSDD) stand for every one-word answer, four of them by one speaker, with the pauses of somebody
who reads them out, for a number, and spoken orders (Picovoice) for free speech. None of them was tuned on.
"""

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from telephony.sim.telephone import telephone
from telephony.sim.voices import read
from tests.bench.edge.business import CHOICES, DIGITS, LEAVE, QUESTIONS, REQUEST
from tests.bench.edge.script import Sayings
from tests.bench.edge.sounds import Catalogue, Clip, Word, clip, voiced
from tests.data import data_folder
from tests.voice.coffee import commands
from voice.audio import FRAME_MS, RATE, Pcm, silence
from voice.vad import open_vad

NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
NOTICED_MS = 300
"""Of voice in a word, by the detector that all arms share (Silero). Whether softer and shorter words are noticed at all
is another question than how soon they are answered, and each arm would answer it alike."""

PAUSES_MS = (60, 320)
"""Between two digits of one number: people who read four digits from a card pause up to a third of a second."""

BEFORE_MS, AFTER_MS = 400, 200  # of silence around a word that the detector is tried on
LEVEL = 3000.0  # rms of the loud frames, about -21 dBFS: a usual telephone level
REQUESTS = 80  # commands looked at
REQUEST_MS = (1_000, 3_500)


Spoken = dict[str, list[tuple[int, Pcm]]]
"""Speaker → digits and their recordings that are still free."""


def sayings(seed: int, *, each: int = 12) -> Sayings:
    """`each`: different recordings for one question. Skips, loudly, where the recordings are not there."""
    chance = random.Random(seed)
    words = _words(chance)
    orders = _orders()
    by_question: dict[str, list[Clip]] = {
        "request": [clip(f"request-{n}", "free", pcm, REQUEST) for n, pcm in enumerate(orders[:each])],
        "leave": [
            clip(f"leave-{n}", "leave", pcm, LEAVE) for n, pcm in enumerate(sorted(orders[each:], key=len)[:each])
        ],
    }  # a word that is not noticed there would lead the rest of the script astray: they are orders, too
    for name, kind in QUESTIONS:
        make = _number if kind == "digits" else _one_word
        by_question[name] = [make(name, n, words, chance) for n in range(each)]
    by_question["no"] = [clip(f"no-{n}", "yes_no", _level(_next(words, chance)[1]), "no") for n in range(each)]
    return Sayings(Catalogue(one for clips in by_question.values() for one in clips), by_question)


def _orders() -> list[Pcm]:
    spoken = (_trimmed(_level(one.pcm)) for one in commands(REQUESTS))
    return [pcm for pcm in spoken if REQUEST_MS[0] <= len(pcm) * 1000 // RATE <= REQUEST_MS[1]]


def _one_word(name: str, number: int, words: Spoken, chance: random.Random) -> Clip:
    value = chance.choice(CHOICES[name])
    return clip(f"{name}-{number}", "choice", _level(_next(words, chance)[1]), value)


def _number(name: str, number: int, words: Spoken, chance: random.Random) -> Clip:
    speaker = chance.choice([one for one, left in sorted(words.items()) if len(left) >= DIGITS])
    chosen = [words[speaker].pop() for _ in range(DIGITS)]
    pieces: list[Pcm] = []
    ends: list[Word] = []
    for n, (digit, pcm) in enumerate(chosen):
        pieces.append(pcm)
        ends.append(Word(NAMES[digit], round(sum(map(len, pieces)) * 1000 / RATE)))
        if n + 1 < DIGITS:
            pieces.append(silence(chance.randint(*PAUSES_MS) // FRAME_MS * FRAME_MS))
    return clip(f"{name}-{number}", "digits", _level(np.concatenate(pieces)), ends)


def _next(words: Spoken, chance: random.Random) -> tuple[int, Pcm]:
    """Each recording is used once: a frame must tell which clip it belongs to."""
    return words[chance.choice([one for one, left in sorted(words.items()) if left])].pop()


def _words(chance: random.Random) -> Spoken:
    """Speaker → digits that are noticed, each cut to its voice."""
    found: Spoken = {}
    paths: Sequence[Path] = sorted(data_folder("digits-fsdd").glob("*.flac"))
    for path in chance.sample(paths, len(paths)):
        digit, speaker, _ = path.stem.split("_")
        pcm = _trimmed(telephone(read(path), RATE))
        if _noticed_ms(_level(pcm)) >= NOTICED_MS:
            found.setdefault(speaker, []).append((int(digit), pcm))
    return found


def _noticed_ms(pcm: Pcm) -> int:
    detector, sound = open_vad(), np.concatenate([silence(BEFORE_MS), _whole(pcm), silence(AFTER_MS)])
    size = FRAME_MS * RATE // 1000
    frames = [sound[at : at + size] for at in range(0, len(sound), size)]
    return sum(detector.probability(frame) >= 0.5 for frame in frames) * FRAME_MS


def _trimmed(pcm: Pcm) -> Pcm:
    """From a frame before the voice to two behind it."""
    first, last = voiced(_whole(pcm))
    size = FRAME_MS * RATE // 1000
    return pcm[max(0, first - 1) * size : (last + 3) * size]


def _whole(pcm: Pcm) -> Pcm:
    size = FRAME_MS * RATE // 1000
    return np.pad(pcm, (0, -len(pcm) % size))


def _level(pcm: Pcm) -> Pcm:
    whole = _whole(pcm).reshape(-1, FRAME_MS * RATE // 1000).astype(np.float64)
    loud = float(np.quantile(np.sqrt((whole**2).mean(axis=1)), 0.95))
    return np.clip(np.rint(pcm * (LEVEL / max(loud, 1.0))), -32767, 32767).astype(np.int16)
