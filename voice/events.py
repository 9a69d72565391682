"""What can happen to one leg's conversation, and what a mind may answer.

`Event`s go in, `Act`s come out, `Fact`s are told to whoever keeps the record. All are values; times are milliseconds
of call audio since the answer. A mind (see `voice/conversation.py`) is a pure function over them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from models.prosody import Prosody

# --- events: what happened on the leg -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answered:
    """Media flow: the first thing a mind hears of a leg."""

    caller_number: str | None = None


@dataclass(frozen=True, slots=True)
class SpeechBegan:
    """The party began to speak (after the barge-in rule, when a prompt is playing)."""

    over_prompt: bool = False


NO_ENGINE = "none"
"""Stands for the engine where none could hear an utterance."""


TYPED = "typed"
"""The `engine` of what was written, not spoken."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One utterance of the party, recognised. `text` is empty when there was speech but no words were understood;
    `refused` names the guard when there were some that nobody should believe."""

    text: str
    confidence: float
    start_ms: int
    end_ms: int
    engine: str
    over_prompt: bool = False
    prosody: Prosody | None = field(default=None, compare=False)
    refused: str = ""
    voiced_ms: int | None = field(default=None, compare=False)  # how much of it was voice, where that is known
    sure: tuple[float, ...] = field(default=(), compare=False)  # of each word of `text`, of an engine that knows
    alternatives: tuple[str, ...] = field(default=(), compare=False)  # what else a number may have been

    @property
    def speech_ms(self) -> int:
        return self.end_ms - self.start_ms if self.voiced_ms is None else self.voiced_ms


@dataclass(frozen=True, slots=True)
class KeyPressed:
    key: str  # one of 0-9 * #


@dataclass(frozen=True, slots=True)
class Silence:
    """The party said and pressed nothing for the whole no-input time after the last prompt ended."""

    after_ms: int


@dataclass(frozen=True, slots=True)
class Played:
    """A prompt ended: `fully`, or cut by barge-in. `played_ms`: what was heard of it, all its parts together."""

    say_id: str
    fully: bool
    played_ms: int
    paused_ms: int = 0  # between its parts
    ago_ms: int = 0  # it ended so long before this was told: until then it might have gone on

    def span(self, now_ms: int) -> tuple[int, int]:
        """When it began and ended, told at `now_ms`."""
        end_ms = now_ms - self.ago_ms
        return max(0, end_ms - self.paused_ms - self.played_ms), end_ms


@dataclass(frozen=True, slots=True)
class WentOn:
    """A prompt was stopped by what was no answer, and goes on. Told to the office alone: no mind has to answer it."""

    say_id: str
    why: str  # back_channel | noise | late: see voice/bargein.py
    heard_ms: int  # of the prompt, when it was stopped
    from_ms: int  # where it goes on, at a pause before


@dataclass(frozen=True, slots=True)
class ActionDone:
    """The backend answered. `facts` fill prompts; `error` is a word of the action's own list when `ok` is false."""

    action: str
    key: str
    ok: bool
    facts: Mapping[str, str] = field(default_factory=dict)
    receipt: str | None = None
    error: str | None = None


class PersonStage(StrEnum):
    """How far the search for a person has come, as far as the party on this leg needs to know."""

    SOUGHT = "sought"  # queued; `wait_minutes` may be known
    RINGING = "ringing"  # `name` is being rung
    UNAVAILABLE = "unavailable"  # nobody free: callback may be offered
    COMING = "coming"  # `name` accepted
    GAVE_UP = "gave_up"  # the search is over, nobody came
    STOPPED = "stopped"  # the search is over, the party wished so
    HELD = "held"  # the person is away from the line for a moment; told again while that lasts
    BACK = "back"  # ... and is on the line again
    BESIDE = "beside"  # a colleague, `name`, has joined the person, `host`, who asked them to
    KEYING = "keying"  # the person asked for a number by keypad: see `keying`
    LEFT = "left"  # the person left, the party did not: the system has them back
    ENGINE_DOWN = "engine_down"  # the recogniser failed: only keys work now
    LINE_LOST = "line_lost"  # the other party's network was lost in the middle of the bridge; they may be back


class KeyingStage(StrEnum):
    """How far a party is who keys a number for the person they talk with."""

    ASKED = "asked"
    AGAIN = "again"  # no key came for a while
    UNFIT = "unfit"  # what was keyed cannot be meant
    TAKEN = "taken"
    LEFT = "left"  # it is over without the number


@dataclass(frozen=True, slots=True)
class Keying:
    stage: KeyingStage
    what: str  # as it is said: "your PIN"


@dataclass(frozen=True, slots=True)
class PersonNews:
    stage: PersonStage
    name: str | None = None
    wait_minutes: tuple[int, int] | None = None
    opens: str | None = None  # the queue is closed until then, as it is said: "tomorrow at 9 AM"
    first: bool = False  # known from the beginning: to be said before anything else
    notes: str | None = None  # with LEFT: what the person asks the system to go on with
    to: str = ""  # with LEFT: the queue the person passes them on to; "": back to the system
    person: str = ""  # with LEFT: the id of the colleague who is to be asked first there
    keying: Keying | None = None  # with KEYING
    host: str = ""  # with BESIDE


class ApprovalStage(StrEnum):
    """How far the asking for a person's yes has come, as far as the party needs to know."""

    ASKED = "asked"  # somebody has been shown it
    APPROVED = "approved"
    EDITED = "edited"  # approved with a change: `values`
    REJECTED = "rejected"  # `reason`: the code of the sentence for the party
    TAKEN = "taken"  # somebody wants to talk with the party about it instead
    TIMED_OUT = "timed_out"  # nobody decided
    NOBODY = "nobody"  # there is nobody who could be asked


@dataclass(frozen=True, slots=True)
class ApprovalNews:
    """About the act with this idempotency key. A yes is no permission: that is checked where the act is done."""

    key: str
    stage: ApprovalStage
    values: Mapping[str, str] = field(default_factory=dict)  # slot → value, as they were changed
    reason: str = ""


class ColleagueStage(StrEnum):
    ASKED = "asked"
    ANSWERED = "answered"  # `text`
    UNANSWERED = "unanswered"  # in time; or they do not know
    NOBODY = "nobody"  # there is nobody to ask


@dataclass(frozen=True, slots=True)
class ColleagueNews:
    """What became of a question to a colleague. `text` is theirs, bounded and plain."""

    key: str
    stage: ColleagueStage
    text: str = ""


class WhisperKind(StrEnum):
    SAY = "say"  # `text` to the party, as from a colleague
    OFFER = "offer"  # ask whether they would like `intent`
    PERSON = "person"  # bring one in now
    SLOWER = "slower"


@dataclass(frozen=True, slots=True)
class Whispered:
    """A supervisor asks the mind for one of a few things; nothing of it is an instruction beyond its kind."""

    kind: WhisperKind
    text: str = ""  # bounded, plain and redacted
    intent: str = ""


@dataclass(frozen=True, slots=True)
class Wrote:
    """The other party of a bridge wrote this instead of saying it; read out for who may have no screen. Redacted."""

    text: str


Event = (
    Answered | SpeechBegan | Heard | KeyPressed | Silence | Played | WentOn | ActionDone | PersonNews | ApprovalNews
    | ColleagueNews | Whispered | Wrote
)  # fmt: skip

# --- acts: what a mind wants done ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Say:
    """Speak `text`. `prompt` names its template and version (`config/prompts`); several Says queue in order."""

    say_id: str
    text: str
    prompt: str
    version: str
    interruptible: bool = True
    private: bool = False  # holds what must not reach journal, log or transcript; `shown` is recorded instead
    shown: str | None = None
    filler: bool = False  # ends with its sentence when something else is to be said
    after_ms: int = 0  # not said at all when something else is to be said within so long
    plain: str | None = None  # said in place of what no voice can say: words that were rendered ahead
    slow: bool = False  # the party asked to be spoken to more slowly


@dataclass(frozen=True, slots=True)
class Expect:
    """What the mind expects to hear next: picks the language model, the stop window and the no-input time."""

    language: str  # name of the state's language model
    shape: str = "free"  # free | yes_no | digits | choice
    digits: int | None = None  # how many, for shape "digits"
    no_input_ms: int = 4500
    sensitive: bool = False  # what is said or keyed now never reaches journal, log, transcript or recording
    answers: tuple[str, ...] = ()  # for shape "choice": the ways to say one, where they are all known


@dataclass(frozen=True, slots=True)
class Do:
    """Ask the backend to act. `key` is the idempotency key: the same key acts once, however often it is sent."""

    action: str
    params: Mapping[str, str]
    key: str


@dataclass(frozen=True, slots=True)
class Propose:
    """Ask a person for their yes to an act before it is done. `turns`: where the party asked for it."""

    intent: str
    action: str
    params: Mapping[str, str]
    key: str  # of the act, as in `Do`
    turns: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The yes to this act, or the answer to this question, is not needed any more."""

    key: str
    why: str  # cancelled | person | left


@dataclass(frozen=True, slots=True)
class AskColleague:
    """A question of the party's that nothing here answers, in their own words."""

    key: str
    question: str
    turn: int | None


@dataclass(frozen=True, slots=True)
class SeekPerson:
    """A trigger fired: bring a person in. The conversation goes on meanwhile. `person`: id of who is asked first."""

    escalation: "Escalated"
    person: str = ""


@dataclass(frozen=True, slots=True)
class StopSeeking:
    """The party changed their mind, or took the callback instead."""

    reason: str  # cancelled | callback


@dataclass(frozen=True, slots=True)
class AgreeCallback:
    number: str
    queue: str


@dataclass(frozen=True, slots=True)
class Accept:
    """An agent's leg took the call (by key or by voice)."""

    by: str


@dataclass(frozen=True, slots=True)
class Decline:
    by: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Music:
    """Soft music whenever nothing is being said, from now on or (`on` false) no more."""

    on: bool


@dataclass(frozen=True, slots=True)
class TakeBack:
    """What is being said, and what waits to be said, is not said any more: it is not true after all."""


@dataclass(frozen=True, slots=True)
class StopRecording:
    """The party asked not to be recorded."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Somebody has to look after something of ours; the conversation goes on. `what`: what was expected, what came."""

    part: str
    what: str


@dataclass(frozen=True, slots=True)
class HangUp:
    reason: str


@dataclass(frozen=True, slots=True)
class Tell:
    """Put a fact on the record (journal, desk, transcript)."""

    fact: "Fact"


Act = (
    Say | Expect | Do | Propose | Withdraw | AskColleague | SeekPerson | StopSeeking | AgreeCallback | Accept | Decline
    | Music | TakeBack | StopRecording | HangUp | Notice | Tell
)  # fmt: skip

# --- facts: what the record keeps of a conversation -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Understood:
    turn: int
    intent: str | None
    confidence: float
    in_scope: bool
    slots: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Judged:
    turn: int
    frustration: float  # 0..1
    reasons: tuple[str, ...]  # strongest first, in words an agent understands
    terms: Mapping[str, float]  # log-odds by cue; they sum to the score the level comes from


@dataclass(frozen=True, slots=True)
class Escalated:
    trigger: str  # asked | frustrated | lost | sensitive | stuck | silent | amount | ...
    rule: str  # name and version of the rule in config/escalation.toml
    evidence: tuple[str, ...]
    turns: tuple[int, ...]
    queue: str
    urgency: str  # now | soon | normal
    probability: float = 1.0  # that a person is needed; 1: the rule is certain
    terms: Mapping[str, float] = field(default_factory=dict)  # log-odds; they sum to the logit of `probability`
    stakes: Mapping[str, float] = field(default_factory=dict)  # agent minutes by reason: what a lost caller costs
    expected_loss: float = 0.0  # agent minutes: probability × the sum of `stakes`
    cost: float = 0.0  # agent minutes: (1 - probability) × those of a needless transfer


@dataclass(frozen=True, slots=True)
class Acted:
    action: str
    ok: bool
    receipt: str | None
    error: str | None
    facts: Mapping[str, str]  # redacted


@dataclass(frozen=True, slots=True)
class Verified:
    member: str  # masked, as an agent may see it
    how: str  # keypad_pin: the only way so far


@dataclass(frozen=True, slots=True)
class RecordingDeclined:
    turn: int


@dataclass(frozen=True, slots=True)
class Corrected:
    """In this turn the party corrected or added to what the person will be told: the brief has changed."""

    turn: int


@dataclass(frozen=True, slots=True)
class MusicChosen:
    """The party asked for music instead of words while they wait; `on` false: they have had enough of it."""

    on: bool


@dataclass(frozen=True, slots=True)
class WhisperHeeded:
    kind: str  # say | offer | person | slower
    heeded: bool
    why: str  # it was not, in words for the supervisor; "" when it was


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What the caller answered when they were asked, at the end, how well they were helped."""

    score: int  # 1..5
    by: str  # key | voice
    asked_after: str  # goodbye: to the system; person: one had served them


Fact = (
    Understood | Judged | Escalated | Acted | Verified | RecordingDeclined | Corrected | MusicChosen | WhisperHeeded
    | Surveyed
)  # fmt: skip
