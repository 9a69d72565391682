"""The carrier's side of calls: signed webhooks, TwiML carried out, telephones rung, streams opened as Twilio does it.

Knows nothing of our line's code: signatures, sids and documents are made and read here by Twilio's published rules,
so that both sides of the wire are written twice and a mistake in one shows.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from xml.etree import ElementTree

from telephony.sim.agent import Ringing, SimAgent
from telephony.sim.background import Background
from telephony.sim.call import EVENT_OF, FINAL, Act, CarrierCall
from telephony.sim.conference import Room
from telephony.sim.faults import Drop
from telephony.sim.network import Network
from telephony.sim.phone import Party, Phone
from telephony.sim.socket import Answer, Reach
from telephony.sim.twiml import Executor, document
from telephony.sim.webhooks import Webhooks

__all__ = ["Carrier", "CarrierCall"]

CALL_SECONDS_MAX = 600.0
RING_GRACE_SECONDS = 5.0  # Twilio adds this to the asked-for Timeout
PERFECT = Network()
BEGAN = datetime(2026, 11, 23, 9, tzinfo=UTC)  # the carrier's clock at loop time 0: any day, the same in every run


class Carrier:
    """`fallback`: the static document behind a number's VoiceFallbackUrl, used when a webhook of the service fails.

    `far_ends`: destination → who is there; a number that nobody has fails at once.
    """

    def __init__(
        self,
        reach: Reach,
        *,
        public_base_url: str,
        account_sid: str,
        auth_token: str,
        voice_path: str = "/twilio/voice",
        status_path: str | None = "/twilio/status",
        fallback: str | None = None,
    ) -> None:
        self.calls: dict[str, CarrierCall] = {}
        self.rooms: dict[str, Room] = {}  # by ConferenceSid
        self.taps: dict[str, asyncio.Task[object]] = {}  # running one-way streams by StreamSid
        self.far_ends: dict[str, SimAgent] = {}
        self.drops: list[Drop] = []
        self.on_note: Callable[[CarrierCall, str, str], None] | None = None  # of any call, as it happens
        self.on_room: Callable[[Room, str, str], None] | None = None  # event and CallSid
        self.account_sid = account_sid
        self.background = Background()
        self.webhooks = Webhooks(reach, auth_token=auth_token, background=self.background)
        self.reach = self._reach = reach
        self._base = public_base_url
        self._voice_path = voice_path
        self._status_path = status_path
        self._fallback = fallback
        self._documents: dict[str, str] = {}  # CallSid → where its document came from
        self._made = 0

    async def call(
        self,
        *,
        from_: str,
        to: str,
        party: Party,
        network: Network = PERFECT,
        max_seconds: float = CALL_SECONDS_MAX,
        gives_up: bool = False,
    ) -> CarrierCall:
        """A caller rings the service, and this returns when the call is over. `gives_up`: while it still rings."""
        call = self.new_call(from_=from_, to=to, direction="inbound")
        if self._status_path:
            call.status_callback = self._base + self._status_path
        call.status = "ringing"
        text = await self.fetch(call, self._base + self._voice_path)
        if gives_up:
            await self.progress(call, "canceled")
            return call
        self._answered(call)
        await self.carry_out(call, text, party=party, network=network, max_seconds=max_seconds)
        return call

    async def close(self) -> None:
        """Ends what still rings, talks and waits."""
        await self.background.close()

    def new_call(self, *, from_: str, to: str, direction: str) -> CarrierCall:
        call = CarrierCall(self.new_sid("CA"), from_, to, direction, created_at=_now(), on_note=self.on_note)
        self.calls[call.sid] = call
        return call

    async def carry_out(
        self,
        call: CarrierCall,
        act: str | Act,
        *,
        party: Party,
        network: Network = PERFECT,
        max_seconds: float = CALL_SECONDS_MAX,
    ) -> None:
        """Runs TwiML, or another first act, until the call is over, then reports that."""
        call.phone = phone = Phone(
            party, network=network, max_seconds=max_seconds, on_end=call.end, on_key=partial(call.note, "key")
        )
        try:
            await Executor(self, call, phone).run(document(act) if isinstance(act, str) else act)
        finally:
            await phone.stop()
            await self._close_taps(call)
        await self.progress(call, "completed")

    async def dial(
        self, call: CarrierCall, *, ring_seconds: float, act: Act, max_seconds: float = CALL_SECONDS_MAX
    ) -> None:
        """Rings `call.to`; whoever answers does `act`. Every change is reported."""
        where = call.to.partition("?")[0] if call.to.startswith("sip") else call.to  # the rest are SIP headers
        agent = self.far_ends.get(where, SimAgent(ringing=Ringing.FAILED, ring_seconds=0))
        wait = ring_seconds + RING_GRACE_SECONDS
        await self.progress(call, "initiated")
        await self.progress(call, "ringing")
        never = agent.ringing is Ringing.NO_ANSWER or agent.ring_seconds > wait
        if await _over_within(call, wait if never else agent.ring_seconds):
            await self.progress(call, "canceled")
        elif never:
            await self.progress(call, "no-answer")
        elif agent.ringing is not Ringing.ANSWERS:
            await self.progress(call, agent.ringing)
        else:
            self._answered(call)
            await self.progress(call, "in-progress")
            await self.carry_out(call, act, party=agent.answer(), max_seconds=max_seconds)

    def room(self, name: str) -> Room:
        """The conference of this name that is not over; a new one if there is none."""
        for room in self.rooms.values():
            if room.name == name and room.status != "completed":
                return room
        sid = self.new_sid("CF")
        room = self.rooms[sid] = Room(sid, name, now=_now(), tell=partial(self._tell_of_room, sid), watch=self.on_room)
        return room

    # What is asked of the service, and what it is told.

    def fetching(self, call: CarrierCall, url: str, more: Mapping[str, str] | None = None) -> Act:
        """The act of asking for a document and carrying it out."""

        async def fetch(_: Executor) -> Act:
            return document(await self.fetch(call, url, more))

        return fetch

    async def fetch(self, call: CarrierCall, url: str, more: Mapping[str, str] | None = None) -> str:
        """The TwiML at `url`, asked for with a signed request; the fallback's when the service fails."""
        answer = await self._ask(call, url, more or {})
        if answer is not None:
            self._documents[call.sid] = url
            return answer
        call.note("fallback", url)
        if call.direction == "inbound":
            return self._fallback or "<Response/>"
        again = await self._ask(call, call.fallback_url, {"ErrorUrl": url}) if call.fallback_url else None
        return again or "<Response/>"

    async def fetch_waiting(self, call: CarrierCall, url: str) -> str | None:
        """What a conference plays to who waits in it; its sound is the stand-in's music whatever it says."""
        return await self._ask(call, url, {})

    def last_url(self, call: CarrierCall) -> str:
        """Where a `<Gather>` without action goes: the document's own address."""
        return self._documents.get(call.sid, self._base + self._voice_path)

    async def progress(self, call: CarrierCall, status: str) -> None:
        """`call` is now `status`; its callback is told where it asked for that."""
        if EVENT_OF.get(status, "completed") in call.events:
            await self.report(call, status)
        else:
            self._now_is(call, status)

    async def report(self, call: CarrierCall, status: str) -> None:
        self._now_is(call, status)
        if call.status_callback:
            seconds = 0 if call.answered_at is None else round(_now() - call.answered_at)
            more = {"CallbackSource": "call-progress-events", "Timestamp": self.stamp()}
            more |= {"CallDuration": str(seconds)} if status == "completed" else {}
            wrong = await self.webhooks.tell(call.status_callback, self._form(call, more), status)
            if wrong is not None:
                call.note("webhook_failed", f"{call.status_callback}: {wrong}")

    @staticmethod
    def _now_is(call: CarrierCall, status: str) -> None:
        call.status = status
        call.note("status", status)
        if status in FINAL:
            call.ended_at = _now()

    def sign(self, url: str, form: Mapping[str, str]) -> str:
        return self.webhooks.sign(url, form)

    def stamp(self, at: float | None = None) -> str:
        """RFC 2822, of a loop time."""
        return format_datetime(BEGAN + timedelta(seconds=round(_now() if at is None else at)))

    def new_sid(self, kind: str) -> str:
        """Sids of the right shape, the same in every run."""
        self._made += 1
        return kind + hashlib.md5(f"{kind}{self._made}".encode(), usedforsecurity=False).hexdigest()

    async def _ask(self, call: CarrierCall, url: str, more: Mapping[str, str]) -> str | None:
        answer = await self.webhooks.ask(url, self._form(call, more))
        if isinstance(answer, Answer) and _is_document(answer.body):
            return answer.body
        wrong = f"expected a document, got {answer.body[:60]!r}" if isinstance(answer, Answer) else answer
        call.note("webhook_failed", f"{url}: {wrong}")
        return None

    def _form(self, call: CarrierCall, more: Mapping[str, str]) -> dict[str, str]:
        parent = {"ParentCallSid": call.parent_sid} if call.parent_sid else {}
        return {
            "CallSid": call.sid,
            "AccountSid": self.account_sid,
            "From": call.from_,
            "To": call.to,
            "Caller": call.from_,
            "Called": call.to,
            "CallStatus": call.status,
            "Direction": call.direction,
            "ApiVersion": "2010-04-01",
            **parent,
            **more,
        }

    def _tell_of_room(self, sid: str, url: str, fields: Mapping[str, str], event: str) -> None:
        form = {"AccountSid": self.account_sid, "Timestamp": self.stamp(), **fields}
        self.webhooks.tell_later(url, form, event, sender=sid)

    async def _close_taps(self, call: CarrierCall) -> None:
        for capture in call.taps:
            task = self.taps.pop(capture.sid, None)
            if task is not None:
                task.cancel()
                await asyncio.wait({task})

    @staticmethod
    def _answered(call: CarrierCall) -> None:
        call.status, call.answered_at = "in-progress", _now()


def _is_document(body: str) -> bool:
    try:
        ElementTree.fromstring(body)
    except ElementTree.ParseError:
        return False
    return True


async def _over_within(call: CarrierCall, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            while call.over is None:
                await call.changed.wait()
    except TimeoutError:
        return False
    return True


def _now() -> float:
    return asyncio.get_running_loop().time()
