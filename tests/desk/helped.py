"""The co-pilot of the demo business beside simulated desks, by words alone unless an encoder is given."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from pathlib import Path

from telephony.copilot.library import Found, Library
from telephony.copilot.next_actions import load
from telephony.copilot.room import Copilot
from telephony.copilot.vectors import Encoder
from telephony.desk import copilot as desk
from telephony.desk.desks import Desks
from telephony.events import Entry
from tests.quality.copilot.questions import ROOT, pages

TODAY = date(2026, 11, 22)  # the box article's review was due in October
CODES = ("solved", "follow_up", "referred", "complaint_logged", "fraud_case", "caller_gone", "wrong_number")


@lru_cache(maxsize=2)
def library(encoder: Encoder | None = None) -> Library:
    return Library(pages(), encoder)


async def in_place(search: Callable[[], Found | None]) -> Found | None:
    return search()


def helped(desks: Desks, note: Callable[[str, str, Entry], None], encoder: Encoder | None = None) -> Copilot:
    """Follows `desks`, from the next sign-in on."""
    known = library(encoder)
    actions, wrong = load(Path(ROOT / "config"), {page.name: page for page in known.pages}, CODES)
    assert not wrong
    copilot = Copilot(
        known, actions, today=lambda: TODAY, note=note,
        tell=lambda agent, shown: desk.tell(desks, agent, shown), aside=in_place,
    )  # fmt: skip
    desk.follow(desks, copilot)
    return copilot
