"""The callers of `standin_calls_on_time`: many simulated calls at once in real time, in one thread of one process and
so on at most one core.

Prints one JSON object: how late each 20 ms tick was, the CPU it took, and what was heard. With no calls it ticks alone
on an empty loop, which is the machine's own share of the lateness. Run with port, calls and seconds.
"""

import asyncio
import json
import sys
import time
from collections.abc import Mapping

import numpy as np
import uvloop

from telephony.sim.caller import Step
from telephony.sim.carrier import Carrier, CarrierCall
from telephony.sim.network import Network
from telephony.sim.phone import Phone
from telephony.sim.socket import Answer, Loopback
from voice.audio import FRAME_MS, Pcm, silence

PHASES = 4  # calls begin 5 ms apart, as the calls of a real exchange tick at times of their own
DOCUMENT = '<Response><Connect><Stream url="ws://far.end/stream"/></Connect></Response>'
TONE = np.asarray(6000 * np.sin(2 * np.pi * 500 * np.arange(160) / 8000), dtype=np.int16)


class FarEnd(Loopback):
    """Websockets over the loopback; the webhooks' answers are known."""

    async def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        return Answer(200, DOCUMENT)


class Talker:
    """Speaks all the time for `seconds`, and hangs up."""

    def __init__(self, seconds: float) -> None:
        self._left = round(seconds * 1000 / FRAME_MS)

    def step(self, heard: Pcm) -> Step:
        self._left -= 1
        return Step(TONE, hangs_up=self._left <= 0)


class Silent:
    """Does nothing: what is left is the machine's own lateness."""

    def step(self, heard: Pcm) -> Step:
        return Step(silence(FRAME_MS))


async def calls(port: int, count: int, seconds: float) -> list[CarrierCall]:
    carrier = Carrier(
        FarEnd(port), public_base_url="http://far.end", account_sid="AC" + "0" * 32, auth_token="t", status_path=None
    )

    async def one(number: int) -> CarrierCall:
        await asyncio.sleep(number * (FRAME_MS / PHASES + FRAME_MS) / 1000)  # 40 new calls a second
        return await carrier.call(from_="+12025550143", to="+12025550100", party=Talker(seconds))

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(number)) for number in range(count)]
    await carrier.close()
    return [task.result() for task in tasks]


async def alone(seconds: float) -> list[float]:
    over = asyncio.Event()
    phone = Phone(Silent(), network=Network(), max_seconds=seconds, on_end=lambda end: over.set())
    phone.put_aside()
    await over.wait()
    return phone.late_ms


async def main(port: int, count: int, seconds: float) -> None:
    began, cpu = time.perf_counter(), time.process_time()
    made = await calls(port, count, seconds) if count else []
    late = [late for call in made if call.phone for late in call.phone.late_ms] if count else await alone(seconds)
    wall = time.perf_counter() - began
    told = {
        "late_ms": [round(one, 3) for one in late],
        "cpu_share": (time.process_time() - cpu) / wall,
        "heard": sum(bool(np.concatenate(call.media.heard).any()) for call in made),
        "violations": sum(len(call.violations) for call in made),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
