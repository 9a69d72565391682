"""Twilio as a line: callers who arrive by webhook and stream, agents who are rung by REST and answer on a stream.

One owner of the legs: webhook and stream bring what Twilio says here, and nothing else keeps them.
"""

import asyncio
import logging
import re
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from urllib.parse import quote

from telephony.errors import DialRefused, LineError, Refused
from telephony.leg import Leg, LegEnded, LegId, LegState, Party
from telephony.lines.twilio import twiml
from telephony.lines.twilio.control import CallControl
from telephony.lines.twilio.leg import TwilioLeg
from telephony.lines.twilio.messages import Start
from telephony.lines.twilio.security import Signatures, StreamTokens
from telephony.lines.twilio.settings import STATUS_PATH, STREAM_ENDED_PATH, Settings

log = logging.getLogger(__name__)

ATTEMPT = "ring:"  # what a token's subject begins with when it names an attempt instead of a call
REMEMBERED_LEGS = 2000  # ended legs kept for late callbacks, oldest forgotten first
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164
DESTINATION = re.compile(
    r"\+[1-9][0-9]{6,14}|sips?:[^\s<>]{3,200}|client:[\w.-]{1,100}"
)  # E.164, SIP URI, Twilio client


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
    ) -> None:
        self.settings = settings
        self.refusals: Counter[str] = Counter()  # what was not let in, by kind
        self.dropped: Counter[str] = Counter()  # media messages that made no sense, by reason
        self.signatures = Signatures(
            base_url=settings.public_base_url,
            auth_tokens=settings.auth_tokens,
            shared_keys=settings.shared_keys,
        )
        self._agents = agents
        self._control = control or CallControl(settings)
        self._now = now or (lambda: asyncio.get_running_loop().time())
        self._tokens = StreamTokens(key=settings.stream_key, process=settings.process)
        self._arriving: asyncio.Queue[TwilioLeg] = asyncio.Queue(settings.waiting_calls_max)
        self._by_call: OrderedDict[str, TwilioLeg] = OrderedDict()
        self._by_attempt: OrderedDict[str, TwilioLeg] = OrderedDict()

    async def arrivals(self) -> AsyncIterator[Leg]:
        while True:
            yield await self._arriving.get()

    async def dial(self, address: str, *, ring_seconds: float, call: str, attempt: str) -> TwilioLeg:
        """Rings a listed agent once. A failure to dial is a leg that has ended, as busy and no answer are."""
        return await self._ring(self._allowed(address, attempt), address, ring_seconds=ring_seconds, attempt=attempt)

    async def ring_back(self, number: str, *, ring_seconds: float, call: str) -> TwilioLeg:
        """Rings a caller who was promised it; `call` is the id of the call that this becomes."""
        if not NUMBER.fullmatch(number):
            raise DialRefused(f"call {call}: a number in E.164 expected, got {len(number)} characters that are none")
        self._dialled_once(call)
        return await self._ring(number, number, ring_seconds=ring_seconds, attempt=call)

    async def _ring(self, destination: str, address: str, *, ring_seconds: float, attempt: str) -> TwilioLeg:
        leg = TwilioLeg(
            leg_id=LegId(attempt),
            party=Party(line=self.name, address=address, called=destination),
            complete=self._control.complete,
            media_seconds=ring_seconds,
            unanswered=LegEnded.NO_ANSWER,
            dropped=self.dropped,
        )
        _remember(self._by_attempt, attempt, leg)
        log.info("ringing, attempt %s", attempt)
        try:
            sid = await self._control.create(
                destination,
                twiml=self._document(ATTEMPT + attempt, seconds=ring_seconds + self.settings.token_seconds),
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

    async def close(self) -> None:
        """Hangs up what is left. The websocket routes end with their legs."""
        for leg in [*self._by_call.values(), *self._by_attempt.values()]:
            await leg.hang_up("the line closes")
        await self._control.close()

    # What Twilio brings: each of these is called by one route.

    def ring(self, *, call_sid: str, caller: str | None, called: str | None) -> str:
        """A call has come in; the TwiML that connects it. A webhook sent twice gets the same leg and a fresh token."""
        if call_sid not in self._by_call:
            if self._arriving.full():
                self.refusals["no_room"] += 1
                return self.fallback_document()
            party = Party(line=self.name, address=caller, called=called, carrier_id=call_sid)
            leg = TwilioLeg(
                leg_id=LegId(call_sid),
                party=party,
                complete=self._control.complete,
                media_seconds=self.settings.connect_seconds,
                unanswered=LegEnded.FAILED,
                dropped=self.dropped,
            )
            _remember(self._by_call, call_sid, leg)
            self._arriving.put_nowait(leg)
        return self._document(call_sid, seconds=self.settings.token_seconds)

    async def admit(self, start: Start) -> TwilioLeg:
        """The ringing leg that a stream belongs to; spends its token. Raises `Refused`."""
        token = start.parameters.get(twiml.TOKEN_PARAMETER)
        subject = self._tokens.read(token, now=self._now())
        if start.account_sid != self.settings.account_sid:
            raise Refused(f"stream: expected account {self.settings.account_sid}, got another, call {start.call_sid}")
        leg = await self._leg_of(subject)
        if leg is None or leg.party.carrier_id != start.call_sid:
            raise Refused(f"stream token of {subject}: expected its own call, got {start.call_sid}")
        if leg.state is not LegState.RINGING:
            raise Refused(f"stream: expected a ringing leg, {leg.id} is {leg.state}")
        self._tokens.spend(token or "", now=self._now())
        return leg

    async def on_status(self, *, call_sid: str, status: str, attempt: str | None) -> None:
        """A status callback; it may beat the reply to the request that made the call, or come for one given up."""
        leg = self._by_attempt.get(attempt) if attempt else self._by_call.get(call_sid)
        if leg is None:
            self.refusals["unknown_call"] += 1
            log.info("status %s for unknown call %s", status, call_sid)
            return
        await self._named(leg, call_sid)
        leg.on_status(status)

    def after_stream(self, *, call_sid: str, status: str, inbound: bool) -> str:
        """TwiML for a call whose stream ended: hang up when that was meant, else a caller gets a person."""
        leg = self._by_call.get(call_sid)
        if status == "completed" or not inbound or (leg is not None and leg.over is LegEnded.BY_US):
            return twiml.hang_up()
        if leg is not None:
            leg.end(LegEnded.FAILED)
        log.error("call %s: its stream ended but the call did not", call_sid)
        return self.fallback_document()

    def fallback_document(self) -> str:
        return twiml.fallback(say=self.settings.fallback_say, number=self.settings.fallback_number)

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

    def _allowed(self, address: str, attempt: str) -> str:
        listed = address if address in self._agents.values() else None
        destination = self._agents.get(address, listed)
        if destination is None:
            raise DialRefused(f"attempt {attempt}: expected an agent or an address of the list, got another")
        if not DESTINATION.fullmatch(destination):
            raise DialRefused(f"agent {address}: expected +E.164, sip: or client:, got {destination!r}")
        prefixes = self.settings.allowed_prefixes
        if prefixes and destination.startswith("+") and not destination.startswith(prefixes):
            raise DialRefused(f"agent {address}: expected a number beginning with {' or '.join(prefixes)}")
        self._dialled_once(attempt)
        return destination

    def _dialled_once(self, attempt: str) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_:-]{1,64}", attempt):
            raise DialRefused(f"expected an attempt of letters, digits, _, : and -, got {attempt!r}")
        if attempt in self._by_attempt:
            raise DialRefused(f"attempt {attempt}: dialled before; nobody is rung twice for one offer")

    def _document(self, subject: str, *, seconds: float) -> str:
        return twiml.connect_stream(
            stream_url=self.settings.stream_url,
            action_url=self.settings.url(STREAM_ENDED_PATH),
            token=self._tokens.issue(subject, now=self._now(), seconds=seconds),
        )


def _remember(legs: OrderedDict[str, TwilioLeg], key: str, leg: TwilioLeg) -> None:
    legs[key] = leg
    if len(legs) > REMEMBERED_LEGS:
        oldest = next((k for k, known in legs.items() if known.over is not None), None)
        if oldest is not None:
            del legs[oldest]
