"""A co-pilot at Ana's desk with a call on it, told what the journal tells; it remembers what it noted and showed."""

from collections.abc import Sequence
from datetime import date

from telephony.copilot.articles import Page, Section
from telephony.copilot.library import Found, Library
from telephony.copilot.next_actions import NextActions
from telephony.copilot.room import Copilot, Shown
from telephony.events import Bridged, Entry, Heard
from telephony.journal import Record

TODAY = date(2026, 11, 22)
ENOUGH_MS = 60_000


def page(name: str, *sentences: str, title: str = "", asked: Sequence[str] = (), review_by: date | None = None) -> Page:
    shown = title or name.replace("_", " ").capitalize()
    due = review_by or date(2027, 6, 30)
    return Page(name, shown, date(2026, 9, 1), due, (Section("Rule", tuple(sentences)),), "somebody", tuple(asked))


PAGES = (
    page("parking", "Parking at the harbour lot is free for two hours.", asked=("where may I park the truck",)),
    page(
        "umbrellas", "Umbrellas are lent against a deposit of four dollars.", asked=("borrow an umbrella at the door",)
    ),
    page("lockers", "A locker opens with the coin it was closed with.", asked=("my locker will not open any more",)),
    page("ferry", "The ferry leaves at nine from pier seven.", asked=("when does the ferry leave the pier",)),
    *(
        page(f"other_{word}", f"All there is about {word}.")
        for word in ("bees", "wax", "honey", "hives", "smoke", "queens")
    ),
    page("lost_property", "Lost gloves and scarves lie at the counter.", asked=("I lost my gloves and scarf today",)),
)
PARKING = "where may I park the truck, is parking at the harbour lot free for two hours"
UMBRELLA = "can I borrow an umbrella at the door, and is it lent against a deposit of four dollars"
LOCKER = "my locker will not open any more with the coin it was closed with"


async def in_place(search) -> Found | None:
    return search()


class Desk:
    def __init__(self, actions: NextActions | None = None, pages: Sequence[Page] = PAGES) -> None:
        self.noted: list[Entry] = []
        self.told: list[Shown] = []
        self._seq = 0
        self.copilot = Copilot(
            Library(pages), actions or NextActions(), today=lambda: TODAY,
            note=lambda agent, call, entry: self.noted.append(entry),
            tell=lambda agent, shown: self.told.append(shown), aside=in_place,
        )  # fmt: skip

    def see(self, entry: Entry, at_ms: int = 0, call: str = "c1") -> None:
        self._seq += 1
        self.copilot.see("ana", Record(call, self._seq, at_ms, 1_795_000_000.0 + at_ms / 1000, entry))

    def talks(self) -> None:
        self.see(Bridged("h1", "ana"))

    async def hears(self, text: str, at_ms: int = 0, speaker: str = "caller") -> None:
        """And waits until it was looked up."""
        self.see(Heard(3, speaker, text, 0.9, at_ms, at_ms, "scripted"), at_ms)
        looking = self.copilot._places["ana"].looking
        if looking is not None:
            await looking

    @property
    def prompts(self) -> list[str]:
        return [prompt.source.article for prompt in self.copilot.shown("ana").prompts]
