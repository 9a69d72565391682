"""A leg's session is over only when its pipeline is, however often it is told to end."""

import asyncio

from voice.pipeline import ending


async def test_a_second_cancel_does_not_interrupt_the_ending() -> None:
    ended = asyncio.Event()

    async def work() -> None:
        for _ in range(10):
            await asyncio.sleep(0)
        ended.set()

    working = asyncio.create_task(ending.uninterrupted(work()))
    for _ in range(3):
        await asyncio.sleep(0)
        working.cancel()
    await asyncio.wait({working})
    assert ended.is_set()
