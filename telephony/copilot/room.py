"""The co-pilot at every agent's desk: it follows the call that lies there, looks things up aside, and tells the page.

Looking up runs beside the call, one at a time for each desk, and only the newest words are looked up: what was said
before is no longer talked about.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeVar

from models.redact import redact
from telephony.copilot.answer import Answer, NoQuestion, Source, checked, told
from telephony.copilot.articles import Page
from telephony.copilot.library import Found, Library
from telephony.copilot.live import Attention, Prompt, newest, worth_a_look, worth_showing
from telephony.copilot.next_actions import NextAction, NextActions
from telephony.copilot.standing import Fact, Standing
from telephony.events import CopilotMarked, CopilotShown, Entry, Heard
from telephony.journal import Record

T = TypeVar("T")
Aside = Callable[[Callable[[], T]], Awaitable[T]]
Mark = Literal["useful", "not_useful", "dismissed"]


@dataclass(frozen=True, slots=True)
class Shown:
    """All that the co-pilot shows at one desk now. `version` grows with each change."""

    call: str
    version: int
    prompts: tuple[Prompt, ...]
    facts: tuple[Fact, ...]
    actions: tuple[NextAction, ...]
    quiet: bool


@dataclass(slots=True)
class _Place:
    """One agent's desk. `call` "": none lies there."""

    call: str = ""
    seen: int = 0  # the last record of it
    at_ms: int = 0
    standing: Standing = field(default_factory=Standing)
    attention: Attention = field(default_factory=Attention)
    prompts: list[Prompt] = field(default_factory=list)
    shown: dict[str, tuple[str, str]] = field(default_factory=dict)  # id → kind, mark
    gone: set[str] = field(default_factory=set)  # actions that were marked
    quiet: bool = False
    version: int = 0
    looking: asyncio.Task[None] | None = None
    next_words: tuple[str, int] | None = None


class Copilot:
    """`note(agent, call, entry)` puts an entry into the call's journal, where the call still lies on the desk; `tell`
    hears of each change; `aside` runs a search away from the event loop."""

    def __init__(
        self,
        library: Library,
        actions: NextActions,
        *,
        today: Callable[[], date],
        note: Callable[[str, str, Entry], None],
        tell: Callable[[str, Shown], None],
        aside: Callable[[Callable[[], Found | None]], Awaitable[Found | None]],
    ) -> None:
        self._library = library
        self._pages: Mapping[str, Page] = {page.name: page for page in library.pages}
        self._actions = actions
        self._today = today
        self._note = note
        self._tell = tell
        self._aside = aside
        self._places: dict[str, _Place] = {}

    # --- what happens at a desk --------------------------------------------------------------------------------------

    def see(self, agent: str, record: Record) -> None:
        """A record of the call that lies on this desk; those of another call open it. Twice is once."""
        place = self._place(agent)
        if record.call != place.call:
            self._open(agent, record.call)
        if record.seq <= place.seen:
            return
        place.seen, place.at_ms = record.seq, record.at_ms
        changed = place.standing.see(record)
        if changed:
            self._show(agent, place)
        if isinstance(record.entry, Heard) and place.standing.bridged and not place.quiet:
            self._look(agent, place, record.entry, record.at_ms)

    def over(self, agent: str, call: str) -> None:
        """Nothing of this call lies on the desk any more."""
        place = self._place(agent)
        if place.call == call:
            self._open(agent, "")
            self._show(agent, place)

    async def close(self) -> None:
        tasks = [place.looking for place in self._places.values() if place.looking is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- what an agent does ------------------------------------------------------------------------------------------

    def shown(self, agent: str) -> Shown:
        return self._shown(self._place(agent))

    async def ask(self, agent: str, question: str) -> tuple[str, Answer]:
        """The answer and its id, by which it can be marked. Raises `NoQuestion`."""
        asked = checked(question)
        answer = told(await self._aside(lambda: self._library.find(asked)), asked, self._today())
        place = self._place(agent)
        name = f"q{len(place.shown) + 1}"
        place.shown[name] = ("answer", "")
        if answer.source is not None:
            self._about(agent, place, answer.source.article)
        self._kept(agent, place, name, "answer", answer.source, asked, answer.sure)
        return name, answer

    def mark(self, agent: str, shown: str, mark: Mark) -> None:
        """What the agent makes of a prompt, an answer or an action; what is marked goes, unless it is useful. The last
        mark counts. Raises `NoQuestion` for what is not shown here."""
        place = self._place(agent)
        if shown not in place.shown:
            raise NoQuestion("This is no longer shown here.")
        kind, before = place.shown[shown]
        if before == mark:
            return
        place.shown[shown] = (kind, mark)
        if mark != "useful":
            place.prompts = [prompt for prompt in place.prompts if prompt.id != shown]
        if kind == "action":
            place.gone.add(shown)
        if place.call:
            self._note(agent, place.call, CopilotMarked(agent, shown, kind, mark))
        self._show(agent, place)

    def quiet(self, agent: str, on: bool) -> None:
        """While quiet nothing comes unasked; what is asked is answered."""
        place = self._place(agent)
        place.quiet = on
        self._show(agent, place)

    def article(self, name: str) -> tuple[Page, Source] | None:
        page = self._library.page(name)
        return (page, Source.of(page, self._today())) if page is not None else None

    # --- looking up --------------------------------------------------------------------------------------------------

    def _look(self, agent: str, place: _Place, heard: Heard, at_ms: int) -> None:
        if not worth_a_look(heard) or not place.attention.free(at_ms):
            return
        place.next_words = (heard.text, at_ms)
        if place.looking is None or place.looking.done():
            place.looking = asyncio.create_task(self._look_up(agent, place), name=f"co-pilot of {agent}")

    async def _look_up(self, agent: str, place: _Place) -> None:
        while place.next_words is not None:
            (words, at_ms), place.next_words = place.next_words, None
            call = place.call
            found = await self._aside(lambda words=words: self._library.find(words))  # type: ignore[misc]
            if place.call == call and not place.quiet and worth_showing(found, place.attention, at_ms):
                assert found is not None  # worth_showing has looked
                self._prompt(agent, place, found, words, at_ms)

    def _prompt(self, agent: str, place: _Place, found: Found, words: str, at_ms: int) -> None:
        name = f"p{len(place.shown) + 1}"
        place.shown[name] = ("prompt", "")
        source = Source.of(found.page, self._today(), found.section.heading)
        place.prompts.append(Prompt(name, source, found.sentences, words, at_ms))
        place.attention.took(found.page.name, at_ms)
        place.standing.about.add(found.page.name)
        self._kept(agent, place, name, "prompt", source, words, found.sure)
        self._show(agent, place)

    # --- shared ------------------------------------------------------------------------------------------------------

    def _place(self, agent: str) -> _Place:
        return self._places.setdefault(agent, _Place())

    def _open(self, agent: str, call: str) -> None:
        place = self._place(agent)
        place.call, place.seen, place.at_ms, place.next_words = call, 0, 0, None
        place.standing, place.attention = Standing(), Attention()
        place.prompts, place.shown, place.gone = [], {}, set()

    def _about(self, agent: str, place: _Place, article: str) -> None:
        place.attention.met(article)
        if article not in place.standing.about:
            place.standing.about.add(article)
            self._show(agent, place)

    def _kept(
        self, agent: str, place: _Place, name: str, kind: str, source: Source | None, words: str, sure: float
    ) -> None:
        """On record, where a call lies on the desk: what was asked without one is nobody's call."""
        if not place.call:
            return
        article, section = (source.article, source.section) if source is not None else ("", "")
        entry = CopilotShown(agent, name, kind, article, section, redact(words), round(sure, 3))
        self._note(agent, place.call, entry)

    def _show(self, agent: str, place: _Place) -> None:
        place.version += 1
        shown = self._shown(place)
        for action in shown.actions:
            name = f"a-{action.name}"
            if name not in place.shown and place.standing.bridged:
                place.shown[name] = ("action", "")
                source = Source(action.article, action.source, "", action.updated, action.updated, action.stale)
                self._kept(agent, place, name, "action", source, action.text, 1.0)
        self._tell(agent, shown)

    def _shown(self, place: _Place) -> Shown:
        actions = self._actions.of(place.standing, self._pages, self._today()) if place.call else ()
        left = tuple(action for action in actions if f"a-{action.name}" not in place.gone)
        return Shown(
            place.call, place.version, newest(place.prompts), place.standing.facts(), left, place.quiet
        )  # fmt: skip
