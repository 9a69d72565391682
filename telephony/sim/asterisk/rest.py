"""ARI's commands, as far as we use them, carried out on a simulated PBX; refused where the documents say so.

Implements `telephony.lines.asterisk.ari.Connection` without a socket.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from telephony.errors import LineError
from telephony.lines.asterisk.ari import Answer
from telephony.sim.asterisk.channels import SimChannel
from telephony.sim.asterisk.pbx import SimAsterisk

TOKEN = re.compile(r"v\(t=([^),]+)\)")
Query = Mapping[str, str]


class AriConnection:
    """`requests`: "METHOD path" of everything asked. `fail`: what is asked so is answered with this status instead;
    `slow`: it is done so many seconds later. `cut`: nothing comes through any more, though the PBX is there."""

    def __init__(self, pbx: SimAsterisk) -> None:
        self.requests: list[str] = []
        self.fail: dict[str, int] = {}
        self.slow: dict[str, float] = {}
        self.cut = False
        self._pbx = pbx

    async def request(self, method: str, path: str, query: Query, body: object = None) -> Answer:
        self.requests.append(f"{method} {path}")
        for pattern, seconds in self.slow.items():
            if re.fullmatch(pattern, f"{method} {path}"):
                await asyncio.sleep(seconds)
        if self._pbx.down or self.cut:
            raise LineError(f"{method} {path}: connection refused")
        for pattern, status in self.fail.items():
            if re.fullmatch(pattern, f"{method} {path}"):
                return _no(status, "as the test wants it")
        return self._answer(method, path.strip("/").split("/"), query)

    @asynccontextmanager
    async def events(self, app: str) -> AsyncIterator[AsyncIterator[object]]:
        if self._pbx.down or self.cut or app != self._pbx.name:
            raise LineError("ARI events: connection refused")
        waiting = self._pbx.listen()

        async def texts() -> AsyncIterator[object]:
            while (text := await waiting.get()) is not None:
                yield text

        yield texts()

    async def close(self) -> None:
        self._pbx.hang_up_events()

    def _answer(self, method: str, path: list[str], query: Query) -> Answer:
        pbx = self._pbx
        match method, path:
            case "GET", ["asterisk", "info"]:
                return Answer(200, {"system": {"version": pbx.version, "entity_id": "00:00:00:00:00:00"}})
            case "GET", ["applications", name]:
                ours = [channel.id for channel in pbx.channels.values() if channel.in_app]
                known = name == pbx.name and pbx.known
                return Answer(200, {"name": name, "channel_ids": ours}) if known else _no(404, "Application not found")
            case "PUT", ["applications", name, "eventFilter"]:
                return Answer(200, {"name": name}) if pbx.known else _no(404, "Application not found")
            case "GET", ["channels"]:
                return Answer(200, [channel.described() for channel in pbx.channels.values()])
            case "GET", ["bridges"]:
                inside = {bridge: [channel.id for channel in there] for bridge, there in pbx.bridges.items()}
                return Answer(200, [{"id": bridge, "channels": ids} for bridge, ids in inside.items()])
            case "POST", ["channels", "externalMedia"]:
                token = TOKEN.search(query["transport_data"])
                pbx.open_media(query["channelId"], token.group(1) if token else "")
                return Answer(200, pbx.channels[query["channelId"]].described())
            case _, ["channels", *_]:
                return self._channel(method, path[1:], query)
            case _, ["bridges", *_]:
                return self._bridge(method, path[1:], query)
            case _:
                return _no(404, "Invalid URI")

    def _channel(self, method: str, path: list[str], query: Query) -> Answer:
        pbx = self._pbx
        if method == "POST" and len(path) == 1:
            if query["endpoint"] not in pbx.phones:
                return _no(500, "Allocation failed")
            pbx.ring(path[0], query["endpoint"], seconds=float(query["timeout"]))
            return Answer(200, pbx.channels[path[0]].described())
        channel = pbx.channels.get(path[0])
        if channel is None:
            return _no(404, "Channel not found")
        match method, path[1:]:
            case "GET", []:
                return Answer(200, channel.described())
            case "DELETE", []:
                return _done(lambda: pbx.end(channel))
            case "POST", ["answer"]:
                return _done(lambda: None)
            case "POST", ["continue"]:
                return _done(lambda: pbx.send_on(channel))
            case "POST", ["snoop", spy]:
                pbx.spy_on(channel, spy)
                return Answer(200, pbx.channels[spy].described())
            case _:
                return _no(404, "Invalid URI")

    def _bridge(self, method: str, path: list[str], query: Query) -> Answer:
        pbx = self._pbx
        if method == "POST" and len(path) == 1:
            pbx.bridges.setdefault(path[0], [])
            return Answer(200, {"id": path[0], "bridge_type": query["type"]})
        if path[0] not in pbx.bridges:
            return _no(404, "Bridge not found")
        match method, path[1:]:
            case "DELETE", []:
                for channel in [*pbx.bridges[path[0]]]:
                    channel.bridge = None
                del pbx.bridges[path[0]]
                return Answer(204, None)
            case "POST", ["addChannel"]:
                return self._add(path[0], query["channel"].split(","))
            case _:
                return _no(404, "Invalid URI")

    def _add(self, bridge: str, names: list[str]) -> Answer:
        found: list[SimChannel] = []
        for name in names:
            channel = self._pbx.channels.get(name)
            if channel is None:
                return _no(400, "Channel not found")
            if not channel.in_app:
                return _no(422, "Channel not in Stasis application")
            found.append(channel)
        for channel in found:
            self._pbx.put(bridge, channel)
        return Answer(204, None)


def _done(act: Callable[[], None]) -> Answer:
    act()
    return Answer(204, None)


def _no(status: int, message: str) -> Answer:
    return Answer(status, {"message": message})
