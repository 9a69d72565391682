"""Captions for a caller's page: what was said on the call, as messages for the leg's data channel."""

from collections.abc import Mapping

from telephony.events import Bridged, CallEnded, Heard, Said
from telephony.journal import Record


def caption(record: Record) -> Mapping[str, object] | None:
    """`{"type": "caption", "speaker", "text", "at_ms"}` or `{"type": "state", "state"}`; None for what is not shown."""
    entry = record.entry
    match entry:
        case Said():
            return {"type": "caption", "speaker": "system", "text": entry.text, "at_ms": record.at_ms}
        case Heard() if entry.text:
            return {"type": "caption", "speaker": entry.speaker, "text": entry.text, "at_ms": record.at_ms}
        case Bridged():
            return {"type": "state", "state": "person"}
        case CallEnded():
            return {"type": "state", "state": "over"}
        case _:
            return None
