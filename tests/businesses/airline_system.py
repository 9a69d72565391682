"""The airline's own system, in memory: what a `POST <url>/<action>` to it does and answers. No sockets, so that time
may be virtual; the backend that asks it is the real one."""

import json
from collections.abc import Mapping
from pathlib import Path

AIRLINE = Path(__file__).with_name("airline")
BOOKED = {"483452": "14 C", "832948": "21 B", "176756": "8 E"}  # confirmation number → seat
FLIGHT = "2 0 7"
OTHER_SEATS = {"window": "11 A", "aisle": "12 C"}  # no middle seat is free
Answer = Mapping[str, object]


class Airline:
    """Does a key once. `done`: each deed with what it was asked with, in order."""

    def __init__(self) -> None:
        self.done: list[tuple[str, dict[str, str]]] = []
        self._answered: dict[str, Answer] = {}

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], timeout_seconds: float
    ) -> tuple[int, Mapping[str, str], bytes]:
        key, action = headers["Idempotency-Key"], url.rsplit("/", 1)[-1]
        if key not in self._answered:
            params = json.loads(body)["params"]
            self.done.append((action, params))
            self._answered[key] = answer(action, params)
        return 200, {}, json.dumps(self._answered[key]).encode()


def answer(action: str, params: Mapping[str, str]) -> Answer:
    if action == "hold_flight":
        return {"ok": True, "receipt": "H771"}
    seat = BOOKED.get(params["confirmation"])
    if seat is None:
        return {"ok": False, "error": "no_booking"}
    match action:
        case "send_boarding_pass":
            return {"ok": True, "facts": {"flight": FLIGHT}, "receipt": "P204"}
        case "seat":
            return {"ok": True, "facts": {"flight": FLIGHT, "seat": seat}}
        case "change_seat" if params["seat"] in OTHER_SEATS:
            return {"ok": True, "facts": {"number": OTHER_SEATS[params["seat"]]}, "receipt": "S318"}
        case "change_seat":
            return {"ok": False, "error": "none_free"}
    return {"ok": False, "error": "unknown_action"}
