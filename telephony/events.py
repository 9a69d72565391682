"""What happens to a call: one frozen dataclass an entry type. The journal is these, in order; see docs/journal.md.

Every entry is published once, on the call's `Journal`; the record, the desk and the replay subscribe. Entries carry
redacted words only. `VERSION` is written in every exported line and changes when a field changes meaning.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from models.brief import Brief
from voice.events import (
    Acted,
    Corrected,
    Escalated,
    Judged,
    MusicChosen,
    RecordingDeclined,
    Surveyed,
    Understood,
    Verified,
    WhisperHeeded,
)

VERSION = 1


@dataclass(frozen=True, slots=True)
class CallOffered:
    line: str  # twilio | webrtc | simulated | asterisk
    direction: str  # inbound | outbound
    caller: str | None  # number or address as the line gave it
    called: str | None
    carrier_id: str | None  # the line's own id of the leg, e.g. Twilio's CallSid


@dataclass(frozen=True, slots=True)
class CallingBack:
    """This call keeps a promise made in another."""

    promised_in: str  # the other call
    handoff: str  # its handoff
    attempt: int  # from 1


@dataclass(frozen=True, slots=True)
class CallAnswered:
    recorded: bool
    config_version: str
    engines: Mapping[str, str]  # stt, tts, vad, intent → engine in use


@dataclass(frozen=True, slots=True)
class NoRoom:
    """The call was not taken: the caller hears so, and may be called back, or choose a person who is free."""

    reason: str  # max_calls | settling | workers | final_p95 | loop_late | cpu | draining


@dataclass(frozen=True, slots=True)
class Said:
    turn: int
    text: str
    prompt: str
    version: str
    start_ms: int
    end_ms: int
    cut: bool  # by barge-in: the rest was not heard


@dataclass(frozen=True, slots=True)
class Heard:
    turn: int  # 0: by an agent, before the bridge
    speaker: str  # caller | agent
    text: str  # redacted; "" when speech was not understood
    confidence: float
    start_ms: int
    end_ms: int
    engine: str
    refused: str = ""  # the guard that did not believe what the engine wrote: then `text` is ""
    who: str = ""  # the agent or supervisor who spoke; "" for the caller


@dataclass(frozen=True, slots=True)
class KeyPressed:
    speaker: str  # caller | agent
    key: str  # "•" where the key was sensitive


@dataclass(frozen=True, slots=True)
class Silent:
    after_ms: int


@dataclass(frozen=True, slots=True)
class BargedIn:
    prompt: str
    played_ms: int


@dataclass(frozen=True, slots=True)
class PromptWentOn:
    """A stop by what was no answer: `why` is back_channel, noise or late (no verdict yet)."""

    prompt: str
    why: str
    heard_ms: int
    from_ms: int


@dataclass(frozen=True, slots=True)
class ActionAsked:
    """The backend is about to be asked to act; on record before it is. `key`: the idempotency key."""

    action: str
    key: str


@dataclass(frozen=True, slots=True)
class BriefReady:
    handoff: str
    version: int
    brief: Brief


@dataclass(frozen=True, slots=True)
class HandoffMoved:
    handoff: str
    state: str
    was: str
    why: str | None


@dataclass(frozen=True, slots=True)
class QueueJoined:
    """Where the caller stood when the search began, and what help was offered first."""

    handoff: str
    queue: str
    place: int  # from 1, among those who want the same agents
    staff: int  # agents at work who can take the call
    free: int  # of these
    wait_minutes: tuple[int, int] | None  # what may be said of the wait; null: nothing
    rung: str  # transfer | approval | callback


@dataclass(frozen=True, slots=True)
class AgentOffered:
    handoff: str
    agent: str
    brief_version: int
    ring_seconds: float


@dataclass(frozen=True, slots=True)
class BriefSeen:
    """The agent's desk has drawn this version of the brief."""

    handoff: str
    agent: str
    brief_version: int


@dataclass(frozen=True, slots=True)
class AgentRung:
    """Their telephone rings, and the carrier has given the leg a name: it is found by that after a crash."""

    handoff: str
    agent: str
    line: str
    carrier_id: str


@dataclass(frozen=True, slots=True)
class AgentAnswered:
    handoff: str
    agent: str


@dataclass(frozen=True, slots=True)
class AgentBriefed:
    """A version of the brief was spoken: the whole of it, or in one sentence what it says anew."""

    handoff: str
    agent: str
    brief_version: int
    text: str
    seconds: float  # that it took to say


@dataclass(frozen=True, slots=True)
class AgentAccepted:
    handoff: str
    agent: str
    by: str  # key | screen | voice


@dataclass(frozen=True, slots=True)
class AgentDeclined:
    handoff: str
    agent: str
    by: str  # key | voice | screen | no_answer | busy | machine | failed | hung_up
    reason: str | None


@dataclass(frozen=True, slots=True)
class Bridged:
    handoff: str
    agent: str


@dataclass(frozen=True, slots=True)
class Held:
    """`on`: the agent put the caller on hold; else they talk again."""

    handoff: str
    agent: str
    on: bool


@dataclass(frozen=True, slots=True)
class KeysAsked:
    """The agent asked the system to take a number by keypad; they do not hear the caller until `KeysTaken`."""

    handoff: str
    agent: str
    what: str  # its title


@dataclass(frozen=True, slots=True)
class KeysTaken:
    handoff: str
    agent: str
    what: str
    outcome: str  # taken | unfit | timed_out | cancelled
    shown: str  # the digits that may be seen, a dot for each of the others; "" unless taken


@dataclass(frozen=True, slots=True)
class HandedBack:
    """The agent gives the caller back to the system, which goes on with what the notes say."""

    handoff: str
    agent: str
    notes: str
    to: str = ""  # the queue in which it is to find another person; "": it goes on by itself
    person: str = ""  # the agent who is asked first; "": whoever is next


@dataclass(frozen=True, slots=True)
class CompanionAsked:
    """An agent asks a colleague to join them and the caller. On record before the colleague is rung."""

    handoff: str
    agent: str
    agent_name: str
    companion: str
    name: str  # the companion's, as people call them
    notes: str
    brief_version: int
    ring_seconds: float


@dataclass(frozen=True, slots=True)
class CompanionJoined:
    """On record before all three hear each other."""

    handoff: str
    agent: str
    companion: str
    name: str


HAD_JOINED = frozenset({"left", "let_go", "caller", "goes_on"})


@dataclass(frozen=True, slots=True)
class CompanionOver:
    """The companion does not come, is there no more, or goes on with the caller alone (then they are `Bridged`)."""

    handoff: str
    agent: str
    companion: str
    name: str
    why: str  # of `HAD_JOINED`; or declined | busy | no_answer | machine | failed | timed_out | withdrawn | abandoned
    reason: str  # the colleague's, of a no


@dataclass(frozen=True, slots=True)
class Unbridged:
    handoff: str
    agent: str
    by: str  # caller | agent | system; colleague: the agent left, and the one beside them goes on


@dataclass(frozen=True, slots=True)
class CallbackAgreed:
    handoff: str
    number: str
    queue: str
    brief_version: int
    due: str | None  # ISO 8601 with zone, when a time was agreed


@dataclass(frozen=True, slots=True)
class WrappedUp:
    agent: str
    disposition: str
    summary: str


@dataclass(frozen=True, slots=True)
class AttemptEnded:
    """Asking one agent is over. `clock`: stage → milliseconds of call time, null where it was not reached."""

    handoff: str
    attempt: str
    agent: str
    outcome: str  # bridged | declined | busy | no_answer | machine | failed | timed_out | abandoned | withdrawn
    accepted_by: str | None  # key | voice | screen
    brief_version: int | None  # the newest that was spoken to them
    clock: Mapping[str, int | None]  # trigger, told, ring, answer, briefed, accept, bridge, first_word, over


@dataclass(frozen=True, slots=True)
class Supervised:
    """A supervisor's place at this call is another."""

    supervisor: str
    mode: str  # listen | coach | barge | took_over | left
    was: str  # "" before they came


@dataclass(frozen=True, slots=True)
class WhisperSent:
    """A supervisor asked the system for something; what became of it says `WhisperHeeded`."""

    supervisor: str
    kind: str  # say | offer | person | slower
    what: str  # the words, redacted, or the intent


@dataclass(frozen=True, slots=True)
class ApprovalProposed:
    """An act waits for a person's yes. On record before anybody is shown it."""

    approval: str
    intent: str
    action: str
    key: str  # of the act
    shown: Mapping[str, str]  # the arguments that people may see, redacted
    turns: tuple[int, ...]  # in which the caller asked for it
    requesters: tuple[str, ...]  # supervisors who had it offered: they may not decide
    needed: int  # different people
    seconds: float  # until nobody's answer counts any more


@dataclass(frozen=True, slots=True)
class ApprovalMoved:
    """Somebody decided, or a clock did. The same `state` as before: the first yes of two, or a change of the terms."""

    approval: str
    state: str  # proposed | reminded | approved | edited | rejected | taken | timed_out | withdrawn
    was: str
    by: str | None  # who decided
    reason: str  # of a no; or why it was withdrawn: cancelled, person, left, changed, nobody
    changes: Mapping[str, str]  # of the arguments, redacted


@dataclass(frozen=True, slots=True)
class GrantUsed:
    """The act passed the gate to the backend with a yes for exactly it."""

    approval: str
    action: str
    key: str
    approvers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActStopped:
    """The gate let nothing through: the backend was never asked."""

    action: str
    key: str
    why: str


@dataclass(frozen=True, slots=True)
class ColleagueAsked:
    """A question nothing here answers, passed on to whoever is there."""

    question: str  # its id
    text: str  # redacted
    turn: int | None
    by: str | None  # who asked for the caller, from a desk


@dataclass(frozen=True, slots=True)
class ColleagueAnswered:
    question: str
    how: str  # answered | unanswered | nobody | withdrawn
    text: str
    by: str | None


@dataclass(frozen=True, slots=True)
class CopilotShown:
    """The co-pilot showed the agent something: unasked, or because they asked."""

    agent: str
    shown: str  # its id within the call
    kind: str  # prompt | answer | action
    article: str  # "": nothing in the knowledge answered
    section: str
    question: str  # redacted: what was asked, or the words it came after
    sure: float  # the chance that the article answers


@dataclass(frozen=True, slots=True)
class CopilotMarked:
    """What the agent made of it. What was never marked was passed over."""

    agent: str
    shown: str
    kind: str  # prompt | answer | action
    mark: str  # useful | not_useful | dismissed


@dataclass(frozen=True, slots=True)
class AgentMarked:
    """What the agent thought of what they were given; their last word on each counts."""

    agent: str
    about: str  # brief | trigger | suggestions
    mark: str  # good | poor; of the trigger earlier | right | not_at_all: when a person should have come


@dataclass(frozen=True, slots=True)
class PartyLost:
    """The network to one party of a bridge is lost; they may come back to the same leg."""

    speaker: str  # caller | agent | colleague: whom the agent brought in


@dataclass(frozen=True, slots=True)
class PartyBack:
    speaker: str  # caller | agent | colleague
    away_ms: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Something went wrong and was met; the call went on. `what` says what was expected and what came."""

    part: str
    what: str


@dataclass(frozen=True, slots=True)
class CallEnded:
    outcome: str  # solved | transferred | callback | abandoned | failed | ended
    by: str  # caller | system | line
    reason: str
    seconds: float


Entry = (
    CallOffered | CallingBack | CallAnswered | NoRoom | Said | Heard | KeyPressed | Silent | BargedIn | PromptWentOn
    | Understood | Judged | Escalated | ActionAsked | Acted | Verified | RecordingDeclined | Corrected | MusicChosen
    | WhisperHeeded | Surveyed | BriefReady | HandoffMoved | QueueJoined | AgentOffered | BriefSeen | AgentRung
    | AgentAnswered
    | AgentBriefed | AgentAccepted | AgentDeclined | Bridged | Held | KeysAsked | KeysTaken | HandedBack
    | CompanionAsked | CompanionJoined | CompanionOver | Unbridged
    | CallbackAgreed
    | WrappedUp | AttemptEnded | Supervised | WhisperSent | ApprovalProposed | ApprovalMoved | GrantUsed | ActStopped
    | ColleagueAsked | ColleagueAnswered | CopilotShown | CopilotMarked | AgentMarked | PartyLost | PartyBack | Problem
    | CallEnded
)  # fmt: skip
