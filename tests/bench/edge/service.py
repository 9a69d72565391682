"""The service under test, in a process of its own: the real one, but for the recogniser's words (`heard.py`).

Run with a JSON file of `Order`. Says "ready" when it serves; each line it is given then is answered by one of JSON.
"""

import asyncio
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop

from models.inference import EngineFactory, Pool, PoolStats, Priority
from telephony import logs
from telephony.assembly import hearing, speaking
from telephony.assembly.hearing import languages
from telephony.assembly.world import World
from telephony.events import Said, Silent
from telephony.journal import Record
from telephony.server import Server
from telephony.service import Service, open_service
from telephony.settings import Settings, load
from tests.bench.edge.account import ACCOUNT, NUMBER, PUBLIC_URL, TOKEN_VARIABLE
from tests.bench.edge.heard import factory
from tests.sim.house import changed
from voice.dialogue.load import load_business
from voice.events import Escalated
from voice.pipeline.recognise import ENGINE
from voice.tts.cache import CachedSynthesizer

POOL = (sys.executable, "-m", "tests.bench.edge.pool_process")


@dataclass(frozen=True, slots=True)
class Order:
    config: str
    port: int
    rest_port: int
    folder: str  # records
    prompts: str  # rendered sentences, kept from run to run
    clips: str
    weights: str | None  # of the shape-true recogniser; None: it costs nothing
    tokens: int
    voice: str = "espeak"  # espeak | piper
    models: str = ""
    cached: bool = True
    max_calls: int = 128
    record: bool = True


class Uncached(CachedSynthesizer):
    """Finds nothing: every sentence is spoken anew, as those are that hold what a caller said."""

    def _find(self, key: str) -> bytes | None:
        return None


class TimedPool:
    """Notes how long each final takes from its call to its words: that is from the end of the turn to the text."""

    def __init__(self, inner: Pool) -> None:
        self.finals_ms: list[float] = []
        self.asked = dict.fromkeys(Priority, 0)
        self._inner = inner

    async def warm_up(self) -> None:
        await self._inner.warm_up()

    async def call(
        self, name: str, *args: object, key: str, deadline_s: float, priority: Priority = Priority.FINAL
    ) -> Any:
        began = time.perf_counter()
        try:
            return await self._inner.call(name, *args, key=key, deadline_s=deadline_s, priority=priority)
        finally:
            if name == ENGINE:
                self.asked[priority] += 1
                if priority is Priority.FINAL:
                    self.finals_ms.append((time.perf_counter() - began) * 1000)

    def stats(self) -> PoolStats:
        return self._inner.stats()

    async def close(self) -> None:
        await self._inner.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def main() -> None:
    order = Order(**json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    logs.set_up("ERROR")
    if not order.cached:
        speaking.CachedSynthesizer = Uncached  # type: ignore[misc]  # in this process alone
    uvloop.run(_serve(order))


async def _serve(order: Order) -> None:
    pools: list[TimedPool] = []

    def open_pool(factories: Mapping[str, EngineFactory], settings: Settings) -> Pool:
        weights = Path(order.weights) if order.weights else None
        expected = languages(load_business(settings.business.folder))
        exchanged = {**factories, ENGINE: factory(Path(order.clips), weights, order.tokens, expected)}
        pools.append(TimedPool(hearing.open_pool(exchanged, settings.hearing, command=POOL)))
        return pools[0]

    answered: Counter[str] = Counter()

    def on_record(record: Record) -> None:
        """Turns that went wrong: a caller who was not heard, or not understood, or given to a person."""
        match record.entry:
            case Silent():
                answered["unheard"] += 1
            case Said(prompt=prompt) if prompt.startswith("no_match"):
                answered["not_understood"] += 1
            case Escalated():
                answered["escalated"] += 1
            case _:
                pass

    world = World(open_pool=open_pool, prompts=Path(order.prompts), bank=":memory:", on_record=on_record)
    async with open_service(_settings(order), world) as service:

        async def drain() -> None:
            """Callers have hung up by then."""

        server = Server(service.app, host="127.0.0.1", port=order.port, drain=drain)
        running = asyncio.create_task(service.run())
        _answer(service, pools[0], asyncio.get_running_loop(), answered)
        try:
            await server.serve()
        finally:
            running.cancel()
            await asyncio.wait({running})


def _settings(order: Order) -> Settings:
    return changed(
        load(Path(order.config)),
        {
            "service": {
                "port": order.port,
                "public_url": PUBLIC_URL,
                "records_folder": Path(order.folder),
                "models_folder": Path(order.models or order.folder),
                "max_calls": order.max_calls,
            },
            "admission": {"by_load": False},  # a ramp shows what would happen; who is let in is another row's question
            "hearing": {"engine": "pocketsphinx"},  # looked for, then exchanged
            "speaking": {"engine": order.voice, "prerender": order.cached},
            "records": {"record_audio": order.record},
            "lines": {
                "twilio": {
                    "enabled": True,
                    "account_sid": ACCOUNT,
                    "auth_token_variable": TOKEN_VARIABLE,
                    "number": NUMBER,
                    "api_url": f"http://127.0.0.1:{order.rest_port}",
                }
            },
        },
    )


def _answer(service: Service, pool: TimedPool, loop: asyncio.AbstractEventLoop, answered: Mapping[str, int]) -> None:
    def told() -> str:
        stats = pool.stats()
        return json.dumps(
            {
                "calls": len(service.switchboard.calls),
                "tasks": len(asyncio.all_tasks(loop)),
                "finals_ms": pool.finals_ms,
                "asked": {priority.name.lower(): count for priority, count in pool.asked.items()},
                "done": stats.done,
                "dropped": stats.dropped,
                "failed": stats.failed,
                "answered": dict(answered),
            }
        )

    def listen() -> None:
        for _ in sys.stdin:
            loop.call_soon_threadsafe(lambda: print(told(), flush=True))

    threading.Thread(target=listen, daemon=True).start()
    print("ready", flush=True)


if __name__ == "__main__":
    main()
