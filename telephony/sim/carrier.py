"""The carrier's side of a call: signed webhooks, TwiML carried out, media streams opened as Twilio opens them.

Knows nothing of our line's code: signatures, sids and documents are made and read here by Twilio's published rules,
so that both sides of the wire are written twice and a mistake in one shows.
"""

import asyncio
import base64
import hashlib
import hmac
import wave
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

from telephony.sim.contract import Violation
from telephony.sim.network import Network
from telephony.sim.socket import HandshakeRefused, Reach
from telephony.sim.stream import Capture, MediaStream, Moment, Party, StreamEnd, StreamIds
from voice.audio import RATE

CALL_SECONDS_MAX = 600.0
DOCUMENTS_MAX = 20  # TwiML documents of one call; more means that they go in a circle
PERFECT = Network()


@dataclass(slots=True)
class CarrierCall:
    """One call as the carrier knows it. `streams` are its media streams, in order; usually one."""

    sid: str
    from_: str
    to: str
    direction: str  # inbound | outbound-api
    status: str = "queued"
    status_callback: str | None = None
    streams: list[Capture] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)  # of the signalling, without times of its own
    completed: asyncio.Event = field(default_factory=asyncio.Event)  # ended over REST

    @property
    def media(self) -> Capture:
        """What its last stream saw."""
        return self.streams[-1]

    @property
    def violations(self) -> list[Violation]:
        return [violation for stream in self.streams for violation in stream.violations]

    def note(self, what: str, detail: str = "") -> None:
        at_ms = sum(len(stream.heard) for stream in self.streams) * 20
        self.moments.append(Moment(at_ms, what, detail))

    def happened(self, what: str) -> list[str]:
        return [moment.detail for moment in self.moments if moment.what == what]

    def save(self, path: Path) -> None:
        """Two channels: left what the party said, right what it heard."""
        with wave.open(str(path), "wb") as out:
            out.setnchannels(2)
            out.setsampwidth(2)
            out.setframerate(RATE)
            for stream in self.streams:
                out.writeframes(stream.stereo().tobytes())


class Carrier:
    """`fallback`: the static document behind VoiceFallbackUrl, used when a webhook of the service fails."""

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
        self.account_sid = account_sid
        self._reach = reach
        self._base = public_base_url
        self._auth_token = auth_token
        self._voice_path = voice_path
        self._status_path = status_path
        self._fallback = fallback
        self._made = 0

    async def call(
        self,
        *,
        from_: str,
        to: str,
        party: Party,
        network: Network = PERFECT,
        max_seconds: float = CALL_SECONDS_MAX,
    ) -> CarrierCall:
        """A caller rings the service, and this returns when the call is over."""
        call = self.new_call(from_=from_, to=to, direction="inbound")
        if self._status_path:
            call.status_callback = self._base + self._status_path
        call.status = "ringing"
        document = await self.fetch(call, self._base + self._voice_path)
        call.status = "in-progress"
        await self.carry_out(call, document, party=party, network=network, max_seconds=max_seconds)
        return call

    def new_call(self, *, from_: str, to: str, direction: str) -> CarrierCall:
        call = CarrierCall(self._sid("CA"), from_, to, direction)
        self.calls[call.sid] = call
        return call

    async def carry_out(
        self,
        call: CarrierCall,
        document: str,
        *,
        party: Party,
        network: Network = PERFECT,
        max_seconds: float = CALL_SECONDS_MAX,
    ) -> None:
        """Runs TwiML until the call is over, then reports that."""
        for _ in range(DOCUMENTS_MAX):
            following = await self._document(call, document, party, network, max_seconds)
            if following is None:
                break
            document = following
        else:
            call.note("circle", f"more than {DOCUMENTS_MAX} documents")
        await self.report(call, "completed")

    async def fetch(self, call: CarrierCall, url: str) -> str:
        """The TwiML at `url`, asked for with a signed request; the fallback's when the service fails."""
        answer = await self._post(call, url, {})
        if answer is not None:
            return answer
        call.note("fallback", url)
        return self._fallback or "<Response/>"

    async def report(self, call: CarrierCall, status: str) -> None:
        call.status = status
        call.note("status", status)
        if call.status_callback:
            await self._post(call, call.status_callback, {"CallbackSource": "call-progress-events"})

    async def _document(
        self, call: CarrierCall, document: str, party: Party, network: Network, max_seconds: float
    ) -> str | None:
        """Carries one document out; the next one, or None when the call is over."""
        for verb in ElementTree.fromstring(document):
            match verb.tag:
                case "Connect":
                    if await self._connect(call, verb, party, network, max_seconds):
                        return None
                    if action := verb.get("action"):
                        return await self.fetch(call, action)
                case "Say" | "Dial":
                    call.note(verb.tag.lower(), "".join(verb.itertext()))
                case "Pause":
                    await asyncio.sleep(float(verb.get("length", "1")))
                case "Redirect":
                    return await self.fetch(call, verb.text or "")
                case "Hangup" | "Reject":
                    return None
                case other:
                    call.note("unknown_verb", other)
        return None

    async def _connect(
        self, call: CarrierCall, verb: ElementTree.Element, party: Party, network: Network, max_seconds: float
    ) -> bool:
        """Opens the stream of a `<Connect>` and plays it; whether the call is over, and not just the stream."""
        stream = verb.find("Stream")
        url = stream.get("url", "") if stream is not None else ""
        if stream is None or urlsplit(url).query:
            call.note("error", "31922: expected a Stream with a URL without query")
            return False
        parameters = {p.get("name", ""): p.get("value", "") for p in stream.findall("Parameter")}
        try:
            socket = await self._reach.connect(url, {"X-Twilio-Signature": self.sign(url, {})})
        except HandshakeRefused as error:
            call.note("error", f"31920: {error}")
            return False
        ids = StreamIds(self.account_sid, call.sid, self._sid("MZ"), parameters)
        media = MediaStream(
            socket, ids=ids, party=party, network=network, completed=call.completed, max_seconds=max_seconds
        )
        call.streams.append(media.capture)
        end = await media.run()
        call.note("stream_ended", end if socket.closed_with is None else f"{end} {socket.closed_with}")
        return end is not StreamEnd.SERVICE_CLOSED or call.completed.is_set()

    async def _post(self, call: CarrierCall, url: str, more: Mapping[str, str]) -> str | None:
        form = {
            "CallSid": call.sid,
            "AccountSid": self.account_sid,
            "From": call.from_,
            "To": call.to,
            "Caller": call.from_,
            "Called": call.to,
            "CallStatus": call.status,
            "Direction": call.direction,
            "ApiVersion": "2010-04-01",
            **more,
        }
        headers = {
            "X-Twilio-Signature": self.sign(url, form),
            "I-Twilio-Idempotency-Token": self._digest(call.sid + url + call.status),
            "User-Agent": "TwilioProxy/1.1",
        }
        try:
            answer = await self._reach.post(url.partition("#")[0], form, headers)
        except (OSError, TimeoutError) as error:
            call.note("webhook_failed", f"{url}: {error}")
            return None
        if answer.status >= 400:
            call.note("webhook_failed", f"{url}: {answer.status}")
            return None
        return answer.body

    def sign(self, url: str, form: Mapping[str, str]) -> str:
        """https://www.twilio.com/docs/usage/security#validating-requests: URL, then names and values in order."""
        signed = url.partition("#")[0] + "".join(name + form[name] for name in sorted(form))
        return base64.b64encode(hmac.new(self._auth_token.encode(), signed.encode(), hashlib.sha1).digest()).decode()

    def _sid(self, kind: str) -> str:
        """Sids of the right shape, the same in every run."""
        self._made += 1
        return kind + self._digest(f"{kind}{self._made}")

    @staticmethod
    def _digest(text: str) -> str:
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
