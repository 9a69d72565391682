"""Parts that fail on purpose: put one into the world, or into the house of an open service, and ring."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from models.errors import DeadlinePassed, EngineFailed
from models.frustration import Evidence, FrustrationState, Judgement
from models.inference import PoolStats, Priority
from models.intent import IntentMatch
from telephony.agents.agent import Agent
from telephony.agents.roster import Roster
from telephony.agents.staff import Found, Staff
from telephony.errors import RecordError
from telephony.journal import Record
from telephony.service import Service
from telephony.sim.socket import Answer, HandshakeRefused, Socket
from telephony.switchboard.house import CallerMind, Minds
from voice.audio import Pcm
from voice.errors import VoiceFailed
from voice.events import Act, ActionDone, Event, Heard, KeyPressed, Silence


class DeafPool:
    """Every utterance fails in the engine; or, with `seconds`, takes that long."""

    def __init__(self, *, seconds: float | None = None) -> None:
        self._seconds = seconds

    async def warm_up(self) -> None:
        """It opens well, as a recogniser that breaks later does."""

    async def call(
        self, name: str, *args: object, key: str, deadline_s: float, priority: Priority = Priority.FINAL
    ) -> Any:
        if self._seconds is None:
            raise EngineFailed(f"{name}: broken on purpose ({key})")
        await asyncio.sleep(min(self._seconds, deadline_s))
        raise DeadlinePassed(f"{name}: slow on purpose ({key})")

    def stats(self) -> PoolStats:
        return PoolStats(0, 0, 0, 0, 0, 0, 0, 0.0, 0.0)

    async def close(self) -> None:
        pass


class MuteVoice:
    """A voice whose engine is gone. `odd`: it fails in a way of its own."""

    def __init__(self, voice_key: str, *, odd: bool = False) -> None:
        self.voice_key = voice_key
        self._odd = odd

    async def stream(self, text: str) -> AsyncGenerator[Pcm, None]:
        if text:
            raise OSError("broken pipe on purpose") if self._odd else VoiceFailed("broken on purpose")
        yield  # type: ignore[misc]  # never reached: it makes this a generator

    async def close(self) -> None:
        pass


@dataclass
class ForgetfulKeeper:
    """A record that cannot be written between the entries `first` and `last` of those that are waited for."""

    first: int = 1
    last: int = 1_000_000
    records: list[Record] = field(default_factory=list)
    waited: int = 0

    def keep(self, record: Record) -> None:
        self.records.append(record)

    async def kept(self, record: Record) -> None:
        self.waited += 1
        if self.first <= self.waited <= self.last:
            raise RecordError(f"call {record.call}: away on purpose")


class NoStaff(Staff):
    """Neither roster nor queue answer."""

    def __init__(self) -> None:
        super().__init__(roster=Roster([]), needs={}, now_ms=lambda: 0)

    def join(self, call: str, handoff: str, queue: str, **known: object) -> None:
        raise RuntimeError("the queue is out of order on purpose")

    def leave(self, handoff: str, queue: str, *, served: bool) -> None:
        raise RuntimeError("the queue is out of order on purpose")

    def reserve(self, handoff: str, queue: str, excluding: frozenset[str]) -> Found | None:
        raise RuntimeError("the roster is out of order on purpose")

    async def changed(self) -> None:
        raise RuntimeError("the roster is out of order on purpose")

    def agents(self) -> list[Agent]:
        return []


class DownBackend:
    """The bank's systems are down: each deed fails in a way nobody foresaw, and nobody knows what it did."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def perform(self, action: str, params: Mapping[str, str], key: str) -> ActionDone:
        self.asked.append(action)
        raise RuntimeError(f"{action}: down on purpose")


class DownDesk:
    """Whatever is to be shown to an agent fails."""

    def __getattr__(self, name: str) -> Any:
        def fails(*args: object, **named: object) -> None:
            raise RuntimeError(f"desk: {name} is out of order on purpose")

        return fails


class NoIntents:
    """The model of intents, or the embeddings it rests on, are gone."""

    def match(self, text: str, *, prior: Mapping[str, float] | None = None) -> IntentMatch:
        raise RuntimeError("intents: out of order on purpose")


class NoJudge:
    """Nobody can say how frustrated a caller is."""

    def judge(self, state: FrustrationState, evidence: Evidence) -> tuple[FrustrationState, Judgement]:
        raise RuntimeError("frustration: out of order on purpose")


class FailingMind:
    """Raises once `after` keys, words and silences have passed; then it cannot even account for the call."""

    def __init__(self, inner: CallerMind, after: int) -> None:
        self._inner = inner
        self._left = after

    def on(self, event: Event, now_ms: int) -> Sequence[Act]:
        if isinstance(event, (KeyPressed, Heard, Silence)):
            self._left -= 1
            if self._left < 0:
                raise RuntimeError("the mind is broken on purpose")
        return self._inner.on(event, now_ms)

    def __getattr__(self, name: str) -> Any:
        if self._left < 0 and name in ("brief", "summary", "shown_caller", "tier", "solved", "suggested_disposition"):
            raise RuntimeError(f"{name} is broken on purpose")
        return getattr(self._inner, name)


@dataclass(frozen=True)
class FailingMinds:
    inner: Minds
    after: int = 0

    def caller(self, call: str, number: str | None, promise: Any = None) -> Any:
        return FailingMind(self.inner.caller(call, number, promise), self.after)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def put_in(service: Service, **parts: Any) -> None:
    """Exchanges parts of the house for broken ones: calls that arrive from now on are built from these."""
    house = service.switchboard.house
    if "backend" in parts:
        house.approvals.gate.backend = parts.pop("backend")
    service.switchboard.house = replace(house, **parts)


class Gone:
    """A service that is not there any more."""

    async def post(self, url: str, form: object, headers: object) -> Answer:
        raise ConnectionError("connection refused")

    async def connect(self, url: str, headers: object) -> Socket:
        raise HandshakeRefused(502)
