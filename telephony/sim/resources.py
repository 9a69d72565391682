"""Which REST resources the carrier has: method and path → who handles them."""

import re

from telephony.sim.call_resources import CallResources
from telephony.sim.carrier import Carrier
from telephony.sim.forms import Form, Handled, Handler, Refusal
from telephony.sim.room_resources import RoomResources
from telephony.sim.shapes import Shapes


class Resources:
    def __init__(self, carrier: Carrier) -> None:
        root = f"/2010-04-01/Accounts/{carrier.account_sid}"
        shapes = Shapes(carrier, root)
        self.calls = CallResources(carrier, shapes)
        self.rooms = RoomResources(carrier, shapes)
        call, room = r"/Calls/(?P<call>[^/]+)", r"/Conferences/(?P<room>[^/]+)"
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = [
            (method, re.compile(re.escape(root) + path + r"\.json"), handler)
            for method, path, handler in (
                ("POST", "/Calls", self.calls.create_call),
                ("GET", "/Calls", self.calls.list_calls),
                ("GET", call, self.calls.fetch_call),
                ("POST", call, self.calls.update_call),
                ("POST", call + "/Streams", self.calls.create_stream),
                ("POST", call + r"/Streams/(?P<stream>[^/]+)", self.calls.stop_stream),
                ("POST", call + "/Recordings", self.calls.create_recording),
                ("POST", call + r"/Recordings/(?P<recording>[^/]+)", self.calls.update_recording),
                ("GET", "/Conferences", self.rooms.list_rooms),
                ("GET", room, self.rooms.fetch_room),
                ("POST", room, self.rooms.update_room),
                ("GET", room + "/Participants", self.rooms.list_participants),
                ("POST", room + "/Participants", self.rooms.create_participant),
                ("GET", room + r"/Participants/(?P<who>[^/]+)", self.rooms.fetch_participant),
                ("POST", room + r"/Participants/(?P<who>[^/]+)", self.rooms.update_participant),
                ("DELETE", room + r"/Participants/(?P<who>[^/]+)", self.rooms.remove_participant),
            )
        ]

    async def handle(self, method: str, path: str, form: Form, query: Form) -> Handled:
        """Raises `Refusal`."""
        for known, pattern, handler in self._routes:
            if known == method and (match := pattern.fullmatch(path)):
                given = query if method == "GET" else form
                return await handler(given, **match.groupdict())
        raise Refusal(404, 20404, f"{method} {path}: no such resource")
