"""All desks of one service: opens a feed when an agent signs in, rings it, and notices when nobody is looking at it."""

import asyncio
from collections.abc import Callable, Iterator

from telephony.being_said import BeingSaid
from telephony.desk.feed import Feed
from telephony.desk.messages import Message, RingModel, SayingMessage, SayingModel
from telephony.desk.office import CHOSEN, DeskOffice, News, Person, Presence
from telephony.leg import LegEnded, LegId

UNWATCHED_SECONDS = 15.0
"""How long an available agent's desk may have no page before they are set away: a reload takes 1-2 s, a lost network
comes back within ten or not soon [est]; callers must not be rung at an empty chair."""


class Desks:
    """Feeds by agent. Also the `Ringer` of the webrtc line, and an `Onlooker` of calls."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._alarms: dict[str, str] = {}  # by what they are about; they go when it is well again
        self._came: Callable[[], None] = lambda: None
        self._greets: Callable[[], Message] | None = None
        self._beside: Callable[[str, News], None] = lambda agent, news: None
        self._office: DeskOffice | None = None
        self._feeds: dict[str, Feed] = {}
        self._undo: dict[str, Callable[[], None]] = {}
        self._unwatched: dict[str, asyncio.TimerHandle] = {}

    def serve(self, office: DeskOffice) -> None:
        """Names the office; before it nobody can sign in, and nothing rings."""
        self._office = office

    def on_page(self, came: Callable[[], None]) -> None:
        """`came` hears of each page that was opened: its agent can be rung again."""
        self._came = came

    def greet(self, words: Callable[[], Message]) -> None:
        """Each page that comes is told `words` too: what is the same for all desks."""
        self._greets = words

    def tell_all(self, message: Message) -> None:
        """To the pages as they are now."""
        for feed in self._feeds.values():
            feed.flash(message)

    def beside(self, heard: Callable[[str, News], None]) -> None:
        """`heard` gets what each signed-in agent's desk gets, after it."""
        self._beside = heard

    def sign_in(self, person: Person) -> Feed:
        """The agent's desk, opened if need be. A page of an earlier sign-in is let go."""
        assert self._office is not None  # the app that calls us was made with it
        feed = self._feeds.get(person.id)
        if feed is not None:
            feed.let_go("taken_over")
            return feed
        feed = self._feeds[person.id] = Feed(person, clock=self._clock, notices=self._notices)
        self._office.sign_in(person.id)

        def hear(news: News) -> None:
            feed.on_news(news)
            self._beside(person.id, news)

        self._undo[person.id] = self._office.watch(person.id, hear)
        self.watch_for_page(person.id)
        return feed

    def sign_out(self, agent: str, why: str = "signed_out") -> None:
        feed = self._feeds.pop(agent, None)
        if feed is None:
            return
        self._stop_timer(agent)
        feed.let_go(why)
        self._undo.pop(agent)()
        if self._office is not None:
            self._office.sign_out(agent)

    @property
    def _notices(self) -> tuple[str, ...]:
        return tuple(self._alarms.values())

    def notice(self, about: str, text: str | None) -> None:
        """Every desk shows `text` from now on; None: all is well with that again."""
        if text is None:
            self._alarms.pop(about, None)
        else:
            self._alarms[about] = text
        for feed in self._feeds.values():
            feed.send(feed.view.noticed(self._notices))

    def feed(self, agent: str) -> Feed | None:
        return self._feeds.get(agent)

    def connected(self, agent: str) -> bool:
        """Whether a page of this agent's desk is open: where the softphone rings."""
        feed = self._feeds.get(agent)
        return feed is not None and feed.connected

    def page_came(self, agent: str) -> None:
        self._stop_timer(agent)
        if self._greets is not None and (feed := self._feeds.get(agent)) is not None:
            feed.flash(self._greets())
        self._came()

    def watch_for_page(self, agent: str) -> None:
        """Nobody looks at this desk now: gives them a while to come back."""
        self._stop_timer(agent)
        loop = asyncio.get_running_loop()
        self._unwatched[agent] = loop.call_later(UNWATCHED_SECONDS, self._nobody_came, agent)

    def _nobody_came(self, agent: str) -> None:
        self._unwatched.pop(agent, None)
        feed = self._feeds.get(agent)
        if feed is None or feed.connected or self._office is None:
            return
        if feed.view.presence in (*CHOSEN, Presence.WRAPPING):  # at once, or when the wrap-up's time is over
            self._office.set_presence(agent, Presence.AWAY, "your desk was closed")
        else:
            self.watch_for_page(agent)  # they talk, or their telephone rings

    def _stop_timer(self, agent: str) -> None:
        timer = self._unwatched.pop(agent, None)
        if timer is not None:
            timer.cancel()

    # --- Onlooker ---

    def looks_at(self, call: str) -> bool:
        return any(self._looking(call))

    def being_said(self, said: BeingSaid) -> None:
        saying = SayingModel.model_validate({"call": said.call, "speaker": said.speaker, "text": said.text})
        for feed in self._looking(said.call):
            name = feed.view.names.above(said.who)
            feed.flash(SayingMessage(saying=saying.model_copy(update={"name": name}) if name else saying))

    def _looking(self, call: str) -> Iterator[Feed]:
        return (feed for feed in self._feeds.values() if feed.connected and feed.view.shows(call))

    # --- Ringer ---

    def ring(self, leg: LegId, *, agent: str, call: str, ring_seconds: float) -> bool:
        feed = self._feeds.get(agent)
        if feed is None or not feed.connected:
            return False
        feed.send(feed.view.rings(RingModel(leg=leg, call=call)))
        return True

    def stop(self, leg: LegId, *, agent: str, why: LegEnded | None) -> None:
        """`why` None: answered. The page is told of the end of a leg it has answered, too."""
        feed = self._feeds.get(agent)
        if feed is None:
            return
        for message in feed.view.answered(leg) if why is None else feed.view.leg_over(leg, why.value):
            feed.send(message)
