"""What a call costs while nobody speaks: the service's processor time, beside a stock pipecat bot's in the same run."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import numpy as np

from telephony.sim.caller import Step
from tests.bench import idle_peer
from tests.bench.context import Context
from tests.bench.served import NUMBER, served
from tests.bench.writer import Row, unmeasured
from voice.audio import FRAME_SAMPLES, RATE, Pcm

IDS = ("idle_call_core_pct", "idle_call_core_pct_with_vad", "idle_call_core_pct_gated_vad")
CALLS, CALLS_FULL = 10, 16
GREETING_SECONDS = 22.0  # it takes about 16 s; then all is still
SECONDS = 3.0
PIECES, PIECES_FULL = 5, 15
HISS = 20  # int16, rms: -64 dBFS, a quiet line


class Silent:
    """Holds the telephone and says nothing, on a line that hisses, until told to leave."""

    def __init__(self, seed: int) -> None:
        noise = (np.random.default_rng(seed).standard_normal(RATE) * HISS).astype(np.int16)
        self._frames = [noise[at : at + FRAME_SAMPLES] for at in range(0, RATE, FRAME_SAMPLES)]
        self._at = 0
        self.leaves = False

    def step(self, heard: Pcm) -> Step:
        self._at += 1
        return Step(self._frames[self._at % len(self._frames)], hangs_up=self.leaves)


def rows(context: Context) -> Sequence[Row]:
    calls, pieces = (CALLS_FULL, PIECES_FULL) if context.full else (CALLS, PIECES)
    parties = [Silent(context.seed + n) for n in range(calls)]
    peer = asyncio.run(idle_peer.shares(parties, seconds=SECONDS, pieces=pieces))
    kinds = ("none", "shipped", "gated") if context.full else ("none", "shipped")
    found = {vad: asyncio.run(_shares(context, vad, calls, pieces)) for vad in kinds}
    make, per_cent = context.samples.row, 100.0
    of = f"a call's share of a core over {SECONDS:.0f} s, the service's own without calls taken off"
    note = f"{calls} silent calls on real sockets, process CPU time"
    peer_value = per_cent * median(peer)
    return [
        make(IDS[0], [per_cent * one for one in found["none"]], "p50", unit="% of a core", goal="<= 1.2", of=of,
             note=f"{note}; no voice detection"),
        make(IDS[1], [per_cent * one for one in found["shipped"]], "p50", unit="% of a core", goal="<= 1.6", of=of,
             peer_value=peer_value,
             note=f"{note}; as shipped; peer: stock pipecat 1.14 with Twilio serializer and Silero, no engines"),
        make(IDS[2], [per_cent * one for one in found["gated"]], "p50", unit="% of a core", goal="report", of=of,
             note=f"{note}; [hearing.vad] kind = gated")
        if context.full else unmeasured(IDS[2], unit="% of a core", goal="report", why="in the full run only"),
    ]  # fmt: skip


async def _shares(context: Context, vad: str, calls: int, pieces: int) -> list[float]:
    with tempfile.TemporaryDirectory(dir=context.folder) as scratch:
        keys = {"max_calls": 64, "by_load": False, "record_audio": False, "prerender": False}
        async with served(Path(scratch), vad=vad, idle=True, **keys) as service:
            empty = await service.process.share(SECONDS)
            parties = [Silent(context.seed + n) for n in range(calls)]
            ringing = [
                asyncio.create_task(service.carrier.call(from_=f"+1202555{1000 + n}", to=NUMBER, party=party))
                for n, party in enumerate(parties)
            ]
            await asyncio.sleep(GREETING_SECONDS)
            found = [(await service.process.share(SECONDS) - empty) / calls for _ in range(pieces)]
            if (up := (await service.process.spent()).calls) != calls:
                raise RuntimeError(f"{calls} idle calls expected to the end, {up} were")
            for party in parties:
                party.leaves = True
            await asyncio.gather(*ringing)
    return found
