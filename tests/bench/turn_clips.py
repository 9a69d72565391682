"""People's voices with the ends of their turns marked: calls, commands, and numbers read out with pauses.

An utterance of a command or a number is one by construction. In the calls a caller is silent for at least 3 s while the
system speaks, and hardly ever for 0.8 to 1.5 s within a turn: stretches of voice with less than 1.5 s between them are
one utterance. The logs hold its words in order, without times; words and stretches are matched by how long they last.
"""

import json
import math
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import soundfile

from telephony.sim.telephone import telephone
from tests.data import data_folder
from tests.voice.coffee import commands
from voice.audio import FRAME_MS, FRAME_SAMPLES, Pcm, silence
from voice.dialogue import languages
from voice.events import Expect
from voice.vad import open_vad

WITHIN_MS = 1500
LEAST_VOICE_MS = 200  # the least that is an utterance
QUESTION_MS = 1000  # an utterance's question is there so long before it
AFTERWARDS_MS = 2500
SPEAKERS = ("jackson", "nicolas", "theo")  # windows were looked at on the first; scored are the other two
PACES = {"steady": (60, 350), "slow": (500, 900)}  # ms between two digits of one number

FREE, YES_NO = Expect("main", "free"), Expect("yes_no", "yes_no")
ORDER = Expect("order", "free")
FOUR = Expect(languages.number(4), "digits", 4)


@dataclass(frozen=True, slots=True)
class Utterance:
    """A turn closed between `start_ms` and `safe_ms` cuts it: at least 100 ms of voice come after that."""

    start_ms: int
    safe_ms: int
    end_ms: int  # of the last voice
    expect: Expect
    onsets_ms: tuple[int, ...] = ()  # of each digit


@dataclass(frozen=True, slots=True)
class Clip:
    name: str
    pcm: Pcm
    voice: Sequence[float]  # of each frame, how likely it is a voice, from the detector that ships
    utterances: tuple[Utterance, ...]


def calls(*, scored: bool) -> Iterator[Clip]:
    """Every other call is scored, by name; the others may be looked at."""
    paths = sorted(data_folder("calls-getgoing").glob("*.mp3"))[1 if scored else 0 :: 2]
    for path in paths:
        stereo, rate = soundfile.read(path, dtype="int16")
        pcm = _padded(telephone(np.ascontiguousarray(stereo[:, 0]), rate))
        voice = _voice(pcm)
        groups = list(_groups(_stretches(voice)))
        said = [line[5:] for line in json.loads(path.with_suffix(".json").read_text("utf-8"))["history"]
                if line.startswith("USER")]  # fmt: skip
        words = _matched(groups, said)
        utterances = tuple(_utterance(group, _question(text)) for group, text in zip(groups, words, strict=True))
        yield Clip(path.stem, pcm, voice, utterances)


def orders(*, scored: bool) -> Iterator[Clip]:
    """One spoken command each; the first half by name may be looked at."""
    every = list(commands(243))
    for command in every[122:] if scored else every[:122]:
        pcm = _padded(command.pcm)
        voice = _voice(pcm)
        stretches = list(_stretches(voice))
        if sum(end - begin for begin, end in stretches) >= LEAST_VOICE_MS:
            yield Clip(command.name, pcm, voice, (_utterance(stretches, ORDER),))


def numbers(pace: str, count: int, *, scored: bool, seed: int) -> Iterator[Clip]:
    """Calls with five numbers of four digits each, spliced from single digits of one speaker, three seconds apart."""
    chance = random.Random(f"{seed} {pace}")
    low, high = PACES[pace]
    for number in range(count):
        speaker = chance.choice(SPEAKERS[1:] if scored else SPEAKERS[:1])
        pieces, utterances, at = [silence(QUESTION_MS)], [], QUESTION_MS
        for _ in range(5):
            start, voice = at, []
            for digit in range(4):
                sound = _digit(speaker, chance)
                gap = silence(chance.randrange(low, high) if digit < 3 else 3000)
                voice.append(at)
                pieces += [sound, gap]
                at += (len(sound) + len(gap)) // 8
            end = at - 3000
            utterances.append(Utterance(start, voice[-1], end, FOUR, tuple(voice)))
        pcm = np.concatenate(pieces)
        hiss = np.random.default_rng(number).integers(-6, 7, len(pcm)).astype(np.int16)  # a line is never digital zero
        yield Clip(f"{pace}-{number}-{speaker}", pcm + hiss, _voice(pcm + hiss), tuple(utterances))


def _digit(speaker: str, chance: random.Random) -> Pcm:
    """Levelled: one of the speakers was recorded 20 dB below the others."""
    path = data_folder("digits-fsdd") / f"{chance.randrange(10)}_{speaker}_{chance.randrange(20)}.flac"
    pcm, rate = soundfile.read(path, dtype="int16")
    level = math.sqrt(float(np.mean(pcm.astype(np.float64) ** 2))) or 1.0
    loud = np.clip(pcm.astype(np.float64) * (2600 / level), -32768, 32767).astype(np.int16)  # -22 dBFS
    sound = telephone(loud, rate)
    return sound[: len(sound) // 8 * 8]


def _voice(pcm: Pcm) -> list[float]:
    detector = open_vad()
    whole = len(pcm) // FRAME_SAMPLES * FRAME_SAMPLES
    return [detector.probability(frame) for frame in pcm[:whole].reshape(-1, FRAME_SAMPLES)]


def _stretches(voice: Sequence[float]) -> Iterator[tuple[int, int]]:
    """(begin, end) in ms of what is taken for voice, at the endpoint's own thresholds."""
    begin: int | None = None
    for frame, sure in enumerate(voice):
        if begin is None and sure >= 0.5:
            begin = frame * FRAME_MS
        elif begin is not None and sure < 0.35:
            yield begin, frame * FRAME_MS
            begin = None


def _groups(stretches: Iterator[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    group: list[tuple[int, int]] = []
    for stretch in stretches:
        if group and stretch[0] - group[-1][1] >= WITHIN_MS:
            if sum(end - begin for begin, end in group) >= LEAST_VOICE_MS:
                yield group
            group = []
        group.append(stretch)
    if sum(end - begin for begin, end in group) >= LEAST_VOICE_MS:
        yield group


def _utterance(stretches: Sequence[tuple[int, int]], expect: Expect) -> Utterance:
    left = 100
    for begin, end in reversed(stretches):
        if end - begin >= left:
            return Utterance(stretches[0][0], end - left, stretches[-1][1], expect)
        left -= end - begin
    return Utterance(stretches[0][0], stretches[0][0], stretches[-1][1], expect)


def _matched(groups: Sequence[Sequence[tuple[int, int]]], said: Sequence[str]) -> list[str | None]:
    """The logged words of each utterance, in order, where the two can be told apart by their length; else None."""
    skip, spoken_ms = 1.0, [300 + 65 * len(text) for text in said]
    costs = {(i, j): 0.0 for i in range(len(groups) + 1) for j in range(len(said) + 1)}
    took: dict[tuple[int, int], str] = {}
    for i, j in sorted(costs):
        ways = []
        if i and j:
            lasted = groups[i - 1][-1][1] - groups[i - 1][0][0]
            ways.append((costs[i - 1, j - 1] + abs(math.log(lasted / spoken_ms[j - 1])), "both"))
        if i:
            ways.append((costs[i - 1, j] + skip, "sound"))
        if j:
            ways.append((costs[i, j - 1] + skip, "words"))
        if ways:
            costs[i, j], took[i, j] = min(ways)
    words: list[str | None] = [None] * len(groups)
    i, j = len(groups), len(said)
    while (i, j) in took:
        way = took[i, j]
        if way == "both":
            words[i - 1] = said[j - 1]
        i, j = i - (way != "words"), j - (way != "sound")
    return words


def _question(text: str | None) -> Expect:
    plain = re.sub(r"[^a-z ]", "", (text or "").casefold()).strip()
    return YES_NO if re.fullmatch(r"(?:yes|no|yeah|yep|nope)(?: please| thank you| thanks)?", plain) else FREE


def _padded(pcm: Pcm) -> Pcm:
    return np.concatenate((silence(QUESTION_MS), pcm, silence(AFTERWARDS_MS)))
