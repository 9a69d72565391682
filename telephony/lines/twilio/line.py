"""Twilio as a line: callers who arrive by webhook and stream, agents who are rung by REST and answer on a stream.

One owner of the legs: webhook and stream bring what Twilio says here, and nothing else keeps them.
"""

import asyncio
import logging
import re
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

from telephony.errors import DialRefused, LineError, Refused
from telephony.lateness import Lateness
from telephony.leg import Leg, LegEnded, LegId, LegState, Party
from telephony.lines.twilio import twiml
from telephony.lines.twilio.bridge import ConferenceBridge
from telephony.lines.twilio.control import CallControl
from telephony.lines.twilio.destinations import Destinations, with_reference
from telephony.lines.twilio.documents import NUMBER, OVERHEARS, Documents
from telephony.lines.twilio.leg import ENDINGS, TwilioLeg
from telephony.lines.twilio.lost import Lost
from telephony.lines.twilio.messages import Start
from telephony.lines.twilio.rooms import Rooms
from telephony.lines.twilio.security import Signatures, StreamTokens
from telephony.lines.twilio.settings import STATUS_PATH, Settings
from telephony.numbers import must_be_number

log = logging.getLogger(__name__)

ATTEMPT = "ring:"  # what a token's subject begins with when it names an attempt instead of a call
ATTEMPT_ID = re.compile(r"[A-Za-z0-9_:-]{1,64}")  # goes into addresses and tokens
REMEMBERED_LEGS = 2000  # ended legs kept for late callbacks, oldest forgotten first
RESUMES_MAX = 3  # of a stream that breaks again and again; then the caller gets the fallback


@dataclass(frozen=True, slots=True)
class Visit:
    """A call that asks what to do next."""

    call_sid: str
    status: str  # CallStatus
    inbound: bool
    caller: str | None = None
    called: str | None = None


class TwilioLine:
    """`agents`: agent id → where they are rung; nobody else may be. `now`: seconds, for the tokens."""

    name = "twilio"

    def __init__(
        self,
        settings: Settings,
        *,
        agents: Mapping[str, str],
        control: CallControl | None = None,
        now: Callable[[], float] | None = None,
        hold_sound: Callable[[], bytes] = bytes,
    ) -> None:
        self.settings = settings
        self.refusals: Counter[str] = Counter()  # what was not let in, by kind
        self.dropped: Counter[str] = Counter()  # media messages that made no sense, by reason
        self.late = Lateness()  # of the frames we send
        self.signatures = Signatures(
            base_url=settings.public_base_url,
            auth_tokens=settings.auth_tokens,
            shared_keys=settings.shared_keys,
        )
        self.hold_sound = hold_sound
        self._destinations = Destinations(agents, countries=settings.countries)
        self._control = control or CallControl(settings)
        self._now = now or (lambda: asyncio.get_running_loop().time())
        self._tokens = StreamTokens(key=settings.stream_key, process=settings.process)
        self.documents = Documents(settings, self._tokens, now=self._now)
        self._arriving: asyncio.Queue[TwilioLeg] = asyncio.Queue(settings.waiting_calls_max)
        self._by_call: OrderedDict[str, TwilioLeg] = OrderedDict()
        self._by_attempt: OrderedDict[str, TwilioLeg] = OrderedDict()
        self.lost = Lost(self._control, self.documents, settings)
        self.rooms = Rooms(self._control, self.documents, settings, fetch=self.lost.fetch, refused=self._refused)

    async def arrivals(self) -> AsyncIterator[Leg]:
        while True:
            yield await self._arriving.get()

    async def dial(self, address: str, *, ring_seconds: float, call: str, attempt: str) -> TwilioLeg:
        """Rings a listed agent once. A failure to dial is a leg that has ended, as busy and no answer are."""
        destination = with_reference(self._destinations.of(address), attempt)
        return await self._ring(destination, address, ring_seconds=ring_seconds, attempt=attempt)

    async def ring_back(self, number: str, *, ring_seconds: float, call: str) -> TwilioLeg:
        """Rings a caller who was promised it; `call` is the id of the call that this becomes."""
        destination = must_be_number(number, call=call)
        return await self._ring(destination, number, ring_seconds=ring_seconds, attempt=call)

    async def _ring(self, destination: str, address: str, *, ring_seconds: float, attempt: str) -> TwilioLeg:
        if not ATTEMPT_ID.fullmatch(attempt):
            raise DialRefused(f"expected an attempt of letters, digits, _, : and -, got {attempt!r}")
        if attempt in self._by_attempt:
            raise DialRefused(f"attempt {attempt}: dialled before; nobody is rung twice for one offer")
        leg = TwilioLeg(
            leg_id=LegId(attempt),
            subject=ATTEMPT + attempt,
            inbound=False,
            party=Party(line=self.name, address=address, called=destination),
            complete=self._control.complete,
            media_seconds=ring_seconds,
            unanswered=LegEnded.NO_ANSWER,
            dropped=self.dropped,
            late=self.late,
        )
        _remember(self._by_attempt, attempt, leg)
        log.info("ringing, attempt %s", attempt)
        try:
            sid = await self._control.create(
                destination,
                twiml=self.documents.stream(leg, seconds=ring_seconds + self.settings.token_seconds),
                status_url=self.settings.url(f"{STATUS_PATH}?attempt={quote(attempt)}"),
                ring_seconds=ring_seconds,
            )
        except LineError as error:
            log.warning("attempt %s failed: %s", attempt, error)
            await leg.give_up(LegEnded.FAILED)
            return leg
        except asyncio.CancelledError:
            await leg.give_up(LegEnded.BY_US)
            raise
        await self._named(leg, sid)
        return leg

    def bridge(self, caller: Leg, agent: Leg) -> ConferenceBridge | None:
        """Joins two legs of this line at Twilio, unless they are to be joined here."""
        if self.settings.bridge != "conference":
            return None
        if not (isinstance(caller, TwilioLeg) and isinstance(agent, TwilioLeg)):
            return None
        return self.rooms.open(caller, agent)

    async def still_up(self, carrier_id: str) -> bool:
        """Whether a call of a process before this one goes on. Raises `LineError` when Twilio does not say."""
        return await self._control.status(carrier_id) not in ENDINGS

    async def let_go(self, carrier_id: str) -> None:
        """Ends such a call. Raises `LineError`."""
        await self._control.complete(carrier_id)

    async def close(self) -> None:
        """Hangs up what is left. The websocket routes end with their legs."""
        self.lost.close()
        for leg in [*self._by_call.values(), *self._by_attempt.values()]:
            await leg.hang_up("the line closes")
        await self._control.close()

    # What Twilio brings: each of these is called by one route.

    def ring(self, *, call_sid: str, caller: str | None, called: str | None) -> str:
        """A call has come in; the TwiML that connects it. A webhook sent twice gets the same answer."""
        if call_sid not in self._by_call:
            if self._arriving.full():
                self.refusals["no_room"] += 1
                return self.documents.fallback()
            party = Party(line=self.name, address=caller, called=called, carrier_id=call_sid)
            leg = TwilioLeg(
                leg_id=LegId(call_sid),
                subject=call_sid,
                inbound=True,
                party=party,
                complete=self._control.complete,
                media_seconds=self.settings.connect_seconds,
                unanswered=LegEnded.FAILED,
                dropped=self.dropped,
                late=self.late,
            )
            _remember(self._by_call, call_sid, leg)
            self._arriving.put_nowait(leg)
        leg = self._by_call[call_sid]
        return _once(leg, "ring", lambda: self.documents.stream(leg))

    async def admit(self, start: Start) -> tuple[TwilioLeg, int]:
        """The leg that a stream belongs to, and the number of the document that asked for it, 0 for the stream of a
        conference; spends its token. Raises `Refused`."""
        token = start.parameters.get(twiml.TOKEN_PARAMETER)
        subject = self._tokens.read(token, now=self._now())
        if start.account_sid != self.settings.account_sid:
            raise Refused(f"stream: expected account {self.settings.account_sid}, got another, call {start.call_sid}")
        if subject.startswith(OVERHEARS) is not start.overhears:
            raise Refused(f"stream token of {subject}: expected the tracks it is for, got {sorted(start.tracks)}")
        name, _, number = subject.removeprefix(OVERHEARS).partition(NUMBER)
        leg = await self._leg_of(name)
        if leg is None or leg.party.carrier_id != start.call_sid:
            raise Refused(f"stream token of {subject}: expected its own call, got {start.call_sid}")
        document = int(number or 0)
        if not (leg.away and not leg.overhearing if start.overhears else leg.takes(document)):
            raise Refused(f"stream: expected a leg that waits for one, {leg.id} is {leg.state}")
        self._tokens.spend(token or "", now=self._now())
        return leg, document

    async def on_status(self, *, call_sid: str, status: str, attempt: str | None) -> None:
        """A status callback; it may beat the reply to the request that made the call, or come for one given up."""
        leg = self._by_attempt.get(attempt) if attempt else self._by_call.get(call_sid)
        if leg is None:
            self.refusals["unknown_call"] += 1
            log.info("status %s for unknown call %s", status, call_sid)
            return
        await self._named(leg, call_sid)
        leg.on_status(status)

    def after_stream(self, visit: Visit, document: str) -> str:
        """TwiML for a call whose stream ended: a stream again when it broke, a person when that does not help.

        `document`: the number of the document whose stream it was.
        """
        leg = self._by_call.get(visit.call_sid)
        if leg is None:
            return self._stranger(visit)
        return _once(leg, f"stream {document}", lambda: self._after_stream(leg, visit.status))

    def _after_stream(self, leg: TwilioLeg, status: str) -> str:
        if status in ENDINGS or leg.over is LegEnded.BY_US:
            leg.on_status(status)
            return self.documents.hang_up()
        if leg.over is None and leg.state is LegState.ANSWERED and leg.resumed < RESUMES_MAX:
            leg.resumed += 1
            log.warning("leg %s: its stream ended but the call did not; it is opened again", leg.id)
            return self.documents.stream(leg)
        leg.end(LegEnded.FAILED)
        if not leg.inbound:
            return self.documents.hang_up()
        log.error("leg %s: its stream ended but the call did not; it goes to the fallback", leg.id)
        return self.documents.fallback()

    def after_conference(self, visit: Visit, room: str) -> str:
        """TwiML for a call whose conference is over."""
        leg, bridge = self._by_call.get(visit.call_sid), self.rooms.find(room)
        if leg is None or bridge is None:
            return self._stranger(visit)
        if visit.status in ENDINGS:
            leg.on_status(visit.status)
            return self.documents.hang_up()
        return _once(leg, f"after {room}", lambda: bridge.after(leg))

    def _stranger(self, visit: Visit) -> str:
        """TwiML for a call of a process before this one: a caller who is still there begins anew with us."""
        self.refusals["unknown_call"] += 1
        log.warning("call %s: not known here, its status is %s", visit.call_sid, visit.status)
        if not visit.inbound or visit.status in ENDINGS or visit.call_sid in self._by_call:
            return self.documents.hang_up()
        return self.ring(call_sid=visit.call_sid, caller=visit.caller, called=visit.called)

    def _refused(self, kind: str) -> None:
        self.refusals[kind] += 1

    async def _leg_of(self, subject: str) -> TwilioLeg | None:
        if not subject.startswith(ATTEMPT):
            return self._by_call.get(subject)
        leg = self._by_attempt.get(subject.removeprefix(ATTEMPT))
        if leg is None:
            return None
        try:
            async with asyncio.timeout(self.settings.request_seconds):
                await leg.known.wait()  # an answer quicker than the reply that tells us its CallSid
        except TimeoutError:
            return None
        return leg

    async def _named(self, leg: TwilioLeg, call_sid: str) -> None:
        """Twilio's name of a leg we dialled, from whichever came first. A leg given up meanwhile is hung up now."""
        if leg.party.carrier_id is not None:
            return
        leg.party = replace(leg.party, carrier_id=call_sid)
        _remember(self._by_call, call_sid, leg)
        leg.known.set()
        if leg.over is not None:
            try:
                await self._control.complete(call_sid)
            except LineError as error:
                log.error("leg %s: given up, could not be hung up at Twilio: %s", leg.id, error)


def _once(leg: TwilioLeg, webhook: str, answer: Callable[[], str]) -> str:
    """The answer to a webhook of this leg; the same again when it is sent again."""
    if webhook not in leg.answers:
        leg.answers[webhook] = answer()
    return leg.answers[webhook]


def _remember(legs: OrderedDict[str, TwilioLeg], key: str, leg: TwilioLeg) -> None:
    legs[key] = leg
    if len(legs) > REMEMBERED_LEGS:
        oldest = next((k for k, known in legs.items() if known.over is not None), None)
        if oldest is not None:
            del legs[oldest]
