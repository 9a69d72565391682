"""The carrier's REST door: who may enter, which fault strikes, and the contract, around what the resources do.

Run it over a socket (`app`) or in memory (`http`). Callbacks may beat the reply to a new call by `reply_seconds`.
"""

import asyncio
import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlencode

from fastapi import FastAPI, Request, Response

from telephony.sim.agent import SimAgent
from telephony.sim.carrier import Carrier
from telephony.sim.faults import Delivery, Drop, Fault, take
from telephony.sim.forms import Form, Refusal
from telephony.sim.openapi import check as contract
from telephony.sim.resources import Resources
from telephony.sim.socket import InMemory

__all__ = ["Delivery", "Drop", "Fault", "InMemoryHttp", "RestStandIn"]


class RestStandIn:
    """An async context: leaving it ends the calls that still ring. `agents`: destination → who is there."""

    def __init__(
        self,
        carrier: Carrier,
        *,
        agents: Mapping[str, SimAgent],
        password: str,
        faults: Sequence[Fault] = (),
        reply_seconds: float = 0.0,
    ) -> None:
        self.carrier = carrier
        self.faults = list(faults)
        self.violations: list[str] = []
        self.requests: list[str] = []
        self.on_request: Callable[[str, int], None] | None = None  # line and status, as it is answered
        self.app = FastAPI(openapi_url=None)
        self.resources = Resources(carrier)
        carrier.far_ends.update(agents)
        self._authorization = "Basic " + base64.b64encode(f"{carrier.account_sid}:{password}".encode()).decode()
        self._reply_seconds = reply_seconds
        self.app.add_api_route("/{path:path}", self._answer, methods=["GET", "POST", "DELETE"])

    @property
    def agents(self) -> dict[str, SimAgent]:
        return self.carrier.far_ends

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.carrier.close()

    def http(self) -> "InMemoryHttp":
        """What `CallControl(open_http=...)` takes to reach this without a socket."""
        return InMemoryHttp(self.app)

    async def _answer(self, request: Request) -> Response:
        asked = contract.Request(
            request.method, request.scope["path"], request.scope["query_string"].decode(), await request.body() or None,
            request.headers.get("Authorization", ""),
        )  # fmt: skip
        wrong = contract.wrong_with_request(asked)
        self.violations += wrong
        answer = await self._answered(asked, wrong)
        said = contract.Response(answer.status_code, bytes(answer.body) or None)
        self.violations += contract.wrong_with_response(asked, said)
        if self.on_request is not None:
            self.on_request(f"{request.method} {asked.path}", answer.status_code)
        return answer

    async def _answered(self, asked: contract.Request, wrong: Sequence[str]) -> Response:
        line = f"{asked.method.upper()} {asked.path}"
        self.requests.append(line)
        if asked.authorization != self._authorization:
            return _error(401, 20003, "Authenticate")
        fault = take(self.faults, line)
        if fault is None or fault.carried_out:
            answer = _error(400, 20001, wrong[0]) if wrong else await self._carried_out(asked)
        if fault is not None and fault.lost:
            await asyncio.Event().wait()
        if asked.method == "post" and asked.path.endswith(("/Calls.json", "/Participants.json")):
            await asyncio.sleep(self._reply_seconds)
        return answer if fault is None else _error(fault.status, fault.code, "on purpose")

    async def _carried_out(self, asked: contract.Request) -> Response:
        form, query = Form(_fields((asked.body or b"").decode())), Form(_fields(asked.query))
        try:
            status, resource = await self.resources.handle(asked.method.upper(), asked.path, form, query)
        except Refusal as refusal:
            return _error(refusal.status, refusal.code, str(refusal))
        content = None if resource is None else json.dumps(resource)
        return Response(content, status_code=status, media_type="application/json")


@dataclass(frozen=True, slots=True)
class RestAnswer:
    """What twilio's client reads of a response."""

    status_code: int
    text: str
    headers: Mapping[str, str]


class InMemoryHttp:
    """An asynchronous HTTP client as twilio's `Client` uses one, straight into the stand-in's app."""

    is_async = True

    def __init__(self, app: FastAPI) -> None:
        self._app = InMemory(app)

    async def request(self, method: str, url: str, **options: Any) -> RestAnswer:
        user, password = options["auth"]
        basic = base64.b64encode(f"{user}:{password}".encode()).decode()
        form = urlencode(options.get("data") or {}, doseq=True)
        if params := options.get("params"):
            url = f"{url}?{urlencode(params, doseq=True)}"
        answer = await self._app.request(method.upper(), url, form, {"Authorization": f"Basic {basic}"})
        return RestAnswer(answer.status, answer.body, {})

    async def close(self) -> None:
        pass


def _fields(text: str) -> dict[str, list[str]]:
    return parse_qs(text, keep_blank_values=True)


def _error(status: int, code: int, message: str) -> Response:
    fields = {"code": code, "message": message, "more_info": f"https://www.twilio.com/docs/errors/{code}"}
    return Response(json.dumps({**fields, "status": status}), status_code=status, media_type="application/json")
