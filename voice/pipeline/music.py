"""Plays the hold music on one leg whenever nothing is being said, and stands back while the party speaks."""

import asyncio
from collections.abc import Awaitable, Callable

from voice.audio import Pcm
from voice.hearing import Ear
from voice.music import Music
from voice.pipeline.playback import Playback

PIECE_MS = 100
AHEAD_MS = 100
"""At most so much of it lies in the output: what we say next must not wait for music."""

STUCK_SECONDS = 3.0
"""An output that takes no music for so long is tried again later."""

SAY_ID = "music"


class HoldMusic:
    """`push` sends audio to the output. `on`: wanted now."""

    def __init__(self, *, playback: Playback, ear: Ear, push: Callable[[Pcm], Awaitable[None]]) -> None:
        self.on = False
        self._playback = playback
        self._ear = ear
        self._push = push
        self._music = Music()

    async def play(self, wanted_elsewhere: Callable[[], bool]) -> None:
        """Until it is no longer wanted, or the output is needed for words."""
        sent_ms = 0
        self._playback.begin(SAY_ID)
        while self.on and not wanted_elsewhere():
            if self._playback.say_id is None:  # interrupted, and what lay in the output is gone
                self._playback.begin(SAY_ID)
                sent_ms = 0
            if self._ear.speaking:
                await asyncio.sleep(PIECE_MS / 1000)
                continue
            await self._push(self._music.next(PIECE_MS))
            sent_ms += PIECE_MS
            await self._until_sent(sent_ms - AHEAD_MS)
        self._playback.end()

    async def _until_sent(self, milliseconds: int) -> None:
        try:
            async with asyncio.timeout(STUCK_SECONDS):
                await self._playback.until_sent(milliseconds)
        except TimeoutError:
            self._playback.end()
