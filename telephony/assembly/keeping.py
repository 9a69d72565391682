"""What the service keeps: the journal's database with what it tells of earlier calls, and the recordings."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import tzinfo

from telephony.assembly.world import World
from telephony.desk.numbers import Counts
from telephony.figures import Goals
from telephony.history import History, NoHistory
from telephony.journal import Keeper
from telephony.records import changes
from telephony.records.earlier import RecordedPast
from telephony.records.history import RecordedHistory
from telephony.records.recordings import Recorded, Recordings
from telephony.records.store import Store, default_url, open_store
from telephony.records.upgrade import open_engine
from telephony.records.visits import RecordedVisits
from telephony.settings import Settings

log = logging.getLogger(__name__)


def open_record(settings: Settings, world: World, stack: AsyncExitStack) -> tuple[Keeper, History]:
    """Raises `RecordError` when the database cannot be opened."""
    if world.keeper is not None:
        return world.keeper, world.history or NoHistory()
    folder = settings.service.records_folder
    store = open_store(settings.records.url or default_url(folder), folder, problem=log.error)
    stack.callback(store.close)
    return store, world.history or _history(settings, stack)


def _history(settings: Settings, stack: AsyncExitStack) -> RecordedHistory:
    """Read from a connection beside the store's own."""
    history = RecordedHistory(open_engine(settings.records.url or default_url(settings.service.records_folder)))
    stack.callback(history.close)
    return history


def open_counts(settings: Settings, world: World, zone: tzinfo, stack: AsyncExitStack) -> Counts | None:
    """What the numbers page counts, by what the settings promise callers; None without a database."""
    if world.keeper is not None:
        return None
    visits = RecordedVisits(open_engine(settings.records.url or default_url(settings.service.records_folder)))
    stack.callback(visits.close)
    promised = settings.supervision.goal
    return Counts(visits, world.wall, Goals(promised.share, promised.within_seconds), zone)


def open_past(settings: Settings, world: World, stack: AsyncExitStack) -> RecordedPast | None:
    """A caller's earlier calls, for the desk; None without a database."""
    if world.keeper is not None:
        return None
    past = RecordedPast(open_engine(settings.records.url or default_url(settings.service.records_folder)))
    stack.callback(past.close)
    return past


def open_recordings(
    settings: Settings, world: World, keeper: Keeper, stack: AsyncExitStack, problem: Callable[[str, str], None]
) -> Recordings | None:
    """Recordings and their rows; their thread's news are brought to the loop. None when recording is off."""
    if not settings.records.record_audio:
        return None
    loop = asyncio.get_running_loop()

    def tell(call: str, what: str) -> None:
        loop.call_soon_threadsafe(problem, call, what)

    def done(recorded: Recorded) -> None:
        if isinstance(keeper, Store):
            keeper.submit(changes.recorded(recorded))

    recordings = Recordings(
        settings.service.records_folder / "recordings",
        done=done,
        problem=tell,
        inline=world.inline,
        **({"free_bytes": world.free_bytes} if world.free_bytes else {}),
    )
    stack.callback(recordings.close)
    return recordings
