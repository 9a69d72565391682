"""Waiting for something that a real machine does in its own time: looked for often, with a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

LOOK_SECONDS = 0.02


async def until(holds: Callable[[], bool], what: str, *, seconds: float = 10) -> None:
    try:
        async with asyncio.timeout(seconds):
            while not holds():  # noqa: ASYNC110 - what is waited for happens in another process
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        raise AssertionError(f"not within {seconds} s: {what}") from None
