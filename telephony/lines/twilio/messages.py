"""What Twilio says over the media websocket, read tolerantly: anything malformed is a `Drop` with its reason.

Field by field after https://www.twilio.com/docs/voice/media-streams/websocket-messages. Nothing here raises.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeGuard

INBOUND, OUTBOUND = "inbound", "outbound"
TRACKS = frozenset({INBOUND, OUTBOUND})
MESSAGE_LENGTH_MAX = 64 * 1024  # 20 ms of audio is about 350 characters; the rest of a second's worth is generous


class Drop(StrEnum):
    """Why a message was ignored."""

    NOT_TEXT = "not_text"
    TOO_LARGE = "too_large"
    BAD_JSON = "bad_json"
    BAD_SHAPE = "bad_shape"  # a field is missing or of another kind
    UNKNOWN_EVENT = "unknown_event"
    BAD_BASE64 = "bad_base64"
    WRONG_FORMAT = "wrong_format"  # start: not mu-law, 8 kHz, one channel
    WRONG_TRACK = "wrong_track"  # the far end's audio on a stream that carries our own party alone
    WRONG_STREAM = "wrong_stream"
    SECOND_START = "second_start"
    AFTER_STOP = "after_stop"
    UNKNOWN_KEY = "unknown_key"
    UNKNOWN_MARK = "unknown_mark"


@dataclass(frozen=True, slots=True)
class Connected:
    pass


@dataclass(frozen=True, slots=True)
class Start:
    stream_sid: str
    call_sid: str
    account_sid: str
    parameters: Mapping[str, str]
    tracks: frozenset[str] = frozenset({INBOUND})

    @property
    def overhears(self) -> bool:
        """The stream of a conference: it also carries what the party hears, and takes nothing from us."""
        return OUTBOUND in self.tracks


@dataclass(frozen=True, slots=True)
class Media:
    """`track`: what the party says (inbound), or what they hear (outbound)."""

    stream_sid: str
    mulaw: bytes
    track: str = INBOUND


@dataclass(frozen=True, slots=True)
class Dtmf:
    stream_sid: str
    digit: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Everything we sent before the mark of this name was played, or cleared."""

    stream_sid: str
    name: str


@dataclass(frozen=True, slots=True)
class Stop:
    stream_sid: str


Message = Connected | Start | Media | Dtmf | Mark | Stop
_Json = Mapping[str, object]


def parse(data: str | bytes) -> Message | Drop:
    if not isinstance(data, str):
        return Drop.NOT_TEXT
    if len(data) > MESSAGE_LENGTH_MAX:
        return Drop.TOO_LARGE
    try:
        message = json.loads(data)
    except (ValueError, RecursionError):  # RecursionError: brackets nested thousands deep
        return Drop.BAD_JSON
    if not isinstance(message, dict):
        return Drop.BAD_SHAPE
    return _read(message)


def _read(message: _Json) -> Message | Drop:
    event, stream_sid = message.get("event"), message.get("streamSid")
    if event == "connected":
        return Connected()
    if event not in ("start", "media", "dtmf", "mark", "stop"):
        return Drop.UNKNOWN_EVENT
    body = message.get(event)
    if not isinstance(stream_sid, str) or not isinstance(body, dict):
        return Drop.BAD_SHAPE
    match event:
        case "media":
            return _media(stream_sid, body)
        case "start":
            return _start(stream_sid, body)
        case "dtmf":
            digit = body.get("digit")
            return Dtmf(stream_sid, digit) if isinstance(digit, str) else Drop.BAD_SHAPE
        case "mark":
            name = body.get("name")
            return Mark(stream_sid, name) if isinstance(name, str) else Drop.BAD_SHAPE
        case _:
            return Stop(stream_sid)


def _media(stream_sid: str, body: _Json) -> Message | Drop:
    payload = body.get("payload")
    if not isinstance(payload, str):
        return Drop.BAD_SHAPE
    track = body.get("track", INBOUND)
    if track not in (INBOUND, OUTBOUND):
        return Drop.WRONG_TRACK
    try:
        return Media(stream_sid, base64.b64decode(payload, validate=True), str(track))
    except ValueError:
        return Drop.BAD_BASE64


def _start(stream_sid: str, body: _Json) -> Message | Drop:
    audio, parameters = body.get("mediaFormat"), body.get("customParameters", {})
    call_sid, account_sid = body.get("callSid"), body.get("accountSid")
    if not (isinstance(audio, dict) and isinstance(parameters, dict)):
        return Drop.BAD_SHAPE
    if not (isinstance(call_sid, str) and isinstance(account_sid, str)):
        return Drop.BAD_SHAPE
    if (audio.get("encoding"), audio.get("sampleRate"), audio.get("channels")) != ("audio/x-mulaw", 8000, 1):
        return Drop.WRONG_FORMAT
    texts = {str(name): value for name, value in parameters.items() if isinstance(value, str)}
    tracks = body.get("tracks")
    known = frozenset(track for track in tracks if track in TRACKS) if _texts(tracks) else frozenset[str]()
    return Start(stream_sid, call_sid, account_sid, texts, known or frozenset({INBOUND}))


def _texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)
