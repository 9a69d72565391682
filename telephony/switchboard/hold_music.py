"""Music for a caller whom an agent holds; their own audio is its clock, so that no timer of ours can drift against
their line.
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

from voice.audio import Pcm, duration_ms
from voice.music import Music

Sink = Callable[[Pcm], Awaitable[None]]


class Party(Protocol):
    """Whom a bridge joins; `voice.pipeline.session.Session` is one."""

    def relay_to(self, sink: Sink | None) -> None: ...

    async def play(self, pcm: Pcm) -> None: ...


def music_for(caller: Party) -> Sink:
    """To be relayed to: as much music comes back as the caller said. It goes on where it stopped."""
    music = Music()

    async def answer(said: Pcm) -> None:
        await caller.play(music.next(duration_ms(said)))

    return answer
