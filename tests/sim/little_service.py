"""A service of a few lines for stories about the carrier alone: it answers with set documents, echoes on its streams,
and remembers what it was told. Everything runs in memory, in virtual time.
"""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

import numpy as np
from fastapi import FastAPI, Request, Response, WebSocket
from starlette.websockets import WebSocketDisconnect

from telephony.sim.agent import SimAgent
from telephony.sim.caller import Caller
from telephony.sim.carrier import Carrier, CarrierCall
from telephony.sim.clock import run_virtual
from telephony.sim.rest import RestStandIn
from telephony.sim.script import Item
from telephony.sim.socket import Answer, InMemory
from voice.audio import RATE, Pcm

T = TypeVar("T")
ACCOUNT = "AC" + "1" * 32
TOKEN = "token"
URL = "https://service.example"
US, CALLER, ADA, BEN = "+12025550100", "+12025550143", "+12025550201", "+12025550202"


def tone(ms: int, hz: float, peak: int = 6000) -> Pcm:
    at = np.arange(RATE * ms // 1000) / RATE
    return np.asarray(peak * np.sin(2 * np.pi * hz * at), dtype=np.int16)


def share_of(hz: float, pcm: Pcm) -> float:
    """How much of a sound is this tone, 0 to 1."""
    power = np.abs(np.fft.rfft(pcm.astype(float))) ** 2
    at = round(hz * len(pcm) / RATE)
    return float(power[max(0, at - 3) : at + 4].sum() / max(power[1:].sum(), 1.0))


class Little:
    """`documents`: path → TwiML, or a status to fail with. `told`: (path, form) of every webhook."""

    def __init__(self, documents: Mapping[str, str | int], agents: Mapping[str, SimAgent], **options: Any) -> None:
        self.documents = dict(documents)
        self.told: list[tuple[str, dict[str, str]]] = []
        self.messages: list[list[dict[str, Any]]] = []  # of each media stream
        self.says: list[str] = []  # raw messages sent back on a stream once it has started
        self.closes_after: int | None = None  # media messages
        app = FastAPI()
        app.add_api_route("/{path:path}", self._webhook, methods=["GET", "POST"])
        app.add_api_websocket_route("/{path:path}", self._stream)
        fallback = options.pop("fallback", None)
        self.carrier = Carrier(
            InMemory(app), public_base_url=URL, account_sid=ACCOUNT, auth_token=TOKEN, voice_path="/voice",
            status_path="/status", fallback=fallback,
        )  # fmt: skip
        self.rest = RestStandIn(self.carrier, agents=agents, password=TOKEN, **options)
        self._door = InMemory(self.rest.app)

    def ring(self, *script: Item, number: str = CALLER, stays_ms: int = 20_000) -> "asyncio.Task[CarrierCall]":
        party = Caller(script, stays_ms=stays_ms)
        return asyncio.create_task(self.carrier.call(from_=number, to=US, party=party))

    async def request(self, method: str, path: str, form: Mapping[str, Any] | None = None) -> tuple[int, Any]:
        basic = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        url = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/{path}"
        answer: Answer = await self._door.request(
            method, url, urlencode(form or {}, doseq=True), {"Authorization": f"Basic {basic}"}
        )
        return answer.status, json.loads(answer.body) if answer.body else None

    def events(self, path: str, field: str) -> list[str]:
        return [form[field] for at, form in self.told if at == path and field in form]

    def call_of(self, number: str) -> CarrierCall:
        """The last one to this number, else the last one from it to us."""
        calls = list(reversed(self.carrier.calls.values()))
        to = [call for call in calls if call.to == number]
        return (to or [call for call in calls if call.from_ == number and call.direction == "inbound"])[0]

    async def _webhook(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        path = request.scope["path"]
        self.told.append((path, form))
        document = self.documents.get(path, "")
        if isinstance(document, int):
            return Response(status_code=document)
        return Response(document, media_type="text/xml")

    async def _stream(self, websocket: WebSocket) -> None:
        await websocket.accept()
        messages: list[dict[str, Any]] = []
        self.messages.append(messages)
        media = 0
        try:
            while True:
                message = json.loads(await websocket.receive_text())
                messages.append(message)
                if message["event"] == "start":
                    for text in self.says:
                        await websocket.send_text(text.replace("SID", message["streamSid"]))
                media += message["event"] == "media"
                if media == self.closes_after:
                    await websocket.close()
                    return
        except WebSocketDisconnect:
            return


@asynccontextmanager
async def little(
    documents: Mapping[str, str | int], agents: Mapping[str, SimAgent] | None = None, **options: Any
) -> AsyncIterator[Little]:
    it = Little(documents, agents or {}, **options)
    async with it.rest:
        yield it


def told(
    story: Callable[[Little], Awaitable[T]],
    documents: Mapping[str, str | int],
    agents: Mapping[str, SimAgent] | None = None,
    *,
    wrong: int = 0,
    **options: Any,
) -> T:
    """Plays `story` in virtual time. `wrong`: how many violations it is about; none, if not said."""

    async def run() -> T:
        async with little(documents, agents, **options) as it:
            async with asyncio.timeout(600):
                result = await story(it)
        found = [*it.rest.violations, *(v for call in it.carrier.calls.values() for v in call.violations)]
        assert len(found) == wrong, found
        return result

    return run_virtual(run())


def response(*verbs: str) -> str:
    return "<Response>" + "".join(verbs) + "</Response>"
