"""The co-pilot of a service: its library, with meaning where the weights are here, set beside the desks."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path

from telephony.assembly.understanding import sentence_encoder
from telephony.assembly.world import World
from telephony.copilot import wrapup
from telephony.copilot.articles import Page, of_agents, of_callers
from telephony.copilot.library import Found, Library
from telephony.copilot.next_actions import NextActions, load
from telephony.copilot.room import Copilot
from telephony.desk import copilot as desk
from telephony.desk.desks import Desks
from telephony.desk.front_office import FrontOffice
from telephony.errors import RecordError
from telephony.journal import Record
from telephony.published.learned import LearnedFolder
from telephony.settings import Settings
from voice.dialogue.business import Business

log = logging.getLogger(__name__)

KEPT = "copilot.npz"  # in the records' folder


def knowledge(folder: Path, business: Business) -> tuple[tuple[Page, ...], NextActions, tuple[str, ...]]:
    """All articles, the rules of what to do next, and a line for each of either that was left out."""
    for_agents, wrong = of_agents(folder)
    pages = (*of_callers(business.articles.values()), *for_agents)
    codes = [disposition.code for disposition in business.dispositions]
    actions, wrong_rules = load(folder, {page.name: page for page in pages}, codes)
    return pages, actions, (*wrong, *wrong_rules)


@asynccontextmanager
async def open_copilot(
    settings: Settings, world: World, business: Business, *, desks: Desks, front: FrontOffice
) -> AsyncIterator[Copilot]:
    """Articles that cannot be read are named in the log; the telephone is answered all the same."""
    pages, actions, wrong = knowledge(settings.business.folder, business)
    learned, wrong_learned = _learned(settings.service.records_folder)
    pages, wrong = (*pages, *learned), (*wrong, *wrong_learned)
    for line in wrong:
        log.warning("left out of the co-pilot: %s", line)
    library = _library(pages, settings.service.models_folder, settings.service.records_folder / KEPT)
    copilot = Copilot(
        library,
        actions,
        today=world.today,
        note=front.note,
        tell=lambda agent, shown: desk.tell(desks, agent, shown),
        aside=_in_place if world.inline else asyncio.to_thread,
    )
    desk.follow(desks, copilot)
    front.drafts(_drafted(actions))
    try:
        yield copilot
    finally:
        await copilot.close()


def _learned(records: Path) -> tuple[tuple[Page, ...], tuple[str, ...]]:
    """Articles that were made of reviewed calls and signed."""
    try:
        current = LearnedFolder(records).current
    except RecordError as error:
        return (), (str(error),)
    return of_agents(current) if current is not None else ((), ())


@lru_cache(maxsize=2)
def _library(pages: tuple[Page, ...], models: Path, kept: Path) -> Library:
    """Reading the articles' meaning takes seconds: once a process, and once a folder of records."""
    return Library(pages, sentence_encoder(models), kept=kept)


async def _in_place(search: Callable[[], Found | None]) -> Found | None:
    """Where no thread may be waited for, as in virtual time."""
    return search()


def _drafted(actions: NextActions) -> Callable[[Sequence[Record], str, str | None], tuple[str, str | None]]:
    def write(records: Sequence[Record], summary: str, disposition: str | None) -> tuple[str, str | None]:
        return wrapup.drafted(records, summary), wrapup.ending(records, actions) or disposition

    return write
