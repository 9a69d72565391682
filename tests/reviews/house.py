"""A review room over a record of its own: calls told in words, people who review them, a proof in place."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from models.intent import IntentMatch
from telephony.access.audit import Audit, InMemory
from telephony.access.roles import Role, Who
from telephony.assembly.child import Progress
from telephony.assembly.reviewing import ProcessProof, house_of
from telephony.backends.demo_bank import DemoBank
from telephony.events import AgentMarked, BriefReady, WrappedUp
from telephony.journal import Record
from telephony.published.learned import LearnedFolder
from telephony.records import rows
from telephony.records.reviews import StoredReviews
from telephony.records.terminal import Direct
from telephony.records.upgrade import open_engine
from telephony.reviews.changes import Change
from telephony.reviews.ports import House
from telephony.reviews.queue import Rules
from telephony.reviews.room import Reviews
from telephony.settings import Settings, load
from telephony.trials import learning
from tests.records.samples import BRIEF, url, writer
from tests.sim.journaled import MORNING, Journaled
from tests.sim.story import CONFIG, TODAY, Story, business
from voice.dialogue.business import Business
from voice.dialogue.languages import training_examples
from voice.dialogue.understanding import Intents

RITA = Who("rita", frozenset({Role.REVIEWER}))
REX = Who("rex", frozenset({Role.REVIEWER}))
SAM = Who("sam", frozenset({Role.SUPERVISOR}))
ANA = Who("ana", frozenset({Role.AGENT}))
FLUSH = "how flush am i at the moment"  # a balance to people, a waiting time to the shipped intents
NOW = MORNING + 3600.0


class ByWords:
    """Intents by the example that shares most words with what was said: fitted at once, and as easily wrong."""

    def __init__(self, known: Business) -> None:
        self._examples = [(set(text.split()), name) for name, all in training_examples(known).items() for text in all]
        self._outside = [(set(text.split()), None) for text in known.outside]

    def match(self, text: str, *, prior: Mapping[str, float] | None = None) -> IntentMatch:
        words = set(text.split())
        alike, name = max(
            ((len(words & own) / len(words | own), name) for own, name in [*self._examples, *self._outside]),
            key=lambda one: one[0],
        )
        return IntentMatch(name, alike, name is not None and alike > 0.2, None, alike)


Tells = Callable[[Story], object]


def told(
    call: str, tells: Tells, *, known: Business | None = None, fit: Callable[[Business], Intents] = ByWords
) -> tuple[Record, ...]:
    """The journal of a call with the demo's line; `known`: the business, with what it has learned."""
    story = Story(deed=DemoBank(today=TODAY).perform_now, answered=False, known=known, intents=fit(known or business()))
    journaled = Journaled(story, call)
    tells(story)
    return journaled.ended()


def flush(story: Story) -> None:
    story.hears(FLUSH)
    story.hears("no thank you goodbye")


def wants_a_person(story: Story) -> None:
    story.hears("i want to talk to a person")


@dataclass
class Room:
    reviews: Reviews
    shelf: StoredReviews
    audit: Audit
    folder: Path
    settings: Settings
    lowered: dict[str, str]  # what calls were told at once
    _write: Callable[[list[Record]], None]

    @property
    def stage(self) -> LearnedFolder:
        return LearnedFolder(self.folder)

    def had(self, *journals: tuple[Record, ...]) -> None:
        for journal in journals:
            self._write(list(journal))

    def resolved(self, call: str, summary: str = "Fee given back.") -> None:
        """A call that was brought to Ana, who settled it."""
        records = told(call, wants_a_person)
        more = (
            BriefReady("h1", 1, BRIEF),
            AgentMarked("ana", "trigger", "earlier"),
            WrappedUp("ana", "solved", summary),
        )
        last = records[-1]
        ended = [Record(call, last.seq + n, last.at_ms, last.wall, one) for n, one in enumerate(more, start=1)]
        self.had((*records, *ended))

    async def reviewed(self, who: Who, call: str, **answers: tuple[str, str]) -> list[Change]:
        """`who` marks each named judgement wrong with the right answer and a note, all others right, and closes."""
        shown = await self.reviews.call(who, call)
        for one in shown.judgements:
            answer, note = answers.get(one.id.replace(":", "_"), ("", ""))
            await self.reviews.mark(who, call, one.id, right=not answer, answer=answer, note=note)
        return await self.reviews.close(who, call)

    async def signed(self, who: Who, change: str) -> Change:
        """Signed and proved."""
        await self.reviews.sign(who, change)
        await self.reviews.proved()
        return next(one for one in await self.reviews.changes() if one.id == change)


@contextmanager
def room(
    folder: Path, *, house: Callable[[House], House] = lambda house: house, prove: bool = True, shipped: bool = False
) -> Iterator[Room]:
    """`prove` False: what is proved takes until the test is over. `shipped`: by the shipped intents, in a process."""
    engine = open_engine(url(folder))
    write = writer(folder)
    direct = Direct(engine)
    shelf = StoredReviews(direct, open_engine(url(folder)))
    settings = load(CONFIG)
    service = settings.service.model_copy(update={"records_folder": folder, "models_folder": folder / "models"})
    record = settings.records.model_copy(update={"url": url(folder)})
    settings = settings.model_copy(update={"service": service, "records": record})
    audit = Audit(InMemory(), wall=lambda: NOW)

    async def run(job: Path, progress: Progress) -> None:
        if not prove:
            await asyncio.Event().wait()
        learning.main(job, fit=ByWords)

    known, lowered = house_of(business(), settings), dict[str, str]()
    reviews = Reviews(
        shelf,
        LearnedFolder(folder),
        ProcessProof(settings, run=None if shipped else run),
        house=house(_alone(known)),
        audit=audit,
        wall=_clock(),
        lower=lowered.__setitem__,
    )

    def kept(records: list[Record]) -> None:
        assert write.write([rows.of(record) for record in records], durable=False) == []

    try:
        yield Room(reviews, shelf, audit, folder, settings, lowered, kept)
    finally:
        shelf.close()
        direct.close()


def _alone(house: House) -> House:
    """One reviewer a call is enough, unless a test says otherwise."""
    return replace(house, rules=Rules(double=0.0))


def _clock() -> Callable[[], float]:
    """Each look is a second later."""
    seconds = iter(range(10**9))
    return lambda: NOW + next(seconds)
