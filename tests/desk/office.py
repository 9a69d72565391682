"""An office that plays one scripted call after another to a desk, and remembers what the agent decided."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from models.brief import Brief, BriefLine, Clip, Part
from telephony.desk.line_office import Colleague, LineOffice
from telephony.desk.office import (
    CallOver,
    DeskOffice,
    Disposition,
    News,
    NotPossible,
    Offer,
    OfferClosed,
    Offered,
    OnCall,
    Person,
    Presence,
    PresenceIs,
    Recorded,
    WrappedUpAll,
    WrapUpDue,
)
from telephony.events import (
    AgentAccepted,
    AgentAnswered,
    AgentMarked,
    AgentOffered,
    AttemptEnded,
    Bridged,
    BriefReady,
    CallOffered,
    CompanionAsked,
    CompanionOver,
    Entry,
    Heard,
    Held,
    KeysAsked,
    KeysTaken,
    Said,
    Unbridged,
)
from telephony.journal import Journal, Record
from voice.events import Escalated, Judged, Verified

PEOPLE = (Person("ana", "Ana Ruiz"), Person("ben", "Ben <b>Okafor</b>"))
CALLER = "Maria Keller"
NUMBER = "+12025550143"

BRIEF = Brief(
    version=1,
    headline="Disputed card charge, upset, twice unresolved",
    lines=(
        BriefLine(Part.WHO, "Maria Keller, member since 2011, Gold; verified by keypad PIN", (2,)),
        BriefLine(
            Part.ISSUE,
            "I never bought anything at that shop and this is the second time I call",
            (4,),
            clip=Clip(4, 14_300, 19_000),
        ),
        BriefLine(Part.TRIED, "Looked up payments: 84.20 at Northgate Outdoor on 3 November is posted", (5,)),
        BriefLine(Part.TRIED, "Dispute form was offered by e-mail, caller declined", (5, 6)),
        BriefLine(Part.WHY, "Frustration 0.74 and rising: repeated herself, raised voice", (4, 6)),
        BriefLine(Part.NEXT, "Open the dispute now and give the reference; up to 100.00 may be credited at once", ()),
        BriefLine(Part.ENTITIES, "84.20 · Northgate Outdoor · 3 November · card ending 4417", (5,)),
    ),
    spoken="Maria Keller, verified. Disputes 84.20 at Northgate Outdoor, second call, upset. Open the dispute.",
)

STORY: tuple[tuple[int, Entry], ...] = (
    (0, CallOffered("simulated", "inbound", NUMBER, "+12025550100", None)),
    (600, Said(1, "This is an automated assistant. Press 0 for a person.", "greet", "1", 600, 4200, False)),
    (9000, Verified("M. Keller ••31", "keypad_pin")),
    (11_000, Heard(2, "caller", "There is a charge on my card that is not mine", 0.91, 9200, 11_000, "scripted")),
    (11_100, Judged(2, 0.18, ("negative words",), {})),
    (14_000, Said(3, "I see 84.20 at Northgate Outdoor, 3 November. That?", "charge", "1", 11_400, 14_000, False)),
    (
        19_000,
        Heard(4, "caller", "Yes. I never bought anything at that shop and this is the second time I call", 0.88, 14_300,
              19_000, "scripted"),
    ),
    (19_100, Judged(4, 0.52, ("second contact", "speaks louder than before"), {})),
    (22_000, Said(5, "I can send you the dispute form by e-mail.", "form", "1", 19_500, 22_000, False)),
    (25_000, Heard(6, "caller", "No! I sent that form last week. Ridiculous", 0.83, 22_100, 25_000, "scripted")),
    (25_100, Judged(6, 0.74, ("said “ridiculous”", "repeated the request", "pitch up 3 turns"), {})),
    (25_200, Escalated("frustrated", "frustrated@1", ("0.74 ≥ 0.65",), (4, 6), "disputes", "now")),
    (25_300, BriefReady("h1", 1, BRIEF)),
    (28_400, Said(7, "I'm getting someone in disputes.", "seek.getting", "1", 25_900, 28_400, False)),
    (46_000, AgentOffered("h1", "ben", 1, 20.0)),
    (66_000, AttemptEnded("h1", "h1-1", "ben", "no_answer", None, None,
                          {"trigger": 25_200, "told": 28_400, "ring": 46_050, "over": 66_000})),
    (67_200, AgentOffered("h1", "ana", 1, 20.0)),
)  # fmt: skip

CHOICES = (
    Disposition("dispute_opened", "Dispute opened"),
    Disposition("answered", "Answered"),
    Disposition("callback", "Callback agreed"),
    Disposition("no_help", "Could not help"),
)
DRAFT = "Maria Keller disputes 84.20 at Northgate Outdoor (3 November). Dispute opened, reference given."


class NoKeeper:
    def keep(self, record: Record) -> None:
        pass

    async def kept(self, record: Record) -> None:
        pass


class SimulatedOffice(DeskOffice):
    """`did` lists what agents decided. A call in progress stands in `calls`: call → agent."""

    def __init__(self, people: Sequence[Person] = PEOPLE, *, wall: float = 0.0) -> None:
        self.did: list[tuple[str, ...]] = []
        self.calls: dict[str, str] = {}
        self.offers: dict[str, tuple[str, Offer]] = {}
        self.journals: dict[str, Journal] = {}
        self.accepted = asyncio.Event()
        self.wrapped_up = asyncio.Event()
        self._people = people
        self._wall = wall
        self._presence: dict[str, PresenceIs] = {}
        self._listeners: dict[str, list[Callable[[News], None]]] = {}
        self._at_ms = 0

    # --- what the script does ---

    def news(self, agent: str, news: News) -> None:
        for listener in tuple(self._listeners.get(agent, [])):
            listener(news)

    def offer(self, agent: str, call: str = "c1", *, caller: str = CALLER, on_desk: bool = True) -> Offer:
        """Offers a call with the whole story behind it."""
        offer = Offer(f"o-{call}", call, caller, "Gold", 42.0, 20.0, BRIEF, "Disputes", on_desk)
        self.offers[offer.id] = (agent, offer)
        journal = self.journals[call] = Journal(
            call, now_ms=lambda: self._at_ms, wall=lambda: self._wall, keeper=NoKeeper()
        )
        self._say_presence(agent, Presence.RINGING)
        self.news(agent, Offered(offer))
        journal.subscribe(lambda record: self.news(agent, Recorded(record)))
        for at_ms, entry in STORY:
            self.tell(call, at_ms, entry)
        return offer

    def tell(self, call: str, at_ms: int, entry: Entry) -> None:
        self._at_ms = at_ms
        self.journals[call].append(entry)

    def close_offer(self, offer: str, why: str) -> None:
        agent, _ = self.offers.pop(offer)
        self.news(agent, OfferClosed(offer, why))

    # --- DeskOffice ---

    def agents(self) -> Sequence[Person]:
        return self._people

    def watch(self, agent: str, listener: Callable[[News], None]) -> Callable[[], None]:
        self._listeners.setdefault(agent, []).append(listener)
        listener(self._presence.get(agent, PresenceIs(Presence.AWAY)))
        return lambda: self._listeners[agent].remove(listener)

    def sign_in(self, agent: str) -> None:
        self.did.append(("sign_in", agent))
        self._presence[agent] = PresenceIs(Presence.AWAY)

    def sign_out(self, agent: str) -> None:
        self.did.append(("sign_out", agent))

    def set_presence(self, agent: str, presence: Presence, why: str = "") -> None:
        self.did.append(("presence", agent, presence.value))
        self._say_presence(agent, presence, why)

    async def accept(self, agent: str, offer: str) -> None:
        asked, offered = self.offers.pop(offer, ("", None))
        if offered is None or asked != agent:
            raise NotPossible("This call was taken by a colleague.")
        self.did.append(("accept", agent, offer))
        self.calls[offered.call] = agent
        self.news(agent, OfferClosed(offer, "accepted"))
        self._say_presence(agent, Presence.TALKING)
        self.news(agent, OnCall(offered.call, offered.caller, offered.tier))
        self.tell(offered.call, 71_000, AgentAnswered("h1", agent))
        self.tell(offered.call, 71_200, AgentAccepted("h1", agent, "screen"))
        self.tell(offered.call, 71_300, Bridged("h1", agent))
        self.accepted.set()

    async def decline(self, agent: str, offer: str, reason: str) -> None:
        if offer not in self.offers:
            raise NotPossible("The offer is gone already.")
        self.did.append(("decline", agent, offer, reason))
        self.close_offer(offer, "declined")
        self._say_presence(agent, Presence.AVAILABLE)

    def seen(self, agent: str, call: str, version: int) -> None:
        self.did.append(("seen", agent, call, str(version)))

    def note(self, agent: str, call: str, entry: Entry) -> None:
        self.journals[call].append(entry)

    def clip(self, agent: str, call: str, turn: int) -> Callable[[], bytes | None]:
        if call not in self.journals or turn != 4:
            raise NotPossible("This sentence cannot be played.")
        self.did.append(("clip", agent, call, str(turn)))
        return lambda: b"RIFF"

    def mark(self, agent: str, call: str, about: str, mark: str) -> None:
        if call not in self.journals:
            raise NotPossible("This call is not on your desk.")
        self.journals[call].append(AgentMarked(agent, about, mark))

    def records(self, agent: str, call: str) -> Sequence[Record]:
        if call not in self.journals:
            raise NotPossible("This call is not on your desk.")
        return self.journals[call].records

    async def hang_up(self, agent: str, call: str) -> None:
        if self.calls.get(call) != agent:
            raise NotPossible("There is no call to hang up.")
        self.did.append(("hang_up", agent, call))
        self.end(call, by="agent")

    @property
    def line(self) -> LineOffice:
        return self

    def colleagues(self, agent: str) -> Sequence[Colleague]:
        return [Colleague("ben", PEOPLE[1].name, busy=False), Colleague("eve", "Eve Stone", busy=True)]

    async def hold(self, agent: str, call: str, on: bool) -> None:
        self._on_the_line(agent, call)
        self.did.append(("hold", agent, "on" if on else "off"))
        self.tell(call, 90_000, Held("h1", agent, on))

    def numbers(self) -> Mapping[str, str]:
        return {"pin": "PIN", "card": "Last four <b>of</b> the card"}

    async def ask_keys(self, agent: str, call: str, what: str) -> None:
        self._on_the_line(agent, call)
        self.did.append(("ask_keys", agent, what))
        self.tell(call, 91_000, KeysAsked("h1", agent, self.numbers()[what]))

    async def stop_keys(self, agent: str, call: str) -> None:
        self._on_the_line(agent, call)
        self.did.append(("stop_keys", agent))
        self.tell(call, 95_000, KeysTaken("h1", agent, "PIN", "cancelled", ""))

    async def bring_in(self, agent: str, call: str, person: str, notes: str) -> None:
        self._on_the_line(agent, call)
        self.did.append(("bring_in", agent, person, notes))
        self.tell(call, 100_000, CompanionAsked("h1", agent, "Ana Ruiz", person, PEOPLE[1].name, notes, 1, 20.0))

    async def let_go(self, agent: str, call: str) -> None:
        self._on_the_line(agent, call)
        self.did.append(("let_go", agent))
        self.tell(call, 110_000, CompanionOver("h1", agent, "ben", PEOPLE[1].name, "let_go", ""))

    def queues(self) -> Mapping[str, str]:
        return {"disputes": "Disputes", "lending": "Lending <b>&</b> loans"}

    async def hand_back(self, agent: str, call: str, notes: str, to: str = "", person: str = "") -> None:
        self._on_the_line(agent, call)
        self.did.append(("hand_back", agent, notes, *(one for one in (to, person) if one)))
        self.end(call, by="agent")

    def _on_the_line(self, agent: str, call: str) -> None:
        if self.calls.get(call) != agent:
            raise NotPossible("This call is no longer on your line. Nothing was changed.")

    def end(self, call: str, by: str) -> None:
        agent = self.calls.pop(call)
        self.tell(call, 160_000, Unbridged("h1", agent, by))
        clock = {"trigger": 25_200, "told": 28_400, "ring": 67_230, "answer": 71_000, "briefed": None,
                 "accept": 71_200, "bridge": 71_300, "first_word": 72_100, "over": 160_000}  # fmt: skip
        self.tell(call, 160_010, AttemptEnded("h1", "h1-2", agent, "bridged", "screen", None, clock))
        self.news(agent, CallOver(call, by))
        self._say_presence(agent, Presence.WRAPPING)
        self.news(agent, WrapUpDue(call, CALLER, DRAFT, "dispute_opened", CHOICES, 60.0))

    async def wrap_up(self, agent: str, call: str, disposition: str, summary: str) -> None:
        self.did.append(("wrap_up", agent, call, disposition, summary))
        self.news(agent, WrappedUpAll(call))
        self._say_presence(agent, Presence.AVAILABLE)
        self.wrapped_up.set()

    def _say_presence(self, agent: str, presence: Presence, why: str = "") -> None:
        self._presence[agent] = PresenceIs(presence, why)
        self.news(agent, self._presence[agent])
