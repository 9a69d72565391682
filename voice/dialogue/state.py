"""Where a caller's conversation stands: one value, one enum of places, one table of the moves between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from models.transcript import Transcript
from voice.errors import VoiceError
from voice.events import ApprovalNews, ColleagueNews, Escalated, PersonStage, Say


class Place(StrEnum):
    """What the caller's next words or keys will be taken for."""

    START = "start"  # nothing said yet
    OPEN = "open"  # "how can I help?"
    CALLED_BACK = "called_back"  # we ring them: "shall I get someone for you now?"
    GUESS = "guess"  # "would you like ...?"
    MEMBER = "member"  # the member number
    PIN = "pin"  # a member number that was said is read back with the question
    SLOT = "slot"  # one thing the task must know
    CONFIRM = "confirm"  # everything read back: yes or no
    CHANGE = "change"  # "no": which of it is wrong?
    ACTING = "acting"  # the backend is at work
    CHECKING = "checking"  # a colleague is asked for a yes or an answer; anything may be asked
    OFFER = "offer"  # "would you like to talk to someone about it?"
    BRIEF_CHECK = "brief_check"  # "I'll tell them ..., is that right?"
    BRIEF_TOPIC = "brief_topic"  # "what shall I tell them it's about?"
    WAITING = "waiting"  # a person is sought; anything may be asked
    CALLBACK_OFFER = "callback_offer"
    CALLBACK_THIS = "callback_this"  # "the number you are calling from?"
    CALLBACK_NUMBER = "callback_number"
    CALLBACK_CHECK = "callback_check"
    COMING = "coming"  # a person accepted and is being connected
    SURVEY = "survey"  # "how well were you helped?"
    CLOSING = "closing"  # goodbye is being said
    GONE = "gone"


_TASK = {Place.MEMBER, Place.PIN, Place.SLOT, Place.CONFIRM, Place.CHANGE, Place.ACTING}
_PERSON = {Place.BRIEF_CHECK, Place.BRIEF_TOPIC, Place.WAITING, Place.CALLBACK_OFFER, Place.COMING}
_CALLBACK = {Place.CALLBACK_THIS, Place.CALLBACK_NUMBER, Place.CALLBACK_CHECK}
# Stop, a person, goodbye, back to waiting.
_ALWAYS = {Place.OPEN, Place.CHECKING, *_PERSON, Place.SURVEY, Place.CLOSING, Place.GONE}

MOVES: Mapping[Place, frozenset[Place]] = {
    Place.START: frozenset({*_ALWAYS, Place.CALLED_BACK}),
    Place.CALLED_BACK: frozenset({*_ALWAYS, *_TASK}),
    Place.OPEN: frozenset({*_ALWAYS, *_TASK, *_CALLBACK, Place.GUESS, Place.OFFER}),
    Place.GUESS: frozenset({*_ALWAYS, *_TASK, *_CALLBACK, Place.OFFER}),
    Place.MEMBER: frozenset({*_ALWAYS, *_TASK, *_CALLBACK}),
    Place.PIN: frozenset({*_ALWAYS, Place.ACTING, Place.MEMBER, *_CALLBACK}),
    Place.SLOT: frozenset({*_ALWAYS, *_TASK, *_CALLBACK, Place.GUESS, Place.OFFER}),
    Place.CONFIRM: frozenset({*_ALWAYS, *_TASK, *_CALLBACK, Place.OFFER}),
    Place.CHANGE: frozenset({*_ALWAYS, *_TASK, *_CALLBACK, Place.OFFER}),
    Place.ACTING: frozenset({*_ALWAYS, *_TASK, *_CALLBACK, Place.OFFER}),
    Place.CHECKING: frozenset({*_ALWAYS, *_TASK, *_CALLBACK, Place.GUESS, Place.OFFER}),
    Place.OFFER: frozenset({*_ALWAYS, *_TASK, *_CALLBACK, Place.GUESS}),
    Place.BRIEF_CHECK: frozenset({*_ALWAYS, *_TASK, *_CALLBACK}),
    Place.BRIEF_TOPIC: frozenset({*_ALWAYS, *_TASK, *_CALLBACK}),
    Place.WAITING: frozenset({*_ALWAYS, *_TASK, *_CALLBACK, Place.GUESS, Place.OFFER}),
    Place.CALLBACK_OFFER: frozenset({*_ALWAYS, *_TASK, *_CALLBACK, Place.GUESS, Place.OFFER}),
    Place.CALLBACK_THIS: frozenset({*_ALWAYS, *_TASK, *_CALLBACK}),
    Place.CALLBACK_NUMBER: frozenset({*_ALWAYS, *_TASK, *_CALLBACK}),
    Place.CALLBACK_CHECK: frozenset({*_ALWAYS, *_TASK, *_CALLBACK}),
    Place.COMING: frozenset({*_PERSON, Place.OPEN, Place.CLOSING, Place.GONE}),
    Place.SURVEY: frozenset({*_ALWAYS, *_TASK, *_CALLBACK, Place.GUESS}),
    Place.CLOSING: frozenset({*_ALWAYS, *_TASK, *_CALLBACK, Place.GUESS}),  # "oh, one more thing"
    Place.GONE: frozenset(),
}

YES_NO = frozenset(
    {
        Place.GUESS, Place.CONFIRM, Place.OFFER, Place.BRIEF_CHECK, Place.CALLBACK_OFFER,
        Place.CALLBACK_THIS, Place.CALLBACK_CHECK, Place.CALLED_BACK,
    }
)  # fmt: skip
DIGITS = frozenset({Place.MEMBER, Place.PIN, Place.CALLBACK_NUMBER})
SENSITIVE = frozenset({Place.MEMBER, Place.PIN})


class IllegalTurn(VoiceError):
    """The table has no such move; nothing changed."""


def move(place: Place, to: Place) -> Place:
    if to is not place and to not in MOVES[place]:
        raise IllegalTurn(f"from {place} one of {sorted(MOVES[place])} expected, got {to}")
    return to


@dataclass(frozen=True, slots=True)
class Value:
    """What a slot holds, and the turn it was said in (keyed: the question's; None before any)."""

    value: str
    words: str
    turn: int | None


@dataclass(frozen=True, slots=True)
class Task:
    """One thing the caller wants, on its way. `number` makes its idempotency key."""

    intent: str
    number: int
    turn: int | None
    values: Mapping[str, Value] = field(default_factory=dict)
    asking: str | None = None  # the slot being asked for
    key: str | None = None  # of the action that is being done
    sure: bool = True  # that this is what they want: said clearly, chosen by key, or asked and answered with yes
    granted: tuple[tuple[str, str], ...] | None = None  # the very values a person said yes to

    @property
    def terms(self) -> tuple[tuple[str, str], ...]:
        """The values as they stand."""
        return tuple(sorted((name, value.value) for name, value in self.values.items()))

    @property
    def agreed(self) -> bool:
        """Whether a person said yes to exactly this."""
        return self.granted is not None and self.granted == self.terms


@dataclass(frozen=True, slots=True)
class Attempt:
    """A task that ended: what the brief calls tried."""

    intent: str
    outcome: str  # done | told | failed | cancelled | unclear
    turn: int | None
    error: str | None = None
    receipt: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Member:
    """Who the caller proved to be. `number` never leaves this value but into an action's parameters."""

    number: str
    masked: str
    name: str
    how: str  # keypad_pin
    tier: str | None = None
    since: str | None = None
    language: str | None = None
    value: str | None = None  # what they are worth to the business, as its own words put it


class Offer(StrEnum):
    """What a plain "yes" of a waiting caller takes."""

    BRIEF = "brief"  # "I'll tell them ..., is that right?", not answered when it was asked
    TOPIC = "topic"  # "what shall I tell them?", likewise
    IDENTITY = "identity"
    CALLBACK = "callback"
    MUSIC = "music"


@dataclass(frozen=True, slots=True)
class Late:
    """Digits that may still come for a question that was given up. Times in ms of call audio."""

    until_ms: int
    digits: int
    came: int = 0


@dataclass(frozen=True, slots=True)
class Seeking:
    """The search for a person, as far as the caller is concerned."""

    escalation: Escalated
    since_ms: int = 0  # of call audio
    stage: PersonStage = PersonStage.SOUGHT
    name: str | None = None
    wait_minutes: tuple[int, int] | None = None
    told_wait: tuple[int, int] | None = None
    deferred: bool = False  # nobody is free, but the caller was in the middle of an answer
    declined_callback: bool = False
    comforts: int = 0
    opens: str | None = None  # the queue is closed until then
    told_nobody: bool = False
    told: tuple[str, ...] = ()  # of what there is to tell while they wait
    offer: Offer | None = None
    collecting: bool = False  # what is asked now is for the person to know, not for us to act on
    music: bool = False  # chosen
    preface: str = ""  # prompt with which the search began: said again where what followed it is taken back
    stopping: bool = False  # the caller does not want a person any more; not yet confirmed


@dataclass(frozen=True, slots=True)
class Approving:
    """A task that waits for a person's yes. `news`: what was decided, while the caller was busy with something else."""

    task: Task
    key: str  # of the act
    news: ApprovalNews | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """A question that a colleague has. `turn` None: somebody at a desk asked it for the caller."""

    key: str
    turn: int | None
    news: ColleagueNews | None = None


@dataclass(frozen=True, slots=True)
class CalledBack:
    """The promise that this call keeps. `topic`: what they said it is about; `verified`: they proved who they are
    then, and so do it again."""

    queue: str
    topic: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """Failures of understanding; `_row` starts again with the next turn that works."""

    silences_row: int = 0
    no_matches_row: int = 0
    outside: int = 0
    wrong_identities: int = 0
    failed_actions: int = 0
    wrong_guesses: int = 0
    deaf: int = 0  # stretches of speech while the recogniser is down
    keyless: int = 0  # silences while only keys work


@dataclass(frozen=True, slots=True)
class State:
    place: Place = Place.START
    task: Task | None = None
    guess: str | None = None  # intent offered in GUESS
    guess_turn: int | None = None
    resume: Place | None = None  # where a yes-or-no about something else broke in
    member: Member | None = None
    claimed: str | None = None  # member number given, not yet proved
    claimed_how: str = "keypad"
    misheard: str | None = None  # the first number that was said and did not match; "" once another try was made
    keys: str = ""  # digits keyed so far
    attempt: int = 0  # variant of the question being asked
    patient: bool = False  # a first pause before digits was let pass
    page: int = 0  # of the keypad menu
    counts: Counts = field(default_factory=Counts)
    seeking: Seeking | None = None
    surveyed: bool = False  # was asked how well they were helped
    served: bool = False  # has talked with a person; then silence means that the caller is done
    escalated: Escalated | None = None  # the last one, also when the search is over: a promised callback needs it
    called_back: CalledBack | None = None
    callback_number: str | None = None
    callback_queue: str | None = None
    misread: int = 0  # times that the number to call was read back wrongly
    deaf: bool = False  # the recogniser is down
    music: bool = False  # is playing whenever nothing is said
    late: Late | None = None
    recorded: bool = True
    caller_number: str | None = None
    by_keys: bool = False  # the caller's last answer was keyed: say which keys go on
    tasks: int = 0  # begun
    queued: tuple[Task, ...] = ()  # wanted in the same breath as another, and done after it
    slow: bool = False  # asked to be spoken to more slowly
    holding: bool = False  # asked us to wait: silence is none
    held: int = 0  # silences let pass since
    approval: Approving | None = None
    asking: Asking | None = None  # of a colleague
    questions: int = 0  # asked of colleagues
    comforts: int = 0  # lines said while a colleague is asked
    pending: tuple[Task, ...] = ()  # with the backend, even after the caller has moved on
    checks: int = 0  # identities sent to the backend
    says: int = 0  # made
    last: tuple[Say, ...] = ()  # what "again" repeats
    openers: int = 0  # said so far, so that none is said twice in a row
    begun: tuple[str, ...] = ()  # intents begun, in order
    tried: tuple[Attempt, ...] = ()
    issue: tuple[int, ...] = ()  # turns in which the caller said what it is about
    strange: int | None = None  # the last of them that asked for what this line does not do
    noted: tuple[int, ...] = ()  # turns in which they added or corrected something
    confirmed: bool | None = None  # whether they said the brief was right
    closing_say: str | None = None
    closing_reason: str = "done"
    transcript: Transcript = field(default_factory=Transcript)

    @property
    def home(self) -> Place:
        """Where the conversation returns when a task ends."""
        if self.seeking:
            return Place.WAITING
        return Place.CHECKING if self.approval or self.asking else Place.OPEN

    def counting(self, **changes: int) -> "State":
        return replace(self, counts=replace(self.counts, **changes))
