"""One scripted call: which of the clips are said, in which order, and how long the caller thinks before each."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from telephony.sim.script import HangUp, Item, SpeakAfterPrompt, Wait
from tests.bench.edge.business import QUESTIONS
from tests.bench.edge.sounds import Catalogue, Clip
from voice.audio import FRAME_MS, silence

PATIENCE_MS = 15_000
REQUEST_QUIET_MS = 400  # more: two sentences come before a request, with a pause between them


@dataclass(frozen=True, slots=True)
class Sayings:
    """Clips by what they answer: "request", a slot's name, "no", "leave"."""

    catalogue: Catalogue
    by_question: dict[str, list[Clip]]

    @staticmethod
    def load(folder: Path) -> "Sayings":
        """As kept by `catalogue.save`: a clip's name begins with its question."""
        catalogue, by_question = Catalogue.load(folder), dict[str, list[Clip]]()
        for one in catalogue.clips.values():
            by_question.setdefault(one.name.rpartition("-")[0], []).append(one)
        return Sayings(catalogue, by_question)


def script(
    found: Sayings, *, cycles: int, seed: int, quiet_ms: int, thinks_ms: tuple[int, int] = (0, 0), starts_ms: int = 0
) -> Iterator[Item]:
    """One call: the request, the five answers, a no and a never mind, so many times. `thinks_ms`: after a question has
    ended."""
    chance = random.Random(seed)
    if starts_ms:
        yield Wait(starts_ms)
    for _ in range(cycles):
        for question in ("request", *(name for name, _ in QUESTIONS), "no", "leave"):
            quiet_for_ms = quiet_ms + (REQUEST_QUIET_MS if question == "request" else 0)
            pause_ms = quiet_for_ms + chance.randint(*thinks_ms) // FRAME_MS * FRAME_MS
            yield SpeakAfterPrompt(chance.choice(found.by_question[question]).pcm, pause_ms, PATIENCE_MS)
    yield SpeakAfterPrompt(silence(FRAME_MS), quiet_ms, PATIENCE_MS)  # the last answer is waited for
    yield HangUp()
