"""What goes over the desk's websocket, version 1. These models are its documentation.

Every message from the server carries `v`, `seq` and `type`. State messages (all but `line`, `judged`, `skipped`)
replace what was said before of the same type; a desk that reads slowly may miss middle ones but never the newest.
"""

import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from telephony.desk.copilot_models import CopilotModel


class Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


# --- values ----------------------------------------------------------------------------------------------------------


class BriefLineModel(Wire):
    text: str
    turns: tuple[int, ...] = ()
    clip: str = ""  # where the caller's own words can be played; "" when they cannot


class BriefPartModel(Wire):
    part: str  # who | issue | why | tried | next | entities, in this order
    lines: tuple[BriefLineModel, ...]  # empty: nobody knows, and the page says so


class BriefModel(Wire):
    version: int
    headline: str
    spoken: str
    parts: tuple[BriefPartModel, ...]


class OfferModel(Wire):
    offer: str
    call: str
    caller: str
    tier: str
    queue: str
    waited_seconds: float  # when this message was made
    ring_seconds: float  # left, when this message was made
    on_desk: bool
    asked_by: str = ""  # the colleague on the line who asks them to join, and their note
    notes: str = ""
    brief: BriefModel


class LineModel(Wire):
    call: str
    record: int  # the journal's sequence number: the line's identity
    at_ms: int
    speaker: Literal["caller", "system", "agent", "note"]
    text: str
    turn: int | None = None
    unclear: bool = False
    name: str = ""  # of the agent who spoke, where it is not who reads


class JudgedModel(Wire):
    call: str
    record: int
    at_ms: int
    level: float
    reasons: tuple[str, ...]
    turn: int = 0


class CallModel(Wire):
    call: str
    caller: str
    tier: str
    stage: Literal["offered", "talking", "over"]
    over_by: str = ""
    talking_seconds: float = 0.0  # when this message was made
    brief: BriefModel | None = None
    held: bool = False
    held_seconds: float = 0.0  # when this message was made
    keying: str = ""  # what the caller keys now, unheard by the agent
    keyed: int = 0  # keys of it so far
    lost: Literal["", "caller", "agent", "colleague"] = ""  # whose network is lost; they may come back
    asking: str = ""  # the colleague who is asked to join
    beside: str = ""  # the colleague who has joined
    host: str = ""  # who brought this desk's agent in, and leads the call
    colleague: str = ""  # what became of them last


class HintModel(Wire):
    kind: Literal["do", "dont"]
    text: str


class WaitingModel(Wire):
    call: str
    who: str
    why: str
    queue: str
    waited_seconds: float  # when this message was made


class AttemptModel(Wire):
    agent: str
    mine: bool  # this desk's agent
    outcome: str  # "": still being asked, or talking
    at_ms: dict[str, int]  # stage → call time, of the stages reached; see `telephony.stages.STAGES`


class ClockModel(Wire):
    """How far the search for a person is. The page counts on from `call_ms`."""

    call: str
    call_ms: int  # call time when this message was made
    searching: dict[str, int]  # stages before the first agent is asked
    attempts: tuple[AttemptModel, ...]


class DispositionModel(Wire):
    code: str
    label: str


class WrapUpModel(Wire):
    call: str
    caller: str
    summary: str
    disposition: str | None
    choices: tuple[DispositionModel, ...]
    seconds: float | None  # left, when this message was made
    marks: dict[str, str] = Field(default_factory=dict)  # about → the agent's mark


class PresenceModel(Wire):
    presence: str
    why: str


class RingModel(Wire):
    leg: str
    call: str


# --- from the server -------------------------------------------------------------------------------------------------


class FromServer(Wire):
    v: Literal[1] = 1
    seq: int = 0  # given by the feed


class Snapshot(FromServer):
    """All there is to show; what follows are changes to it. `epoch` changes when the server started anew."""

    type: Literal["snapshot"] = "snapshot"
    epoch: str
    agent: str
    name: str
    presence: PresenceModel
    offer: OfferModel | None
    ring: RingModel | None
    phone: RingModel | None
    call: CallModel | None
    clock: ClockModel | None
    wrapup: WrapUpModel | None
    lines: tuple[LineModel, ...]
    judged: tuple[JudgedModel, ...]
    earlier_lines: int  # not sent: older than the newest `view.LINES_KEPT`
    notices: tuple[str, ...] = ()  # what is not as it should be with the whole service
    hints: tuple[HintModel, ...] = ()


class PresenceMessage(FromServer):
    type: Literal["presence"] = "presence"
    presence: PresenceModel


class OfferMessage(FromServer):
    type: Literal["offer"] = "offer"
    offer: OfferModel | None
    closed: str = ""  # why there is no offer any more


class RingMessage(FromServer):
    type: Literal["ring"] = "ring"
    ring: RingModel | None
    ended: str = ""


class PhoneMessage(FromServer):
    """The leg this desk's softphone is on. A page that is not on it (reloaded, or of a newer sign-in) takes it over."""

    type: Literal["phone"] = "phone"
    phone: RingModel | None


class ClockMessage(FromServer):
    type: Literal["clock"] = "clock"
    clock: ClockModel | None


class CallMessage(FromServer):
    """Another `call.call` than before: what was said in the last one goes, and lines follow from the first."""

    type: Literal["call"] = "call"
    call: CallModel | None


class WrapUpMessage(FromServer):
    type: Literal["wrapup"] = "wrapup"
    wrapup: WrapUpModel | None


class LineMessage(FromServer):
    type: Literal["line"] = "line"
    line: LineModel


class JudgedMessage(FromServer):
    type: Literal["judged"] = "judged"
    judged: JudgedModel


class HintsMessage(FromServer):
    """What the agent had better do or not do with this caller."""

    type: Literal["hints"] = "hints"
    hints: tuple[HintModel, ...]


class NoticesMessage(FromServer):
    type: Literal["notices"] = "notices"
    notices: tuple[str, ...]


class SayingModel(Wire):
    call: str
    speaker: Literal["caller", "agent"]
    text: str
    name: str = ""  # of the agent, where it is not who reads


class SayingMessage(FromServer):
    """Words so far of an utterance that goes on, until the line that holds all of it. Never kept nor sent again."""

    type: Literal["saying"] = "saying"
    saying: SayingModel


class WaitingMessage(FromServer):
    """Who waits for a person, the longest first, in place of all before. Told anew to each page that comes."""

    type: Literal["waiting"] = "waiting"
    waiting: tuple[WaitingModel, ...]
    more: int = 0  # not listed


class CopilotMessage(FromServer):
    type: Literal["copilot"] = "copilot"
    copilot: CopilotModel


class Skipped(FromServer):
    """This desk read too slowly: `count` lines were dropped. Ask for a snapshot to have them."""

    type: Literal["skipped"] = "skipped"
    count: int


class Closed(FromServer):
    """The last message of a connection. `why`: taken_over | other_tab | signed_out | expired | disabled."""

    type: Literal["closed"] = "closed"
    why: str


Message = (
    Snapshot | PresenceMessage | OfferMessage | RingMessage | PhoneMessage | CallMessage | ClockMessage | WrapUpMessage
    | LineMessage | JudgedMessage | HintsMessage | NoticesMessage | SayingMessage | WaitingMessage
    | CopilotMessage | Skipped | Closed
)  # fmt: skip

# --- from the page ---------------------------------------------------------------------------------------------------


class Hello(Wire):
    """The first message, within 5 s: the one-time ticket and, after a lost connection, where the page stopped."""

    v: Literal[1]
    type: Literal["hello"]
    ticket: str = Field(max_length=128)
    epoch: str = Field(default="", max_length=64)
    since: int = Field(default=0, ge=0)


class Resync(Wire):
    v: Literal[1]
    type: Literal["resync"]


# --- bodies of the HTTP calls ----------------------------------------------------------------------------------------


_TURNS = frozenset("\N{LEFT-TO-RIGHT EMBEDDING}\N{RIGHT-TO-LEFT EMBEDDING}\N{POP DIRECTIONAL FORMATTING}"
                   "\N{LEFT-TO-RIGHT OVERRIDE}\N{RIGHT-TO-LEFT OVERRIDE}")  # fmt: skip


def _plain(text: str) -> str:
    """Without what would steer a terminal, end a database's text or turn a line round; lines stay."""
    return "".join(
        " " if char in _TURNS or (unicodedata.category(char) == "Cc" and char != "\n") else char for char in text
    )


Written = Annotated[str, AfterValidator(_plain)]
"""What an agent writes, and others read."""


class SignIn(Wire):
    agent: str = Field(max_length=64)
    pin: str = Field(default="", max_length=128)


class SetPresence(Wire):
    presence: Literal["available", "away"]


class DeclineOffer(Wire):
    reason: Written = Field(max_length=200)


class Sdp(Wire):
    sdp: str = Field(max_length=32_768)


class BackIn(Wire):
    """A caller's page is back: the leg and the token it was given."""

    leg: str = Field(max_length=64)
    token: str = Field(max_length=128)
    sdp: str = Field(max_length=32_768)


class Hold(Wire):
    on: bool


class AskKeys(Wire):
    what: str = Field(max_length=64)


class BringIn(Wire):
    person: str = Field(max_length=64)
    notes: Written = Field(default="", max_length=1000)


class HandBack(Wire):
    notes: Written = Field(max_length=1000)
    to: str = Field(default="", max_length=64)  # a queue; without it and without a person the assistant goes on
    person: str = Field(default="", max_length=64)  # a colleague, asked first


class FinishWrapUp(Wire):
    disposition: str = Field(max_length=64)
    summary: Written = Field(max_length=4000)
