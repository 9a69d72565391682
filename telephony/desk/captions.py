"""Captions for a caller's page: what was said on the call, as messages for the leg's data channel."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from telephony.being_said import BeingSaid
from telephony.events import Bridged, CallEnded, Heard, Held, PartyBack, PartyLost, Said, Unbridged
from telephony.journal import Record


@runtime_checkable
class Page(Protocol):
    """A leg whose far end can read."""

    def tell(self, message: Mapping[str, object]) -> None: ...


class Captions:
    """Of all calls. What an agent says while the caller is on hold is not for the caller to read either."""

    def __init__(self) -> None:
        self._holds: dict[str, tuple[int, int | None]] = {}  # call → its last hold, in call time; None: it lasts

    def show(self, record: Record, leg: object) -> None:
        """Shows `record` on the caller's page; a leg that ends in a telephone has none."""
        self._hear(record)
        if isinstance(leg, Page) and not self._aside(record) and (message := caption(record)) is not None:
            leg.tell(message)

    def _hear(self, record: Record) -> None:
        match record.entry:
            case Held(on=True):
                self._holds[record.call] = record.at_ms, None
            case Held() | Unbridged() if record.call in self._holds:
                since, until = self._holds[record.call]
                self._holds[record.call] = since, record.at_ms if until is None else until
            case CallEnded():
                self._holds.pop(record.call, None)

    def _aside(self, record: Record) -> bool:
        """Whether any of it was said while the caller was held."""
        entry, hold = record.entry, self._holds.get(record.call)
        if hold is None or not (isinstance(entry, Heard) and entry.speaker == "agent"):
            return False
        since, until = hold
        return entry.end_ms > since and (until is None or entry.start_ms < until)


def show_begun(said: BeingSaid, leg: object) -> None:
    """Shows what we begin to say; the caption of its record takes its place when it was said."""
    if isinstance(leg, Page):
        leg.tell({"type": "saying", "speaker": said.speaker, "text": said.text})


def caption(record: Record) -> Mapping[str, object] | None:
    """`{"type": "caption", "speaker", "text", "at_ms"}` or `{"type": "state", "state"}`; None for what is not shown."""
    entry = record.entry
    match entry:
        case Said():
            return {"type": "caption", "speaker": "system", "text": entry.text, "at_ms": record.at_ms}
        case Heard() if entry.text and entry.turn:  # turn 0: an agent to us, before the caller was put through
            return {"type": "caption", "speaker": entry.speaker, "text": entry.text, "at_ms": record.at_ms}
        case Bridged():
            return {"type": "state", "state": "person"}
        case Unbridged(by="agent"):
            return {"type": "state", "state": "assistant"}
        case Held(on=on):
            return {"type": "state", "state": "held" if on else "person"}
        case PartyLost(speaker="agent"):
            return {"type": "state", "state": "person_lost"}
        case PartyBack(speaker="agent"):
            return {"type": "state", "state": "person"}
        case CallEnded():
            return {"type": "state", "state": "over"}
        case _:
            return None
