"""What Asterisk says over ARI's websocket, read tolerantly: what makes no sense is a `Drop` with its reason.

Field by field after https://docs.asterisk.org, "Asterisk REST Data Models". Nothing here raises.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

ABOUT_CHANNELS = (
    "StasisStart",
    "StasisEnd",
    "ChannelDestroyed",
    "ChannelDtmfReceived",
    "ChannelHold",
    "ChannelUnhold",
)
KINDS = (*ABOUT_CHANNELS, "ApplicationReplaced")
"""What is read; the rest Asterisk is asked not to send."""

NAME_LENGTH_MAX = 80  # of a caller or an extension; AST_MAX_EXTENSION of Asterisk's channel.h
EVENT_LENGTH_MAX = 64 * 1024  # the longest, a StasisStart with its variables, has about 2 kB


class Drop(StrEnum):
    """Why an event was ignored."""

    NOT_TEXT = "not_text"
    TOO_LARGE = "too_large"
    BAD_JSON = "bad_json"
    BAD_SHAPE = "bad_shape"  # a field is missing or of another kind
    WRONG_APP = "wrong_app"
    REPEATED = "repeated"
    UNKNOWN_CHANNEL = "unknown_channel"
    NOT_TRANSFERABLE = "not_transferable"  # a channel that wants the place of one which may not give it away


@dataclass(frozen=True, slots=True)
class Channel:
    id: str
    state: str  # Up, Ring, Ringing, ...
    number: str | None  # the far end's, as the PBX believes it
    exten: str | None  # what was dialled


@dataclass(frozen=True, slots=True)
class Entered:
    """StasisStart: the channel is ours to command. `replaces`: whose place it took, by a transfer."""

    channel: Channel
    args: tuple[str, ...]
    replaces: str | None


@dataclass(frozen=True, slots=True)
class Left:
    """StasisEnd: the channel has hung up, or went on elsewhere in the PBX."""

    channel: str


@dataclass(frozen=True, slots=True)
class Destroyed:
    channel: str
    cause: int  # Q.850
    sip: int | None  # the SIP answer, where there was one


@dataclass(frozen=True, slots=True)
class Key:
    channel: str
    digit: str


@dataclass(frozen=True, slots=True)
class Held:
    """The far end put us on hold, or took us off it."""

    channel: str
    on: bool


@dataclass(frozen=True, slots=True)
class Replaced:
    """ApplicationReplaced: somebody else listens to our app's events from now on; we no longer do."""


Event = Entered | Left | Destroyed | Key | Held | Replaced
_Json = Mapping[str, object]


def parse(data: object, *, app: str) -> Event | Drop | None:
    """None: an event that is well, and of no use to us."""
    if not isinstance(data, str):
        return Drop.NOT_TEXT
    if len(data) > EVENT_LENGTH_MAX:
        return Drop.TOO_LARGE
    try:
        event = json.loads(data)
    except (ValueError, RecursionError):  # RecursionError: brackets nested thousands deep
        return Drop.BAD_JSON
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        return Drop.BAD_SHAPE
    if event.get("application", app) != app:
        return Drop.WRONG_APP
    return _read(event["type"], event)


def _read(kind: str, event: _Json) -> Event | Drop | None:
    if kind == "ApplicationReplaced":
        return Replaced()
    if kind not in ABOUT_CHANNELS:
        return None
    channel = channel_of(event.get("channel"))
    if channel is None:
        return Drop.BAD_SHAPE
    match kind:
        case "StasisStart":
            return _entered(channel, event)
        case "StasisEnd":
            return Left(channel.id)
        case "ChannelDestroyed":
            cause, sip = event.get("cause"), event.get("tech_cause")
            return Destroyed(channel.id, cause if isinstance(cause, int) else 0, sip if isinstance(sip, int) else None)
        case "ChannelDtmfReceived":
            digit = event.get("digit")
            return Key(channel.id, digit) if isinstance(digit, str) else Drop.BAD_SHAPE
        case _:
            return Held(channel.id, kind == "ChannelHold")


def _entered(channel: Channel, event: _Json) -> Event | Drop:
    args, replaced = event.get("args", []), event.get("replace_channel")
    if not isinstance(args, list) or not all(isinstance(arg, str) for arg in args):
        return Drop.BAD_SHAPE
    before = channel_of(replaced)
    if replaced is not None and before is None:
        return Drop.BAD_SHAPE
    return Entered(channel, tuple(args), before.id if before else None)


def channel_of(body: object) -> Channel | None:
    """A channel as ARI describes it; None when it is no such thing."""
    if not isinstance(body, dict) or not isinstance(body.get("id"), str):
        return None
    caller, dialplan = body.get("caller"), body.get("dialplan")
    return Channel(body["id"], str(body.get("state", "")), _text(caller, "number"), _text(dialplan, "exten"))


def _text(body: object, key: str) -> str | None:
    """What the far end says of itself, where it can be read: it goes on desks and into the record."""
    value = body.get(key) if isinstance(body, dict) else None
    return value if isinstance(value, str) and 0 < len(value) <= NAME_LENGTH_MAX and value.isprintable() else None
