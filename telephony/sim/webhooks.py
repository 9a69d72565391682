"""The carrier's requests to the service: signed, retried where the URL asks for it, and misdelivered on demand.

Documents are asked for (`ask`), news are told (`tell`); only news are lost, doubled, late or out of order.
"""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from telephony.sim.background import Background
from telephony.sim.faults import Delivery, Outage, take
from telephony.sim.socket import Answer, Reach

TRIES_MAX = 6  # https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides: rc 0 to 5


@dataclass(frozen=True, slots=True)
class Sent:
    """A request and what came of it: a status, or words where no answer came."""

    url: str
    form: Mapping[str, str]
    outcome: str


class Webhooks:
    def __init__(self, reach: Reach, *, auth_token: str, background: Background) -> None:
        self.auth_token = auth_token
        self.deliveries: list[Delivery] = []
        self.outages: list[Outage] = []
        self.sent: list[Sent] = []
        self._reach = reach
        self._background = background
        self._last: dict[str, asyncio.Task[None]] = {}  # by sender, whose news arrive in order
        self._held: list[tuple[str, Mapping[str, str]]] = []

    def sign(self, url: str, form: Mapping[str, str]) -> str:
        """https://www.twilio.com/docs/usage/security#validating-requests: URL, then names and values in order."""
        signed = url.partition("#")[0] + "".join(name + form[name] for name in sorted(form))
        digest = hmac.new(self.auth_token.encode(), signed.encode(), hashlib.sha1).digest()
        return base64.b64encode(digest).decode()

    async def ask(self, url: str, form: Mapping[str, str]) -> Answer | str:
        """The answer, or what was wrong."""
        if take(self.outages, url) is not None:
            return "out of reach on purpose"
        return await self._tried(url, form)

    async def _tried(self, url: str, form: Mapping[str, str]) -> Answer | str:
        """Again as often as the URL's fragment says (`#rc=2&rp=all`)."""
        override = parse_qs(url.partition("#")[2])
        tries = min(TRIES_MAX, 1 + int(override.get("rc", ["0"])[0]))
        outcome: Answer | str = ""
        for _ in range(tries):
            outcome = await self._post(url, form, self.sign(url, form))
            if isinstance(outcome, Answer):
                return outcome
        return outcome

    async def tell(self, url: str, form: Mapping[str, str], event: str) -> str | None:
        """Delivers news as the faults say; what was wrong, or None."""
        fault = take(self.deliveries, f"{url} {event}")
        if fault is None:
            wrong = await self._tried(url, form)
            await self._let_go()
            return wrong if isinstance(wrong, str) else None
        if fault.after_next:
            self._held.append((url, form))
        elif not fault.lost:
            self._background.start(self._late(fault, url, form), "late webhook")
        return None

    def tell_later(self, url: str, form: Mapping[str, str], event: str, *, sender: str) -> None:
        """In the order of telling, as far as `sender` goes, and without holding anything up."""
        before = self._last.get(sender)
        self._last[sender] = self._background.start(self._in_turn(before, url, form, event), "webhook")

    async def _in_turn(self, before: asyncio.Task[None] | None, url: str, form: Mapping[str, str], event: str) -> None:
        if before is not None:
            await asyncio.wait({before})
        await self.tell(url, form, event)

    async def _late(self, fault: Delivery, url: str, form: Mapping[str, str]) -> None:
        await asyncio.sleep(fault.late_seconds)
        signature = "Zm9yZ2VkIG9uIHB1cnBvc2U=" if fault.forged else self.sign(url, form)
        for _ in range(fault.copies):
            await self._post(url, form, signature)
        await self._let_go()

    async def _let_go(self) -> None:
        held, self._held = self._held, []
        for url, form in held:
            await self._tried(url, form)

    async def _post(self, url: str, form: Mapping[str, str], signature: str) -> Answer | str:
        token = hashlib.md5("".join([url, *form.values()]).encode(), usedforsecurity=False).hexdigest()
        headers = {
            "X-Twilio-Signature": signature,
            "I-Twilio-Idempotency-Token": token,
            "User-Agent": "TwilioProxy/1.1",
        }
        outcome: Answer | str
        try:
            answer = await self._reach.post(url.partition("#")[0], form, headers)
            outcome = answer if answer.status < 400 else str(answer.status)
        except (OSError, TimeoutError) as error:
            outcome = str(error)
        self.sent.append(Sent(url, dict(form), str(outcome.status) if isinstance(outcome, Answer) else outcome))
        return outcome
