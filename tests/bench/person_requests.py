"""Requests for a person, and sentences that only speak of one: as text, and spoken to the no-download recogniser.

The wordings were written by somebody who had not seen the rule. By audio only those count whose word for a person the
recogniser's language at the first question knows; the others are reported.
"""

from collections.abc import Sequence

from telephony.assembly.hearing import languages
from tests.bench.context import Context
from tests.bench.writer import Row
from tests.quality.calls.telling import CONFIDENCE
from tests.quality.calls.voices import VARIANTS, spoken
from tests.quality.test_coffee import segments
from tests.quality.wordings import sentences
from tests.sim.story import Story, business
from voice import events
from voice.stt import Recogniser, pocketsphinx

IDS = (
    "person_request_recall_text", "person_request_recall_audio", "person_request_recall_audio_other_words",
    "person_request_false",
)  # fmt: skip
SPOKEN_EVERY = 4  # of the phrasings, in the quick bench
VARIANT = VARIANTS["scoring"]
WORDS = frozenset({
    "person", "agent", "human", "representative", "operator", "someone", "somebody", "people", "anyone", "anybody",
    "advisor", "manager", "supervisor", "staff", "rep", "teller",
})  # fmt: skip


def rows(context: Context) -> Sequence[Row]:
    requests, others = sentences("person_requests"), sentences("person_near_misses")
    chosen = requests if context.full else requests[::SPOKEN_EVERY]
    recogniser = pocketsphinx.open(pocketsphinx.Settings(), languages(business()))
    heard = [(words, by_telephone(words, number, recogniser)) for number, words in enumerate(chosen)]
    known = [float(asks(text)) for words, text in heard if WORDS & set(words.split())]
    unknown = [float(asks(text)) for words, text in heard if not WORDS & set(words.split())]
    granted = {"unit": "of requests", "of": "1 when a person was called after the sentence"}
    voices = " and ".join(sorted({one.voice for one in VARIANT}))
    return [
        context.samples.row(
            IDS[0], [float(asks(words)) for words in requests], "share", goal=">= 0.98", **granted,
            note="the first words of a call, as text",
        ),
        context.samples.row(
            IDS[1], known, "share", goal=">= 0.97", **granted,
            note=f"Festival's {voices} by telephone, pocketsphinx; those with one of {len(WORDS)} words for a person",
        ),
        context.samples.row(
            IDS[2], unknown, "share", goal="report", **granted, note="the same, in other words ('put me through')",
        ),
        context.samples.row(
            IDS[3], [float(asks(words)) for words in others], "share", unit="of sentences", goal="<= 0.01",
            of="1 when a person was called as asked for",
            note="sentences with person, agent, operator, human, representative or zero that ask for nobody",
        ),
    ]  # fmt: skip


def asks(text: str) -> bool:
    """Whether these first words of a call bring a person because they were asked for."""
    story = Story()
    story.hears(text, CONFIDENCE if text else 0.0)
    return any(fact.trigger == "asked" for fact in story.facts(events.Escalated))


def by_telephone(words: str, number: int, recogniser: Recogniser) -> str:
    clip = spoken(words, VARIANT[number % 2], pace=1.0, noisy=False)
    return " ".join(recogniser.transcribe(segment, "main").text for segment in segments(clip))
