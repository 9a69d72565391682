"""What a service may send over a media websocket, checked strictly.

Twilio warns once (31950, 31951) and then ignores bad messages silently, so the simulator has to be the strict one.
"""

import base64
import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Audio:
    mulaw: bytes


@dataclass(frozen=True, slots=True)
class MarkSent:
    name: str


@dataclass(frozen=True, slots=True)
class ClearSent:
    pass


@dataclass(frozen=True, slots=True)
class Violation:
    code: int  # Twilio's warning
    what: str


FIELDS = {
    "media": {"event", "streamSid", "media"},
    "mark": {"event", "streamSid", "mark"},
    "clear": {"event", "streamSid"},
}


def read(message: str | bytes, *, stream_sid: str) -> Audio | MarkSent | ClearSent | Violation:
    if not isinstance(message, str):
        return Violation(31950, "expected a text message, got a binary one")
    try:
        fields = json.loads(message)
    except ValueError:
        return Violation(31950, f"expected JSON, got {message[:60]!r}")
    if not isinstance(fields, dict):
        return Violation(31951, f"expected an object, got {type(fields).__name__}")
    event = fields.get("event")
    if event not in FIELDS:
        return Violation(31951, f"expected media, mark or clear, got {event!r}")
    if set(fields) != FIELDS[event]:
        return Violation(31951, f"{event}: expected {sorted(FIELDS[event])}, got {sorted(fields)}")
    if fields["streamSid"] != stream_sid:
        return Violation(31951, f"{event}: expected streamSid {stream_sid}, got {fields['streamSid']}")
    return ClearSent() if event == "clear" else _body(event, fields[event])


def _body(event: str, body: object) -> Audio | MarkSent | Violation:
    wanted = "payload" if event == "media" else "name"
    if not isinstance(body, dict) or set(body) != {wanted} or not isinstance(body[wanted], str):
        return Violation(31951, f"{event}: expected one text field {wanted}, got {str(body)[:60]}")
    if event == "mark":
        return MarkSent(body["name"])
    try:
        return Audio(base64.b64decode(body["payload"], validate=True))
    except ValueError:
        return Violation(31951, "media: expected base64")
