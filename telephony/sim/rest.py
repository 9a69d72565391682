"""The carrier's REST side, stateful enough for what we use: calls created, ended and looked up, with basic auth.

A created call really rings a simulated agent; when it answers, its TwiML is carried out and a media stream opens, and
every change is reported to the status callback, signed. Run it over a socket (`app`) or in memory (`http`).
"""

import asyncio
import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlencode

from fastapi import FastAPI, Request, Response

from telephony.sim.agent import Ringing, SimAgent
from telephony.sim.carrier import Carrier, CarrierCall
from telephony.sim.socket import InMemory

TWIML_LENGTH_MAX = 4000
RING_GRACE_SECONDS = 5.0  # Twilio adds this to the asked-for Timeout
FINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
EVENT_OF = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}  # any final one: completed


@dataclass(slots=True)
class Fault:
    """Answers `times` requests whose "METHOD path" matches with an error. `carried_out`: it was done all the same."""

    pattern: str
    status: int
    code: int = 0
    times: int = 1
    carried_out: bool = False


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
        self.agents = dict(agents)
        self.faults = list(faults)
        self.violations: list[str] = []
        self.requests: list[str] = []
        self.app = FastAPI()
        self._authorization = "Basic " + base64.b64encode(f"{carrier.account_sid}:{password}".encode()).decode()
        self._reply_seconds = reply_seconds  # callbacks may beat the reply
        self._tasks = asyncio.TaskGroup()
        self._dialling: list[asyncio.Task[None]] = []
        self._events: dict[str, list[str]] = {}
        calls = f"/2010-04-01/Accounts/{carrier.account_sid}/Calls"
        self.app.add_api_route(calls + ".json", self._create, methods=["POST"])
        self.app.add_api_route(calls + "/{sid}.json", self._update, methods=["POST"])
        self.app.add_api_route(calls + "/{sid}.json", self._fetch, methods=["GET"])

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._dialling:
            task.cancel()
        await self._tasks.__aexit__(kind, error, trace)

    def http(self) -> "InMemoryHttp":
        """What `CallControl(open_http=...)` takes to reach this without a socket."""
        return InMemoryHttp(self.app)

    async def _create(self, request: Request) -> Response:
        form = parse_qs((await request.body()).decode(), keep_blank_values=True)
        fault = self._refused(request) or self._checked(form)
        if fault is not None and not fault.carried_out:
            return _error(fault.status, fault.code)
        call = self.carrier.new_call(from_=form["From"][0], to=form["To"][0], direction="outbound-api")
        call.status_callback = form.get("StatusCallback", [""])[0] or None
        self._events[call.sid] = form.get("StatusCallbackEvent", ["completed"])
        ring_seconds = float(form.get("Timeout", ["60"])[0]) + RING_GRACE_SECONDS
        self._dialling.append(self._tasks.create_task(self._dial(call, form["Twiml"][0], ring_seconds)))
        await asyncio.sleep(self._reply_seconds)
        return _error(fault.status, fault.code) if fault is not None else self._resource(call, 201)

    async def _update(self, request: Request, sid: str) -> Response:
        form = parse_qs((await request.body()).decode(), keep_blank_values=True)
        fault = self._refused(request)
        if fault is not None:
            return _error(fault.status, fault.code)
        call = self.carrier.calls.get(sid)
        if call is None:
            return _error(404, 20404)
        if call.status in FINAL:
            return _error(400, 21220)
        if form.get("Status") != ["completed"]:
            self._violate(f"update: expected Status=completed, got {sorted(form)}")
            return _error(400, 21218)
        call.completed.set()
        return self._resource(call, 200)

    async def _fetch(self, request: Request, sid: str) -> Response:
        fault = self._refused(request)
        call = self.carrier.calls.get(sid)
        if fault is not None or call is None:
            return _error(fault.status if fault else 404, fault.code if fault else 20404)
        return self._resource(call, 200)

    async def _dial(self, call: CarrierCall, document: str, ring_seconds: float) -> None:
        agent = self.agents.get(call.to, SimAgent(ringing=Ringing.FAILED, ring_seconds=0))
        await self._report(call, "initiated")
        await self._report(call, "ringing")
        never = agent.ringing is Ringing.NO_ANSWER or agent.ring_seconds > ring_seconds
        if await self._completed_within(call, ring_seconds if never else agent.ring_seconds):
            await self._report(call, "canceled")
        elif never:
            await self._report(call, "no-answer")
        elif agent.ringing is not Ringing.ANSWERS:
            await self._report(call, agent.ringing)
        else:
            await self._report(call, "in-progress")
            await self.carrier.carry_out(call, document, party=agent.answer())

    @staticmethod
    async def _completed_within(call: CarrierCall, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await call.completed.wait()
        except TimeoutError:
            return False
        return True

    async def _report(self, call: CarrierCall, status: str) -> None:
        if EVENT_OF.get(status, "completed") in self._events[call.sid]:
            await self.carrier.report(call, status)
        else:
            call.status = status

    def _refused(self, request: Request) -> Fault | None:
        line = f"{request.method} {request.scope['path']}"
        self.requests.append(line)
        if request.headers.get("Authorization") != self._authorization:
            return Fault(line, 401, 20003)
        for fault in self.faults:
            if fault.times and re.search(fault.pattern, line):
                fault.times -= 1
                return fault
        return None

    def _checked(self, form: Mapping[str, list[str]]) -> Fault | None:
        """What Twilio's OpenAPI document says of a create request, as far as we use it."""
        unknown = set(form.get("StatusCallbackEvent", [])) - {"initiated", "ringing", "answered", "completed"}
        if not {"To", "From"} <= form.keys():
            return self._violate("create: expected To and From", 21201)
        if ("Twiml" in form) == ("Url" in form) or "Twiml" not in form:
            return self._violate("create: expected Twiml and no Url", 21205)
        if len(form["Twiml"][0]) > TWIML_LENGTH_MAX:
            return self._violate(f"create: expected Twiml of at most {TWIML_LENGTH_MAX} characters", 21205)
        if unknown:
            return self._violate(f"create: unknown StatusCallbackEvent {sorted(unknown)}", 21626)
        return None

    def _violate(self, what: str, code: int = 21218) -> Fault:
        self.violations.append(what)
        return Fault("", 400, code)

    def _resource(self, call: CarrierCall, status: int) -> Response:
        fields = {
            "sid": call.sid,
            "account_sid": self.carrier.account_sid,
            "to": call.to,
            "from": call.from_,
            "status": call.status,
            "direction": call.direction,
            "api_version": "2010-04-01",
            "uri": f"/2010-04-01/Accounts/{self.carrier.account_sid}/Calls/{call.sid}.json",
        }
        return Response(json.dumps(fields), status_code=status, media_type="application/json")


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
        answer = await self._app.request(method.upper(), url, form, {"Authorization": f"Basic {basic}"})
        return RestAnswer(answer.status, answer.body, {})

    async def close(self) -> None:
        pass


def _error(status: int, code: int) -> Response:
    fields = {"code": code, "message": "simulated", "more_info": "", "status": status}
    return Response(json.dumps(fields), status_code=status, media_type="application/json")
