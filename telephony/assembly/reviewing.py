"""The review room of a service: its record, the folder of what was learned, and the proof in a process of its own."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Protocol

from telephony.access.audit import Audit
from telephony.assembly.child import Child, Run
from telephony.assembly.ruling import Ruling
from telephony.assembly.world import World
from telephony.desk.reviews import ReviewDoor
from telephony.journal import Keeper
from telephony.published.learned import LearnedFolder
from telephony.records.recordings import Recordings
from telephony.records.reviews import StoredReviews
from telephony.records.store import Store, default_url
from telephony.records.upgrade import open_engine
from telephony.reviews.changes import Change, State
from telephony.reviews.ports import House, Proved
from telephony.reviews.room import Reviews
from telephony.settings import Settings
from voice.dialogue.business import Business

SECONDS = 900.0  # for one proof; two fits take 20 s, a reviewed call about 50 ms, both of one core [measured]


class ProcessProof:
    """Implements `telephony.reviews.ports.Proof`. `run` is given the folder with the job."""

    def __init__(self, settings: Settings, *, run: Run | None = None) -> None:
        self._settings = settings
        self._child = Child("telephony.trials.learning", seconds=SECONDS, run=run)

    async def prove(self, old: State, new: State, *, change: Change, calls: Sequence[str]) -> Proved:
        known = self._settings
        folder = known.service.records_folder
        job = {
            "business": known.business.folder, "records": folder, "models": known.service.models_folder,
            "url": known.records.url or default_url(folder), "prosody_weight": known.judging.prosody_weight,
            "old": old, "new": new, "delta": change.delta, "calls": list(calls),
        }  # fmt: skip
        return await self._child.ask(job, Proved)


def house_of(business: Business, settings: Settings) -> House:
    return House(
        intents=frozenset(business.intents),
        modes={name: entry.mode for name, entry in business.scope.items()},
        with_terms=frozenset(business.approvals.intents),
        solved=frozenset(one.code for one in business.dispositions if one.solved),
        bias=business.early.bias if business.early is not None else None,
        rules=settings.reviews.rules,
        ladder=settings.reviews.ladder,
    )


class Company(Protocol):
    """Of the service: `telephony.assembly.opening.Company`."""

    @property
    def keeper(self) -> Keeper: ...
    @property
    def recordings(self) -> Recordings | None: ...
    @property
    def audit(self) -> Audit: ...


async def open_review_door(
    settings: Settings, world: World, ruling: Ruling, company: Company, stack: AsyncExitStack
) -> ReviewDoor | None:
    """None without a database."""
    if not isinstance(company.keeper, Store):
        return None
    folder = settings.service.records_folder
    shelf = StoredReviews(company.keeper, open_engine(settings.records.url or default_url(folder)))
    stack.callback(shelf.close)
    business, proof = ruling.business, ProcessProof(settings)
    reviews = Reviews(
        shelf, LearnedFolder(folder), proof, house=house_of(business, settings), audit=company.audit, wall=world.wall,
        lower=ruling.lower,
    )  # fmt: skip
    ruling.follow(lambda now: reviews.works_in(house_of(now, settings)))
    await reviews.resume()
    stack.push_async_callback(reviews.close_room)
    titles = {name: intent.title for name, intent in business.intents.items()}
    return ReviewDoor(reviews, titles, company.recordings.clip if company.recordings else None)
