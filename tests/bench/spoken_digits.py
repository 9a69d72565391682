"""Numbers by telephone: four digits from synthetic voices, digits of people, and keys, which are what to rely on."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import soundfile

from models.slots import SlotSpec, read
from telephony.assembly.hearing import languages
from telephony.sim.caller import Caller
from telephony.sim.clock import run_virtual
from telephony.sim.script import HangUp, Key, Wait
from telephony.sim.telephone import telephone
from tests.bench.context import ROOT, Context
from tests.bench.slots import SCORING, Festival
from tests.bench.writer import Row, unmeasured
from tests.businesses.order import ANY_DAY
from tests.data import data_folder
from tests.lines.stage import Talker, converse, stage, tone
from tests.quality.test_coffee import segments
from voice.audio import Pcm
from voice.dialogue.languages import number as asked
from voice.dialogue.load import load_business
from voice.events import Expect
from voice.stt import Recogniser, pocketsphinx

IDS = ("digits4_exact", "digits_human_exact", "digits_human4_exact", "digits_keypad_exact")
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
SPEAKERS = ("jackson", "nicolas", "theo")
NUMBERS = 24  # of four digits, a voice
SINGLE = 8  # of each digit, a person
SPLICED = 15  # numbers of four digits, a person
PAUSE_S = 0.12  # between spliced digits
KEYED = 25  # numbers


def rows(context: Context) -> Sequence[Row]:
    chance = np.random.default_rng(context.seed)
    recogniser = pocketsphinx.open(pocketsphinx.Settings(), languages(load_business(ROOT / "config")))
    alone = pocketsphinx.open(pocketsphinx.Settings(), {"digit": WORDS})
    return [
        _synthetic(context, recogniser, chance),
        context.samples.row(
            IDS[1], [alone.transcribe(pcm, "digit").text == digit for digit, pcm in single()], "share",
            unit="of digits", goal="report", of="1 when the digit was right",
            note="single digits of three people, one of ten words; whole clips, of 0.4 s",
        ),
        context.samples.row(
            IDS[2], [heard(pcm, recogniser, 4) == number for number, pcm in spliced(chance)], "share",
            unit="of numbers", goal="report", of="1 when all four were right",
            note="four single digits of one person, spliced: harder than a number said at once",
        ),
        context.samples.row(
            IDS[3], [keyed(number) == number for number in numbers(chance, KEYED)], "share", unit="of numbers",
            goal="1.00", of="1 when all keys arrived in order", note="simulated carrier, four keys each",
        ),
    ]  # fmt: skip


def _synthetic(context: Context, recogniser: Recogniser, chance: np.random.Generator) -> Row:
    if not shutil.which("text2wave"):
        return unmeasured(IDS[0], unit="of numbers", goal=">= 0.90", why="festival is not installed")
    right = [heard(pcm, recogniser, 4) == number for number, pcm in spoken(chance)]
    return context.samples.row(
        IDS[0], right, "share", unit="of numbers", goal=">= 0.90", of="1 when all four were right",
        note=f"Festival's {' and '.join(SCORING)}, nothing was chosen on them; 8 kHz, 300 to 3400 Hz, mu-law; "
        "pocketsphinx, told to expect four",
    )  # fmt: skip


def heard(pcm: Pcm, recogniser: Recogniser, count: int) -> str:
    """The number as the dialogue would read it; "" when it reads none of that length."""
    language = asked(count)
    found = [recogniser.transcribe(one, language).text for one in segments(pcm, Expect(language, "digits", count))]
    value = read(" ".join(found), [SlotSpec("number", "digits", length=count)], ANY_DAY)
    return value[0].value if value else ""


def numbers(chance: np.random.Generator, count: int) -> Iterator[str]:
    for _ in range(count):
        yield "".join(str(digit) for digit in chance.integers(0, 10, 4))


def spoken(chance: np.random.Generator) -> Iterator[tuple[str, Pcm]]:
    speak = Festival()
    for voice in SCORING:
        for number in numbers(chance, NUMBERS):
            yield number, speak(" ".join(WORDS[int(digit)] for digit in number), voice)


def single() -> Iterator[tuple[str, Pcm]]:
    for speaker in SPEAKERS:
        for digit, clips in enumerate(_recorded(speaker)):
            for clip in clips[:SINGLE]:
                yield WORDS[digit], telephone(*soundfile.read(clip, dtype="int16"))


def spliced(chance: np.random.Generator) -> Iterator[tuple[str, Pcm]]:
    for speaker in SPEAKERS:
        clips = _recorded(speaker)
        for number in numbers(chance, SPLICED):
            parts: list[Pcm] = []
            for digit in number:
                sound, rate = soundfile.read(clips[int(digit)][int(chance.integers(10))], dtype="int16")
                parts += [sound, np.zeros(int(PAUSE_S * rate), np.int16)]
            yield number, telephone(np.concatenate(parts), rate)


def _recorded(speaker: str) -> list[list[Path]]:
    folder = data_folder("digits-fsdd")
    return [sorted(folder.rglob(f"{digit}_{speaker}_*")) for digit in range(10)]


def keyed(number: str) -> str:
    """What arrives of a number that a caller presses."""
    talker = Talker(tone(300))

    async def story() -> None:
        async with stage(serve=lambda leg: converse(leg, talker)) as it:
            pressed = [Key(key, after_prompt=not at) for at, key in enumerate(number)]
            party = Caller([*pressed, Wait(200), HangUp()])
            await it.carrier.call(from_="+15550123", to="+15550100", party=party)

    run_virtual(story())
    return "".join(talker.keys)
