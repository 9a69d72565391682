"""The coffee machine's grammar (Picovoice, Apache-2.0) as sentences, and its spoken commands as telephone calls."""

import json
import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import soundfile
import yaml

from telephony.sim.telephone import telephone
from tests.data import data_folder
from voice.audio import Pcm
from voice.stt.language_model import words_of

FOLDER = "commands-picovoice"


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    pcm: Pcm
    slots: Mapping[str, str]

    def understood_from(self, text: str) -> bool:
        """Every labelled slot value was heard, word for word."""
        heard = f" {text} "
        return all(f" {' '.join(words_of(value))} " in heard for value in self.slots.values())


def sentences(*, of_each_expression: int = 40, seed: int = 7) -> list[str]:
    """Each expression of the grammar with slot values and choices drawn by chance; all of them are billions."""
    grammar = yaml.safe_load((data_folder(FOLDER) / "coffee_maker.yaml").read_text(encoding="utf-8"))["context"]
    chance = random.Random(seed)

    def drawn(expression: str) -> str:
        chosen = re.sub(r"\[([^]]*)]", lambda m: chance.choice(m[1].split(",")).strip(), expression)
        return re.sub(r"\$(\w+):\w+", lambda m: chance.choice(grammar["slots"][m[1]]), chosen)

    expressions = [e for of_intent in grammar["expressions"].values() for e in of_intent]
    return [drawn(expression) for expression in expressions for _ in range(of_each_expression)]


def commands(count: int | None = None, *, through: Callable[[Pcm, int], Pcm] = telephone) -> Iterator[Command]:
    """The first commands by name, or all, each through the telephone chain."""
    folder = data_folder(FOLDER)
    labels = json.loads((folder / "label.json").read_text(encoding="utf-8"))
    for name in sorted(labels)[:count]:
        pcm, rate = soundfile.read(folder / name.replace(".wav", ".flac"), dtype="int16")
        yield Command(name, through(pcm, rate), labels[name]["slots"])
