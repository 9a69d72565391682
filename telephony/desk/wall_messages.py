"""What goes over the wall's websocket, version 1, and the bodies of its calls. These models are its documentation.

Times are seconds of the service's clock; `now` says what it showed as the message was made, so a page counts on.
"""

from typing import Annotated, Literal

from pydantic import Field

from telephony.desk.messages import FromServer, LineModel, Wire, Written
from telephony.supervision.rows import AgentRow, ApprovalRow, CallRow, QueueRow

# --- from the server -------------------------------------------------------------------------------------------------


class WallSnapshot(FromServer):
    """All there is; what follows are changes to it. `epoch` changes when the server started anew."""

    type: Literal["snapshot"] = "snapshot"
    epoch: str
    now: float
    calls: tuple[CallRow, ...]
    queues: tuple[QueueRow, ...]
    agents: tuple[AgentRow, ...]
    approvals: tuple[ApprovalRow, ...]
    notices: tuple[str, ...]


class WallChanges(FromServer):
    """At most four a second. Rows replace those of the same call; a part that is null is as it was."""

    type: Literal["changes"] = "changes"
    now: float
    calls: tuple[CallRow, ...] = ()
    gone: tuple[str, ...] = ()
    queues: tuple[QueueRow, ...] | None = None
    agents: tuple[AgentRow, ...] | None = None
    approvals: tuple[ApprovalRow, ...] | None = None
    notices: tuple[str, ...] | None = None


class WallTranscript(FromServer):
    """The followed call's newest lines, in place of any before. `earlier`: how many are not sent."""

    type: Literal["transcript"] = "transcript"
    call: str
    lines: tuple[LineModel, ...]
    earlier: int


class WallLines(FromServer):
    """What was said since on the followed call."""

    type: Literal["lines"] = "lines"
    call: str
    lines: tuple[LineModel, ...]


# --- from the page ---------------------------------------------------------------------------------------------------


class Follow(Wire):
    """Whose transcript is shown; "" none."""

    v: Literal[1]
    type: Literal["follow"]
    call: str = Field(max_length=64)


class Here(Wire):
    """Somebody is at the page: their session is not idle."""

    v: Literal[1]
    type: Literal["here"]


FromPage = Annotated[Follow | Here, Field(discriminator="type")]

# --- bodies of the HTTP calls ----------------------------------------------------------------------------------------


class Leave(Wire):
    notes: Written = Field(default="", max_length=1000)


class WhisperBody(Wire):
    kind: Literal["say", "offer", "person", "slower"]
    text: Written = Field(default="", max_length=1000)
    intent: str = Field(default="", max_length=64)
