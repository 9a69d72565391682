"""The brief for another contact-centre product: pushed over HTTP, signed, when a call is offered to a number or address
of that product. See docs/brief-webhook.md for what it receives.

It never holds up a call: what cannot be delivered in a few tries is dropped and said in the log.
"""

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiohttp

from models.brief import Brief
from telephony.events import AgentOffered, Bridged, BriefReady, CallEnded, HandoffMoved, Unbridged
from telephony.journal import Record

log = logging.getLogger(__name__)

VERSION = 1
WAITING_MAX = 200  # events; a receiver that is down for long gets the newest calls, not the oldest
TRIES = 3
PAUSE_SECONDS = 0.5  # before the second try, doubled for the third: the agent reads it within seconds or not at all
OVER = frozenset({"ended", "abandoned", "callback", "resumed"})

Post = Callable[[bytes, Mapping[str, str]], Awaitable[int]]
"""Sends one body with headers; the HTTP status. Raises `aiohttp.ClientError` or `TimeoutError`."""


@dataclass(slots=True)
class _Handoff:
    brief: Brief | None = None
    agent: str | None = None  # of the other product, once offered


class BriefWebhook:
    """`agents`: ids whose calls go to the other product. `wall`: seconds since 1970, part of what is signed."""

    def __init__(self, *, agents: Collection[str], secret: bytes, post: Post, wall: Callable[[], float]) -> None:
        self._agents = frozenset(agents)
        self._secret = secret
        self._post = post
        self._wall = wall
        self._handoffs: dict[str, _Handoff] = {}
        self._events: asyncio.Queue[bytes] = asyncio.Queue(maxsize=WAITING_MAX)
        self.dropped = 0

    def hear(self, record: Record) -> None:
        """Every entry of every call passes here; those of an offer to the other product become events."""
        match record.entry:
            case BriefReady(handoff=handoff, brief=brief):
                known = self._handoffs.setdefault(handoff, _Handoff())
                known.brief = brief
                if known.agent is not None:
                    self._tell("brief", record.call, handoff, known)
            case AgentOffered(handoff=handoff, agent=agent):
                known = self._handoffs.setdefault(handoff, _Handoff())
                known.agent = agent if agent in self._agents else None
                if known.agent is not None:
                    self._tell("offered", record.call, handoff, known)
            case Bridged(handoff=handoff, agent=agent) if handoff in self._handoffs:
                self._handoffs[handoff].agent = (
                    agent if agent in self._agents else None
                )  # who goes on, not who was asked
                if self._is_theirs(handoff):
                    self._tell("bridged", record.call, handoff, self._handoffs[handoff])
            case Unbridged(handoff=handoff) if self._is_theirs(handoff):
                self._tell("unbridged", record.call, handoff, self._handoffs[handoff])
            case HandoffMoved(handoff=handoff, state=state) if state in OVER:
                self._handoffs.pop(handoff, None)
            case CallEnded():
                for handoff in [one for one in self._handoffs if one.startswith(record.call)]:
                    del self._handoffs[handoff]
            case _:
                pass

    async def run(self) -> None:
        """Delivers, one after the other, until cancelled."""
        while True:
            await self._deliver(await self._events.get())

    def _is_theirs(self, handoff: str) -> bool:
        known = self._handoffs.get(handoff)
        return known is not None and known.agent is not None

    def _tell(self, event: str, call: str, handoff: str, known: _Handoff) -> None:
        body = json.dumps(payload(event, call, handoff, known.agent or "", known.brief), ensure_ascii=False).encode()
        while self._events.full():
            with suppress(asyncio.QueueEmpty):
                self._events.get_nowait()
                self.dropped += 1
        self._events.put_nowait(body)

    async def _deliver(self, body: bytes) -> None:
        headers = {"Content-Type": "application/json", "X-Warmline-Signature": sign(self._secret, self._wall(), body)}
        for attempt in range(TRIES):
            if attempt:
                await asyncio.sleep(PAUSE_SECONDS * 2 ** (attempt - 1))
            try:
                status = await self._post(body, headers)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                log.warning("brief webhook: an answer expected, got %s", type(error).__name__)
                continue
            if status < 300:
                return
            log.warning("brief webhook: 2xx expected, got %d", status)
            if 400 <= status < 500 and status != 429:
                break  # it will not like the same words better the second time
        self.dropped += 1


def payload(event: str, call: str, handoff: str, agent: str, brief: Brief | None) -> dict[str, Any]:
    """What the other product receives; redacted already, since the brief is."""
    shown = None
    if brief is not None:
        lines = [{"part": line.part.value, "text": line.text} for line in brief.lines]
        shown = {"version": brief.version, "headline": brief.headline, "spoken": brief.spoken, "lines": lines}
    return {"v": VERSION, "event": event, "call": call, "handoff": handoff, "agent": agent, "brief": shown}


def sign(secret: bytes, wall: float, body: bytes) -> str:
    """`t=<seconds>,v1=<hex>`: HMAC-SHA256 over "<seconds>.<body>", so that an old event cannot be sent again unseen."""
    at = str(int(wall))
    return f"t={at},v1={hmac.new(secret, at.encode() + b'.' + body, hashlib.sha256).hexdigest()}"


def over(session: aiohttp.ClientSession, url: str, *, timeout_seconds: float) -> Post:
    """A POST to the operator's address; redirects are not followed, the signature is for that address alone."""

    async def post(body: bytes, headers: Mapping[str, str]) -> int:
        timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        async with session.post(
            url, data=body, headers=dict(headers), timeout=timeout, allow_redirects=False
        ) as answer:
            return answer.status

    return post
