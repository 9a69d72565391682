"""What chan_websocket says beside the audio, read tolerantly, and what we tell it, as JSON text.

See https://docs.asterisk.org/Configuration/Channel-Drivers/WebSocket. Nothing here raises.
"""

import json
from dataclasses import dataclass
from enum import StrEnum

MESSAGE_LENGTH_MAX = 64 * 1024  # MEDIA_START carries the channel's variables
COMMAND_LENGTH_MAX = 128  # of chan_websocket.c: a longer one is ignored there


class Drop(StrEnum):
    """Why a message was ignored."""

    TOO_LARGE = "too_large"
    BAD_JSON = "bad_json"
    BAD_SHAPE = "bad_shape"
    SECOND_START = "second_start"
    UNKNOWN_KEY = "unknown_key"
    UNKNOWN_MARK = "unknown_mark"
    REFUSED_THERE = "refused_there"  # Asterisk could not do what we told it


@dataclass(frozen=True, slots=True)
class MediaStart:
    channel: str
    format: str
    frame_bytes: int


@dataclass(frozen=True, slots=True)
class Mark:
    """Everything we sent before the mark was played."""

    name: str


@dataclass(frozen=True, slots=True)
class Key:
    digit: str


@dataclass(frozen=True, slots=True)
class Flow:
    """`on`: more may be sent. Off, what is sent may be lost."""

    on: bool


Message = MediaStart | Mark | Key | Flow


def parse(text: str) -> Message | Drop | None:
    """None: a message that is well, and of no use to us."""
    if len(text) > MESSAGE_LENGTH_MAX:
        return Drop.TOO_LARGE
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return Drop.BAD_JSON
    if not isinstance(body, dict):
        return Drop.BAD_SHAPE
    match body:
        case {"event": "MEDIA_START", "channel_id": str(channel), "format": str(name), "optimal_frame_size": int(size)}:
            return MediaStart(channel, name, size)
        case {"event": "MEDIA_MARK_PROCESSED", "correlation_id": str(name)}:
            return Mark(name)
        case {"event": "DTMF_END", "digit": str(digit)}:
            return Key(digit)
        case {"event": "MEDIA_XOFF" | "MEDIA_XON" as flow}:
            return Flow(flow == "MEDIA_XON")
        case {"event": "ERROR"}:
            return Drop.REFUSED_THERE
        case {"event": "STATUS" | "QUEUE_DRAINED" | "MEDIA_BUFFERING_COMPLETED"}:
            return None
        case _:
            return Drop.BAD_SHAPE


FLUSH = json.dumps({"command": "FLUSH_MEDIA"})


def mark(name: str) -> str:
    return json.dumps({"command": "MARK_MEDIA", "correlation_id": name})
