"""The review room of a service: its record, the folder of what was learned, and the proof in a process of its own."""

import asyncio
import json
import logging
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Protocol

from pydantic import TypeAdapter, ValidationError

from telephony.access.audit import Audit
from telephony.assembly.world import World
from telephony.desk.reviews import ReviewDoor
from telephony.errors import RecordError
from telephony.journal import Keeper
from telephony.published.learned import LearnedFolder
from telephony.records.recordings import Recordings
from telephony.records.reviews import StoredReviews
from telephony.records.store import Store, default_url
from telephony.records.upgrade import open_engine
from telephony.reviews.changes import Change, State
from telephony.reviews.ports import House, Proved, Shelf
from telephony.reviews.room import Reviews
from telephony.settings import Settings
from voice.dialogue.business import Business
from voice.dialogue.learned import Mode

log = logging.getLogger(__name__)

MODULE = "telephony.proving"
JOB, CALLS, ANSWER = "job.json", "calls.jsonl", "answer.json"  # as that module reads and writes them
SECONDS = 900.0  # for one proof; two fits take 20 s, a reviewed call about 50 ms, both of one core [measured]


class ProcessProof:
    """Implements `telephony.reviews.ports.Proof`. `run` is given the folder with the job."""

    def __init__(
        self, settings: Settings, shelf: Shelf, *, run: Callable[[Path], Awaitable[None]] | None = None
    ) -> None:
        self._settings, self._shelf = settings, shelf
        self._run = run or in_process

    async def prove(self, old: State, new: State, *, change: Change, calls: Sequence[str]) -> Proved:
        with tempfile.TemporaryDirectory(prefix="warmline-proof-") as name:
            folder = Path(name)
            with (folder / CALLS).open("w", encoding="utf-8") as file:
                for call in calls:
                    for line in await self._shelf.journal(call):
                        file.write(json.dumps(line.line, ensure_ascii=False) + "\n")
            (folder / JOB).write_bytes(self._job(old, new, change))
            await self._run(folder)
            try:
                return TypeAdapter(Proved).validate_json((folder / ANSWER).read_bytes())
            except (FileNotFoundError, ValidationError) as error:
                raise RecordError(f"an answer from {MODULE} expected, got {error}") from error

    def _job(self, old: State, new: State, change: Change) -> bytes:
        known = self._settings
        job = {
            "business": known.business.folder, "records": known.service.records_folder,
            "models": known.service.models_folder, "prosody_weight": known.judging.prosody_weight,
            "old": old, "new": new, "delta": change.delta,
        }  # fmt: skip
        return TypeAdapter(dict).dump_json(job)


async def in_process(folder: Path) -> None:
    """A process that calls do not wait for. Its complaints go to the log."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", MODULE, str(folder), stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(SECONDS):
            _, complaints = await process.communicate()
    except BaseException as error:
        if process.returncode is None:
            process.kill()
            await process.wait()
        if isinstance(error, TimeoutError):
            raise RecordError(f"an answer from {MODULE} within {SECONDS:.0f} s expected, got none") from error
        raise
    if process.returncode:
        log.warning("%s: %s", MODULE, complaints.decode(errors="replace")[-2000:])


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
    settings: Settings, world: World, business: Business, company: Company, stack: AsyncExitStack,
    lower: Callable[[str, Mode], None],
) -> ReviewDoor | None:  # fmt: skip
    """None without a database. `lower`: who settles an intent from the next call on."""
    if not isinstance(company.keeper, Store):
        return None
    folder = settings.service.records_folder
    shelf = StoredReviews(company.keeper, open_engine(settings.records.url or default_url(folder)))
    stack.callback(shelf.close)
    house, proof = house_of(business, settings), ProcessProof(settings, shelf)
    reviews = Reviews(
        shelf, LearnedFolder(folder), proof, house=house, audit=company.audit, wall=world.wall, lower=lower
    )
    await reviews.resume()
    stack.push_async_callback(reviews.close_room)
    titles = {name: intent.title for name, intent in business.intents.items()}
    return ReviewDoor(reviews, titles, company.recordings.clip if company.recordings else None)
