"""One call as the carrier knows it: who, which state, what it saw, and the orders that change what it is doing."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from telephony.sim.contract import Violation
from telephony.sim.phone import CallEnd, Phone
from telephony.sim.stream import Capture, Moment
from telephony.sim.tap import TapCapture

FINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
EVENT_OF = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}  # any final one: completed

Act = Callable[[Any], Awaitable[Any]]
"""What a call does next: given its executor, it returns the act after it, or None when the call is over."""


@dataclass(slots=True, eq=False)
class CarrierCall:
    """`streams` are its two-way media streams, in order; usually one. `taps` its one-way ones."""

    sid: str
    from_: str
    to: str
    direction: str  # inbound | outbound-api | outbound-dial
    status: str = "queued"
    status_callback: str | None = None
    parent_sid: str | None = None
    events: frozenset[str] = frozenset({"completed"})  # of progress, that its callback is told
    fallback_url: str | None = None
    streams: list[Capture] = field(default_factory=list)
    taps: list[TapCapture] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    documents: list[Violation] = field(default_factory=list)  # what was wrong with its TwiML
    completed: asyncio.Event = field(default_factory=asyncio.Event)  # ended over REST
    changed: asyncio.Event = field(default_factory=asyncio.Event)  # it is to do something else, or is over
    phone: Phone | None = None
    over: CallEnd | None = None
    created_at: float = 0.0  # loop time
    answered_at: float | None = None
    ended_at: float | None = None
    on_note: Callable[["CarrierCall", str, str], None] | None = None  # whoever watches the carrier
    _following: Act | None = None

    @property
    def media(self) -> Capture:
        """What its last two-way stream saw."""
        return self.streams[-1]

    @property
    def violations(self) -> list[Violation]:
        of_streams = [violation for stream in self.streams for violation in stream.violations]
        return [*of_streams, *(violation for tap in self.taps for violation in tap.violations), *self.documents]

    def end(self, why: CallEnd) -> None:
        """The first reason counts."""
        if self.over is None:
            self.over = why
            self.changed.set()

    def complete(self) -> None:
        """Over REST: a call that rings is cancelled, one in progress ends."""
        self.completed.set()
        self.end(CallEnd.COMPLETED)

    def redirect(self, act: Act) -> None:
        """Replaces whatever it does now."""
        self._following = act
        self.changed.set()

    def following(self) -> Act | None:
        """The act it was redirected to; asked for once `changed`."""
        self.changed.clear()
        act, self._following = self._following, None
        return act if self.over is None else None

    def note(self, what: str, detail: str = "") -> None:
        self.moments.append(Moment(self.phone.at_ms if self.phone else 0, what, detail))
        if self.on_note is not None:
            self.on_note(self, what, detail)

    def happened(self, what: str) -> list[str]:
        return [moment.detail for moment in self.moments if moment.what == what]

    @property
    def whole(self) -> Capture:
        """Both sides of its telephone, from answer to end."""
        return Capture(self.phone.spoken, self.phone.heard) if self.phone is not None else Capture()
