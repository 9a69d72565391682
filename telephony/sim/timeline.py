"""What happens at the simulated carrier, told line by line as it happens: who, and in a few words what."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from telephony.sim.call import CarrierCall
from telephony.sim.conference import Room
from telephony.sim.rest import RestStandIn

WORDS: Mapping[str, str] = {
    "status": "is {}",
    "stream": "two-way stream to {}",
    "stream_ended": "two-way stream ended: {}",
    "listening_in": "one-way stream of {}",
    "key": "presses {}",
    "say": "hears the carrier say: {}",
    "play": "hears {}",
    "dial": "dials {}",
    "gathered": "gathered keys: {}",
    "conference": "joins conference {}",
    "redirected": "is given another document: {}",
    "fallback": "goes on with its fallback document, if it has one, instead of {}",
    "webhook_failed": "webhook failed: {}",
    "error": "error {}",
    "circle": "its documents go in a circle: {}",
    "unknown_verb": "unknown verb {}",
}


@dataclass(frozen=True, slots=True)
class Line:
    at_s: float
    who: str
    what: str

    def __str__(self) -> str:
        return f"{self.at_s:8.2f} s  {self.who:<22}  {self.what}"


class Timeline:
    """`names`: number → who that is; `now` in seconds."""

    def __init__(self, say: Callable[[Line], None], *, names: Mapping[str, str], now: Callable[[], float]) -> None:
        self.lines: list[Line] = []
        self._say = say
        self._names = names
        self._now = now
        self._began = now()

    def watch(self, rest: RestStandIn) -> None:
        rest.carrier.on_note = self._on_note
        rest.carrier.on_room = self._on_room
        rest.on_request = self._on_request

    def add(self, who: str, what: str) -> None:
        line = Line(self._now() - self._began, who, what)
        self.lines.append(line)
        self._say(line)

    def _on_note(self, call: CarrierCall, what: str, detail: str) -> None:
        self.add(self._who(call), WORDS.get(what, what + " {}").format(detail))

    def _on_room(self, room: Room, event: str, call_sid: str) -> None:
        participant = room.participants.get(call_sid)
        label = f" ({participant.label})" if participant is not None and participant.label else ""
        self.add(f"conference {room.name}"[:22], event + label)

    def _on_request(self, line: str, status: int) -> None:
        method, _, path = line.partition(" ")
        self.add("REST", f"{method} {path.partition('/Accounts/')[2].partition('/')[2] or path}: {status}")

    def _who(self, call: CarrierCall) -> str:
        number = call.from_ if call.direction == "inbound" else call.to
        return self._names.get(number, number)
