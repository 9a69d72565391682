"""What a line carries that is no speech makes no turns: through the shipped detector, endpoint, recogniser and guards.

A turn is text that is handed to the mind. Speech that is not the caller's, a television behind them, is counted apart.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import soundfile

from telephony.assembly.hearing import languages
from telephony.sim.telephone import telephone
from tests.bench.context import ROOT, Context
from tests.bench.nonspeech_sounds import KINDS
from tests.bench.writer import Row
from tests.data import data_folder
from tests.quality.test_coffee import segments
from voice.audio import RATE, Pcm
from voice.dialogue.languages import number
from voice.dialogue.load import load_business
from voice.events import Expect
from voice.stt import Recogniser, pocketsphinx

IDS = ("nonspeech_turn_rate", "nonspeech_segment_rate", "nonspeech_television_turn_rate")
EACH = 18  # clips of a kind
SECONDS = 5
LOUD_DBFS = (-50.0, -14.0)  # from a quiet line to a shout
TELEVISION_DB = (-35.0, -25.0)  # below a caller, who speaks at -20 dBFS
TELEVISION_CLIPS = 60
STATES = ("main", "yes_no", number(4))  # in turn: a small language forces most


def rows(context: Context) -> Sequence[Row]:
    chance = np.random.default_rng(context.seed)
    recogniser = pocketsphinx.open(pocketsphinx.Settings(), languages(load_business(ROOT / "config")))
    sounds = [*generated(chance), *kitchen(chance)]
    heard = [turns(sound, STATES[number % len(STATES)], recogniser) for number, sound in enumerate(sounds)]
    behind = [turns(sound, "main", recogniser) for sound in television(chance)]
    return [
        context.samples.row(
            IDS[0], [bool(texts) for _, texts in heard], "share", unit="of clips", goal="<= 0.005",
            of="1 when a clip made a turn",
            note=f"{len(KINDS)} kinds of tones, noise and music, and a kitchen; pocketsphinx, demo bank",
        ),
        context.samples.row(
            IDS[1], [float(opened) for opened, _ in heard], "mean", unit="segments a clip", goal="report",
            of="segments that the ear took for speech", note=f"clips of {SECONDS} s; the recogniser refused them",
        ),
        context.samples.row(
            IDS[2], [bool(texts) for _, texts in behind], "share", unit="of clips", goal="report",
            of="1 when a clip made a turn",
            note=f"speech that is not the caller's, {-TELEVISION_DB[1]:.0f} to {-TELEVISION_DB[0]:.0f} dB below theirs",
        ),
    ]  # fmt: skip


def turns(sound: Pcm, language: str, recogniser: Recogniser) -> tuple[int, list[str]]:
    """How many segments the ear opened, and the texts that came out of them."""
    opened = segments(sound, Expect(language=language))
    texts = [recogniser.transcribe(segment, language).text for segment in opened]
    return len(opened), [text for text in texts if text]


def generated(chance: np.random.Generator, *, each: int = EACH) -> Iterator[Pcm]:
    for make in KINDS.values():
        for _ in range(each):
            yield on_the_line(make(SECONDS * RATE, chance), RATE, chance.uniform(*LOUD_DBFS))


def kitchen(chance: np.random.Generator) -> Iterator[Pcm]:
    noise, rate = soundfile.read(data_folder("commands-picovoice") / "noise-kitchen.flac")
    for at in chance.integers(0, len(noise) - SECONDS * rate, EACH):
        yield on_the_line(noise[at : at + SECONDS * rate], rate, chance.uniform(*LOUD_DBFS))


def television(chance: np.random.Generator) -> Iterator[Pcm]:
    """People on the phone with somebody else: their own voices, far off."""
    for path in sorted(data_folder("calls-getgoing").glob("*.mp3"))[:TELEVISION_CLIPS]:
        stereo, rate = soundfile.read(path)
        at = int(chance.integers(0, max(1, len(stereo) - SECONDS * rate)))
        yield on_the_line(stereo[at : at + SECONDS * rate, 0], rate, -20 + chance.uniform(*TELEVISION_DB))


def on_the_line(sound: np.ndarray, rate: int, dbfs: float) -> Pcm:
    power = float(np.sqrt(np.mean(sound**2)))
    scaled = sound * (32768 * 10 ** (dbfs / 20) / power) if power else sound
    return telephone(np.clip(np.rint(scaled), -32768, 32767).astype(np.int16), rate)
