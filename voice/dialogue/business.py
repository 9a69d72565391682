"""Everything the dialogue knows about one business: frozen values that `load.py` builds from the config folder.

The fields are the keys of the TOML files, so this page is also their reference. Times carry their unit in the name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from models.knowledge import Article, Knowledge
from models.slots import Check, SlotSpec
from voice.dialogue.approval_policy import Approvals
from voice.dialogue.hours import Hours, hours
from voice.triggers.price import Costs, Early, Factor, Price, price
from voice.triggers.rule import Rule

STRICT: dict[str, str] = {"extra": "forbid"}  # a key nobody knows is a mistake, not a comment

CALLBACK_DIGITS = 10  # North American numbers without the country code

SlotKind = Literal["choice", "digits", "amount", "date"]
Cost = Literal["lookup", "harmless", "costly"]


@dataclass(frozen=True, slots=True)
class Slot:
    """One thing a task must know. `choices`: value → the ways callers say it; on the keypad they number from 1."""

    __pydantic_config__: ClassVar = STRICT
    name: str
    kind: SlotKind
    ask: str  # prompt that asks for it
    phrase: str = "{value}"  # how the value joins the one-line summary: "of {value}"
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    spoken: Mapping[str, str] = field(default_factory=dict)  # value → how the system says it, where that differs
    digits: int | None = None  # how many, for kind digits
    required: bool = True
    differs_from: str | None = None  # another slot that must hold another value
    cues: tuple[str, ...] = ()  # words before this one when two slots share their values: "from", "to"
    keys: str | None = None  # prompt that says which keys answer it, where they are not 1, 2, 3 of the choices
    check: Literal["luhn"] | Check | None = None  # of digits: "luhn", or { weights = [3, 7, 1], modulus = 10 }
    least: float | None = None  # of an amount; who names less hears that it is too little
    most: float | None = None
    past: bool = False  # a date without a year lies behind the caller

    @property
    def spec(self) -> SlotSpec:
        """The same as the readers of `models/slots` want it."""
        kind = "list" if self.kind == "choice" else self.kind
        return SlotSpec(
            self.name, kind, length=self.digits, values=self.choices, cues=self.cues, check=scheme(self.check),
            least=self.least, most=self.most, past=self.past,
        )  # fmt: skip

    def said(self, value: str) -> str:
        """How the system says `value`."""
        return self.spoken.get(value, value)


def scheme(check: Literal["luhn"] | Check | None) -> Check | None:
    return Check() if check == "luhn" else check


class IntentKind(StrEnum):
    TASK = "task"  # slots, perhaps identity and a yes, then an action
    ANSWER = "answer"  # an article's sentence
    CONTROL = "control"  # about the conversation itself; the policy knows each by name


CONTROLS = frozenset(
    {"talk_to_person", "repeat", "goodbye", "cancel", "callback", "wait_time", "stop_recording", "menu"}
)


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing a caller may want (`config/intents/<name>.toml`)."""

    __pydantic_config__: ClassVar = STRICT
    name: str
    kind: IntentKind
    examples: tuple[str, ...]  # "{slot}" stands for its values, "(a|b|)" for one of a, b or nothing
    title: str = ""  # said aloud: "Would you like {title}?"
    menu: str = ""  # said in the keypad menu: "For {menu}, press 1."
    summary: str = ""  # said back to the caller and told to the agent: "you want to ..."
    next_step: str = ""  # what the brief recommends
    limits: str = ""  # what the agent may and may not do there: the brief's "Limits: ..."
    attempt: str = ""  # in the brief: what the system tried, "looked up the balance"
    verified: bool = False
    action: str | None = None
    article: str | None = None
    asked: bool = False  # made from the article's questions: its words must cover what was asked
    articles_by: str | None = None  # the slot whose value picks the article `<article>_<value>`
    cost: Cost = "costly"  # of doing it wrongly. lookup: none, nothing changes; harmless: said while it is done, and
    # asked only where the caller was not heard surely; costly: read back, and not done without a yes
    confirm: str | None = None  # prompt that reads everything back; without a yes nothing is done
    doing: str | None = None  # prompt that says what is being done, for harmless acts
    opener: str = "one_moment"  # prompt said while the backend is asked, unless it answers at once
    done: str | None = None  # prompt said after the backend's yes, filled from its facts
    errors: Mapping[str, str] = field(default_factory=dict)  # the backend's error word → prompt
    slots: tuple[Slot, ...] = ()

    def slot(self, name: str) -> Slot:
        return next(slot for slot in self.slots if slot.name == name)


@dataclass(frozen=True, slots=True)
class Scope:
    """Who may settle an intent, who answers for that, and until when it was decided."""

    __pydantic_config__: ClassVar = STRICT
    mode: Literal["automatic", "approval", "person"]
    owner: str
    review_by: date
    queue: str


Seconds = Annotated[float, Field(gt=0, le=3600)]


@dataclass(frozen=True, slots=True)
class Queue:
    """Where callers wait for people. `fallback` is rung when roster or database are gone; it is read at start."""

    __pydantic_config__: ClassVar = STRICT
    title: str  # said aloud: "someone in {title}"
    skills: tuple[str, ...] = ()
    opens: str = "00:00"
    closes: str = "24:00"
    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = (
        "mon", "tue", "wed", "thu", "fri", "sat", "sun",
    )  # fmt: skip
    holidays: tuple[date, ...] = ()  # closed on these
    priority: Annotated[int, Field(ge=0, le=10)] = 0  # one step weighs as much as two minutes of waiting
    overflow: str | None = None  # the queue whose agents are asked as well
    overflow_seconds: Seconds = 60.0  # after so long; at once where this one is closed or nobody is at work
    wrap_up_seconds: Seconds = 120.0  # after a call; then the draft stands and the agent is free
    fallback: tuple[str, ...] = ()

    def hours(self, time_zone: str) -> Hours:
        """Raises `ValueError` for a time or a zone that is none; the loader has checked them."""
        return hours(opens=self.opens, closes=self.closes, days=self.days, holidays=self.holidays, time_zone=time_zone)


@dataclass(frozen=True, slots=True)
class Routing:
    """Who goes first, who knows whom, and when a call back is the better offer (`[routing]` in business.toml)."""

    __pydantic_config__: ClassVar = STRICT
    tiers: Mapping[str, Annotated[int, Field(ge=0, le=10)]] = field(default_factory=dict)  # tier → priority
    sticky_days: Annotated[int, Field(ge=0, le=365)] = 30  # who served a caller so lately is asked first; 0: never
    sticky_seconds: Annotated[float, Field(ge=0, le=300)] = 20.0  # they are waited for so long where they are busy
    callback_minutes: Annotated[int, Field(ge=1, le=240)] = 10  # a wait that may reach this: a call back is offered
    callback_waiting_per_agent: Annotated[int, Field(ge=1, le=100)] = 4  # the same, while no wait is known


@dataclass(frozen=True, slots=True)
class Disposition:
    __pydantic_config__: ClassVar = STRICT
    code: str
    title: str
    solved: bool


@dataclass(frozen=True, slots=True)
class Identity:
    """How a caller proves who they are: two numbers on the keypad, checked by one action."""

    __pydantic_config__: ClassVar = STRICT
    action: str
    member_digits: int
    pin_digits: int
    member_check: Literal["luhn"] | Check | None = None  # the member number's check digit, if it has one
    tries: int = 2


@dataclass(frozen=True, slots=True)
class KeypadItem:
    """A number that an agent may have a caller key: `title` as agents read it, `said` as it is asked for. `shown`: how
    many of its last digits the agent and the record get; 0 for what nobody may see."""

    __pydantic_config__: ClassVar = STRICT
    title: str
    said: str
    digits: int
    shown: int = 0
    check: Literal["luhn"] | Check | None = None


@dataclass(frozen=True, slots=True)
class Hearing:
    """Bars and waits of the conversation. Confidences are 0..1."""

    __pydantic_config__: ClassVar = STRICT
    accept_confidence: float = 0.5  # act on an intent at once
    confirm_confidence: float = 0.25  # ask "would you like ...?"; below it the caller was not understood
    words_confidence: float = 0.2  # below it the recogniser's words are not used
    # Of 108 intents accepted in the tuning calls by telephone (pocketsphinx) 20 were wrong. The recogniser's confidence
    # tells right words (AUC .79) better than the right intent (.59); the intent's own tells that (.88). So both count:
    # 11 of the 20 are asked about first by the two bars together, and 8 of the 88 right ones.
    doubted_words: float = 0.75  # below it an intent is asked about first, unless it is as sure as ...
    doubted_intent: float = 0.85
    hardly_words: float = 0.5  # ... and below this however sure it is: 7 of 23 were wrong
    wish_confidence: float = 0.5  # "what?" for "yes": where a yes or no is due, one word heard so badly is no wish
    no_input_ms: int = 4500  # nobody shall hear nothing for 5 s
    hold_ms: int = 15_000  # ... unless they said "hold on": then we only show that we are there
    holds: int = 8  # times, which makes two minutes; then the question once more
    digits_no_input_ms: int = 4500  # likewise; twice, before it counts as silence
    opener_ms: int = 120  # an answer that is there by then needs no "one moment"; later than that is heard as a wait


@dataclass(frozen=True, slots=True)
class Staying:
    """How the system keeps a caller company while a person is sought. Times count from the trigger."""

    __pydantic_config__: ClassVar = STRICT
    talk_ms: int = 60_000  # so long it goes on talking, unless the caller chooses music
    pause_ms: int = 420  # between two sentences then
    answer_ms: int = 1500  # for an answer then; later it still counts, but the talk goes on
    later_ms: int = 15_000  # between two sentences afterwards, with soft music
    music_ms: int = 60_000  # between two sentences to a caller who chose music
    checking_ms: int = 6000  # between two while a colleague is asked, with soft music from the first on
    tips: tuple[str, ...] = ()  # articles worth hearing for anybody who waits


@dataclass(frozen=True, slots=True)
class Prompts:
    """All sentences by name; several variants of one get better with each failure."""

    version: str
    texts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Business:
    name: str
    version: str  # changes with any file of the folder
    intents: Mapping[str, Intent]
    outside: tuple[str, ...]  # sentences this line does not serve
    scope: Mapping[str, Scope]
    prompts: Prompts
    articles: Mapping[str, Article]
    rules: tuple[Rule, ...]
    costs: Mapping[str, Costs]  # by intent; "default" for the rest
    queues: Mapping[str, Queue]
    dispositions: tuple[Disposition, ...]
    menu: tuple[tuple[str, ...], ...]  # pages of intents; key 8 turns the page
    identity: Identity | None = None
    hearing: Hearing = field(default_factory=Hearing)
    routing: Routing = field(default_factory=Routing)
    time_zone: str = "UTC"  # of opening hours and holidays
    staying: Staying = field(default_factory=Staying)
    knowledge: Knowledge = field(default_factory=lambda: Knowledge(()))  # the words of `articles`
    approvals: Approvals = field(default_factory=Approvals)
    worth: Mapping[str, Factor] = field(default_factory=dict)  # tier or value of a customer → what they count
    early: Early | None = None
    keypad: Mapping[str, KeypadItem] = field(default_factory=dict)  # by name
    beside: str = ""  # `version` without the two files of the rules: changes with any other

    def approvable(self, intent: str) -> bool:
        """Whether approvals.toml says how a yes to `intent` is asked for; else its "approval" brings a person."""
        return intent in self.approvals.intents

    def price(
        self, topic: str | None, *, amount: float = 0.0, tier: str | None = None, value: str | None = None
    ) -> Price:
        """What going on in a call about `topic` may lose, and what a person costs."""
        costs = self.costs.get(topic or "default", self.costs["default"])
        worth = max((self.worth[one] for one in (tier, value) if one is not None and one in self.worth), default=1.0)
        return price(costs, amount=amount, worth=worth, early=self.early.bias if self.early else 1.0)
