"""Amounts, days and numbers with a check digit, spoken by telephone: right after at most one re-prompt.

A caller answers the question. What is understood is read back: who hears it wrong puts it right in a sentence ("no,
fifteen dollars"), or says the whole number again. What cannot be meant, or was not understood, is asked once more.
Nothing was chosen on the voices that score: those that chose are flite's and espeak's.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import soundfile

from models.slots import Check, SlotSpec, SlotValue, correct, read
from telephony.sim.telephone import telephone
from tests.bench.context import ROOT, Context
from tests.bench.writer import Row, unmeasured
from tests.quality.test_coffee import segments
from voice.audio import Pcm
from voice.dialogue.business import Intent, Slot
from voice.dialogue.languages import languages, number, read_back
from voice.dialogue.load import load_business
from voice.dialogue.said_values import below_hundred, ordinal
from voice.events import Expect
from voice.stt import Recogniser, Recognition, pocketsphinx

IDS = ("slot_amount_date_exact", "slot_checkdigit_exact", "slot_first_answer_exact")
SCORING = ("cmu_us_slt_arctic_hts", "ked_diphone")  # Festival's; Debian: festvox-us-slt-hts, festvox-kdlpc16k
TODAY = date(2026, 11, 18)  # a Wednesday
OF_EACH = 8  # amounts, and days, a voice
NUMBERS = 10  # a voice
DIGITS = 6  # of a member number
NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
MONTHS = tuple(f"{date(2026, month, 1):%B}".lower() for month in range(1, 13))
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Answer:
    """`value` is what the caller means, `said` how they say it first, `plainly` how after a re-prompt."""

    value: str
    said: str
    plainly: str


def rows(context: Context) -> Sequence[Row]:
    if not shutil.which("text2wave"):
        return [unmeasured(id, unit="of answers", goal=">= 0.95", why="festival is not installed") for id in IDS]
    line = Line(Festival())
    chance = np.random.default_rng(context.seed)
    times = 3 if context.full else 1
    values = [line.value(voice, *one) for voice in SCORING for one in questions(line, chance, OF_EACH * times)]
    whole = [line.number(voice, one) for voice in SCORING for one in numbers(chance, NUMBERS * times)]
    note = f"Festival's {' and '.join(SCORING)}; 8 kHz, 300 to 3400 Hz, mu-law; pocketsphinx; one re-prompt at most"
    of = "1 when the value that the dialogue ends up with is the one meant"
    return [
        context.samples.row(
            IDS[0], [last for _, last in values], "share", unit="of answers", goal=">= 0.95", of=of, note=note
        ),
        context.samples.row(
            IDS[1], [last for _, last in whole], "share", unit="of numbers", goal=">= 0.95", of=of,
            note=f"{DIGITS} digits, the last by Luhn; {note}",
        ),
        context.samples.row(
            IDS[2], [first for first, _ in (*values, *whole)], "share", unit="of answers", goal="report",
            of="1 when the first answer was understood right", note=note,
        ),
    ]  # fmt: skip


class Festival:
    """Speaks in one of Festival's voices, through the telephone."""

    def __call__(self, text: str, voice: str) -> Pcm:
        with tempfile.TemporaryDirectory() as folder:
            clip = Path(folder) / "said.wav"
            command = ["text2wave", "-eval", f"(voice_{voice})", "-o", str(clip)]
            subprocess.run(command, input=text.encode(), check=True, capture_output=True)
            return telephone(*soundfile.read(clip, dtype="int16"))


class Line:
    """The demo's questions, heard by the recogniser that needs no download."""

    def __init__(self, speak: "Festival") -> None:
        business = load_business(ROOT / "config")
        self.amount = slot_of(business.intents["transfer"], "amount")
        self.day = slot_of(business.intents["appointment"], "day")
        wanted = {language for intent, slot in (self.amount, self.day) for language in (asked(intent, slot),
                  read_back(intent))} | {number(DIGITS)}  # fmt: skip
        states = {name: said for name, said in languages(business).items() if name in wanted}
        self._recogniser: Recogniser = pocketsphinx.open(pocketsphinx.Settings(), states)
        self._speak = speak

    def value(self, voice: str, of: tuple[Intent, Slot], answer: Answer) -> tuple[float, float]:
        """Whether it was right at once, and in the end."""
        intent, slot = of
        spec, language = slot.spec, asked(intent, slot)
        heard = understood(self._heard(answer.said, voice, language), spec)
        if heard is None:
            again = understood(self._heard(answer.plainly, voice, language), spec)
            return 0.0, float(again is not None and again.value == answer.value)
        if heard.value == answer.value:
            return 1.0, 1.0
        put_right = self._heard(f"no, {answer.plainly}", voice, read_back(intent))
        changed = correct({slot.name: heard.value}, put_right.text, [spec], TODAY).changed
        return 0.0, float(slot.name in changed and changed[slot.name].value == answer.value)

    def number(self, voice: str, digits: str) -> tuple[float, float]:
        """Heard wrong, or not a number at all: said once more."""
        spec = SlotSpec("member", "digits", length=DIGITS, check=Check())
        said = " ".join(NAMES[int(digit)] for digit in digits)
        tries = (understood(self._heard(text, voice, number(DIGITS)), spec) for text in (said, f"it's {said}"))
        first = next(tries)
        if first is not None and first.value == digits:
            return 1.0, 1.0
        again = next(tries)
        return 0.0, float(again is not None and again.value == digits)

    def _heard(self, text: str, voice: str, language: str) -> Recognition:
        shape = "digits" if language.startswith("digits") else "free"
        expect = Expect(language, shape, DIGITS if shape == "digits" else None)
        parts = [self._recogniser.transcribe(one, language) for one in segments(self._speak(text, voice), expect)]
        whole = " ".join(one.text for one in parts if one.text)
        words = tuple(word for one in parts for word in one.words)
        others = parts[0].alternatives if len(parts) == 1 else ()
        return Recognition(whole, min((one.confidence for one in parts), default=0.0), "", words, "", others)


def understood(heard: Recognition, spec: SlotSpec) -> SlotValue | None:
    """As the dialogue reads it: nothing, where what was heard cannot be meant."""
    sure = tuple(word.confidence for word in heard.words)
    found = read(heard.text, [spec], TODAY, sure=sure, alternatives=heard.alternatives)
    return found[0] if found and found[0].confidence >= 0.5 else None


def asked(intent: Intent, slot: Slot) -> str:
    return f"slot:{intent.name}.{slot.name}"


def slot_of(intent: Intent, name: str) -> tuple[Intent, Slot]:
    return intent, intent.slot(name)


def questions(line: Line, chance: np.random.Generator, count: int) -> Iterator[tuple[tuple[Intent, Slot], Answer]]:
    for _ in range(count):
        yield line.amount, amount(chance)
        yield line.day, day(chance)


def amount(chance: np.random.Generator) -> Answer:
    dollars, cents = int(chance.integers(2, 100)), int(chance.integers(1, 100))
    hundreds = int(chance.integers(1, 10))
    spoken = below_hundred(dollars)
    kind = int(chance.integers(4))
    if kind == 0:
        return Answer(f"{dollars}.00", f"{spoken} dollars", f"{spoken} dollars")
    if kind == 1:
        whole = f"{below_hundred(hundreds)} hundred"
        return Answer(f"{hundreds}00.00", f"uh, {whole} dollars please", f"{whole} dollars")
    if kind == 2:
        with_cents = f"{spoken} dollars and {below_hundred(cents)} cents"
        return Answer(f"{dollars}.{cents:02d}", f"it's {with_cents}", with_cents)
    whole = f"{below_hundred(hundreds)} hundred and {spoken} dollars"
    return Answer(f"{hundreds}{dollars:02d}.00", whole, whole)


def day(chance: np.random.Generator) -> Answer:
    ahead = int(chance.integers(3, 300))
    when = TODAY + timedelta(ahead)
    plain = f"{MONTHS[when.month - 1]} {ordinal(when.day)}"
    kind = int(chance.integers(5))
    if kind == 0:
        return Answer(when.isoformat(), plain, plain)
    if kind == 1:
        return Answer(when.isoformat(), f"the {ordinal(when.day)} of {MONTHS[when.month - 1]}", plain)
    if kind == 2:
        when = TODAY + timedelta(1 + ahead % 6)
        name = WEEKDAYS[when.weekday()]
        return Answer(when.isoformat(), f"on {name}", f"on {name}")
    if kind == 3:
        near = TODAY + timedelta(1 + ahead % 6)
        later = near + timedelta(7)
        named = f"a week from {WEEKDAYS[near.weekday()]}"
        return Answer(later.isoformat(), named, f"{MONTHS[later.month - 1]} {ordinal(later.day)}")
    when = date(2026, 12, 1 + ahead % 31)
    return Answer(when.isoformat(), f"the {ordinal(when.day)} of next month", f"{MONTHS[11]} {ordinal(when.day)}")


def numbers(chance: np.random.Generator, count: int) -> Iterator[str]:
    for _ in range(count):
        digits = "".join(str(digit) for digit in chance.integers(0, 10, DIGITS - 1))
        yield next(f"{digits}{last}" for last in range(10) if Check().fits(f"{digits}{last}"))
