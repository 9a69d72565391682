"""Whether the system stays with a caller: alone, in the first minute, when a part is off, and how soon it rings."""

import asyncio
import tempfile
import time
import wave
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from telephony.agents.agent import Presence
from telephony.assembly.world import World
from telephony.demo.make_clips import CALLS
from telephony.events import AgentOffered
from telephony.journal import Record
from telephony.replay import Replayed, replay
from telephony.settings import load
from telephony.sim.agent import never_answers
from telephony.sim.carrier import Carrier
from telephony.sim.script import Key, Wait
from tests.bench.context import ROOT, Context
from tests.bench.writer import Row
from tests.calls.guaranteed import cells, reach
from tests.calls.test_staying import KEY_0, SPEAKS, waits
from tests.sim.company import Company, company, frames
from tests.sim.house import CONFIG, TOKEN, TOKEN_VARIABLE, serving
from tests.sim.virtual import Leaving
from voice.events import Escalated

IDS = (
    "caller_alone_max_s", "first_minute_quiet_max_share", "trigger_to_ring_p95_ms", "trigger_to_ring_wall_p95_ms",
    "person_reached_with_part_off_p95_s",
)  # fmt: skip
RINGS = 25
WAITING = {"at once by key": (KEY_0, ()), "at once by voice": ((SPEAKS,), ("agent",)),
           "in a task": ((SPEAKS, SPEAKS), ("what is my balance", "agent"))}  # fmt: skip


def rows(context: Context) -> Sequence[Row]:
    make = context.samples.row
    labelled = [_replayed(context, path) for path in _labelled()]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        off = [reach(part, way, _new(folder)) for part, way in cells()]
        alone = [waits(_new(folder), *script, seconds=100, lines=list(lines)) for script, lines in WAITING.values()]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(TOKEN_VARIABLE, TOKEN)
            walls = asyncio.run(_wall_ms(_new(folder)))
    companies = [_company(one) for one in labelled]
    companies += [one.call.company for one in off] + [call.company for call in alone]
    virtual = [gap for one in labelled for gap in _offered_ms(one.records)]
    return [
        make(IDS[0], [one.alone_max_ms / 1000 for one in companies], "max", unit="s", goal="<= 5",
             of="a call: the longest time without a sound to the caller of -50 dBFS, while neither they speak nor a"
                " person is on the line",
             note=f"{len(labelled)} labelled calls, {len(off)} with a part off, {len(alone)} who wait for minutes;"
                  " from the answer to the end"),
        make(IDS[1], [call.company.quiet_share() or 0.0 for call in alone], "max", unit="of the time", goal="<= 0.10",
             of="a silent caller's first minute after the trigger: silence or music",
             note="pauses below 200 ms belong to speech, as in ITU-T P.56"),
        make(IDS[2], virtual, "max", unit="ms", goal="<= 1000", of="a trigger to the offer of the call to an agent",
             note="labelled calls, virtual time: engines and disk take none; the maximum, too few for a percentile"),
        make(IDS[3], walls, "p95", unit="ms", goal="<= 1000",
             of="key 0 noted as a trigger to the carrier asked to ring, wall clock",
             note="real sockets, SQLite on disk, the carrier's stand-in; no recogniser on the way"),
        make(IDS[4], [one.within_ms / 1000 for one in off], "p95", unit="s", goal="<= 8",
             of="a part off and a way to ask: from the key, or the end of the last words or silence, to the bridge",
             note="virtual time; ringing and the agent's key take 2 s of each"),
    ]  # fmt: skip


def _labelled() -> list[Path]:
    return sorted(CALLS.glob("*.toml")) + sorted((ROOT / "tests" / "calls" / "labelled").glob("*.toml"))


def _replayed(context: Context, path: Path) -> Replayed:
    return replay(path, config=ROOT / "config", out=context.folder / "calls")


def _company(one: Replayed) -> Company:
    with wave.open(str(one.wav)) as recorded:
        both = np.frombuffer(recorded.readframes(recorded.getnframes()), dtype=np.int16).reshape(-1, 2)
    return company(frames(both[:, 0]), frames(both[:, 1]), one.records)


def _offered_ms(records: Sequence[Record]) -> Iterator[float]:
    """From each trigger to the first offer after it, unless the caller had to wait for somebody to be free."""
    since: int | None = None
    for record in records:
        if isinstance(record.entry, Escalated):
            since = record.at_ms
        elif isinstance(record.entry, AgentOffered) and since is not None:
            yield float(record.at_ms - since)
            since = None


async def _wall_ms(folder: Path) -> list[float]:
    """Real calls, one after the other; each ends once the agent's telephone is being rung."""
    triggers: list[float] = []
    world = World(on_record=lambda record: triggers.append(time.monotonic()) if record.type == "Escalated" else None)
    number = "+12025550201"
    seats = [{**agent.model_dump(), "line": "twilio", "address": number} for agent in load(CONFIG).agents[:1]]
    found = []
    async with serving(folder, world, agents={number: never_answers()}, roster=seats) as (service, carrier, _):
        for _ in range(RINGS):
            service.staff.roster.set(seats[0]["id"], Presence.AVAILABLE, 0)
            found.append(await _one_ring(carrier, number, triggers))
    return found


async def _one_ring(carrier: Carrier, number: str, triggers: list[float]) -> float:
    rung = sum(call.to == number for call in carrier.calls.values())
    caller = Leaving((Wait(300), Key("0")), stays_ms=20_000)
    calling = asyncio.create_task(carrier.call(from_="+12025550143", to="+12025550100", party=caller))
    async with asyncio.timeout(20):
        while sum(call.to == number for call in carrier.calls.values()) == rung:  # noqa: ASYNC110 - the carrier has no event for it
            await asyncio.sleep(0.001)
    at = time.monotonic()
    caller.leaves = True
    await calling
    return (at - triggers[-1]) * 1000


def _new(folder: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=folder))
