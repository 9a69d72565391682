"""The caller's side in a process of its own: it owns the clock, plays the scripts and times the answers.

Run with a JSON file of `Plan`, one for what it has to tell, and one that grows by a byte with every call that ends.
Without lines it ticks alone on an empty loop, which is what the machine itself is late by.
"""

import asyncio
import json
import sys
import time
import uuid
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import uvloop

from telephony.sim.caller import Caller, Step
from telephony.sim.carrier import Carrier, CarrierCall
from telephony.sim.network import Network
from telephony.sim.phone import Phone
from telephony.sim.rest import RestStandIn
from telephony.sim.serving import listen, serving
from telephony.sim.socket import Loopback
from tests.bench.edge.account import ACCOUNT, NUMBER, PUBLIC_URL, TOKEN
from tests.bench.edge.answers import CallClock
from tests.bench.edge.line import ClockedReach
from tests.bench.edge.script import Sayings, script
from voice.audio import FRAME_MS, Pcm, silence

DOCUMENT = '<Response><Connect><Stream url="ws://peer.example/ws"/></Connect></Response>'
BETWEEN_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Plan:
    """`lines` callers at once, each `calls` calls one after the other, each `cycles` errands long. `seconds`: at the
    latest all hang up then. `starts_ms`: the lines begin at random times within it. `peer`: answers no webhooks."""

    port: int
    rest_port: int
    clips: str
    lines: int
    calls: int
    cycles: int
    seconds: float
    seed: int
    quiet_ms: int = 400
    thinks_ms: tuple[int, int] = (0, 0)
    starts_ms: int = 0
    peer: bool = False


class _Silent:
    """Does nothing: what is left is the machine's own lateness."""

    def step(self, heard: Pcm) -> Step:
        return Step(silence(FRAME_MS))


class _Exchange(Carrier):
    """Its calls are new ones to a service that has met an exchange of this bench before."""

    def new_sid(self, kind: str) -> str:
        return kind + uuid.uuid4().hex


async def played(plan: Plan, ended: Path) -> dict[str, Any]:
    found = Sayings.load(Path(plan.clips))
    reach = ClockedReach(
        Loopback(plan.port),
        new_clock=lambda: CallClock(found.catalogue),
        now=time.perf_counter,
        document=DOCUMENT if plan.peer else None,
    )
    carrier = _Exchange(
        reach,
        public_base_url=PUBLIC_URL,
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        status_path=None if plan.peer else "/twilio/status",
    )
    ends_at = asyncio.get_running_loop().time() + plan.seconds
    made: list[CarrierCall] = []

    async def line(number: int) -> None:
        for turn in range(plan.calls):
            left = ends_at - asyncio.get_running_loop().time()
            if left <= 0:
                return
            seed = plan.seed + 1000 * number + turn
            starts_ms = 0 if turn else plan.starts_ms * number // max(1, plan.lines) // FRAME_MS * FRAME_MS
            items = script(
                found, cycles=plan.cycles, seed=seed, quiet_ms=plan.quiet_ms, thinks_ms=plan.thinks_ms,
                starts_ms=starts_ms,
            )  # fmt: skip
            caller = Caller(list(items))
            made.append(await carrier.call(from_=f"+1202555{1000 + number}", to=NUMBER, party=caller, max_seconds=left))
            with ended.open("ab") as count:
                count.write(b".")
            await asyncio.sleep(BETWEEN_SECONDS)

    async with AsyncExitStack() as stack:
        if not plan.peer:
            rest = await stack.enter_async_context(RestStandIn(carrier, agents={}, password=TOKEN))
            await stack.enter_async_context(serving(rest.app, listen(plan.rest_port)))
        async with asyncio.TaskGroup() as group:
            for number in range(plan.lines):
                group.create_task(line(number))
        await carrier.close()
    return {
        "calls": [[asdict(turn) for turn in clock.turns()] for clock in reach.clocks],
        "gaps_ms": [round(gap, 3) for clock in reach.clocks for gap in clock.gaps_ms],
        "holes_ms": [round(hole, 3) for clock in reach.clocks for hole in clock.holes_ms],
        "late_ms": [round(late, 3) for call in made if call.phone for late in call.phone.late_ms],
        "violations": sum(len(call.violations) for call in made),
        "ends": [str(call.over) for call in made],
    }


async def alone(seconds: float) -> dict[str, Any]:
    over = asyncio.Event()
    phone = Phone(_Silent(), network=Network(), max_seconds=seconds, on_end=lambda end: over.set())
    phone.put_aside()
    await over.wait()
    return {"late_ms": [round(late, 3) for late in phone.late_ms]}


def main() -> None:
    plan = Plan(**json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    began, cpu = time.perf_counter(), time.process_time()
    told = uvloop.run(played(plan, Path(sys.argv[3])) if plan.lines else alone(plan.seconds))
    seconds = time.perf_counter() - began
    told["cpu_share"], told["seconds"] = (time.process_time() - cpu) / seconds, seconds
    Path(sys.argv[2]).write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main()
