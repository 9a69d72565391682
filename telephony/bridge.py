"""Two legs joined in this process: each party's audio is played to the other, whatever lines they came over."""

from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Protocol, Self

from voice.audio import Pcm


class Joinable(Protocol):
    """One side of a bridge; `voice.pipeline.session.Session` is one."""

    leg: str

    def relay_to(self, sink: Callable[[Pcm], Awaitable[None]] | None) -> None: ...

    async def play(self, pcm: Pcm) -> None: ...


class Bridge:
    """`async with Bridge(caller, agent):` they hear each other until the block ends."""

    def __init__(self, caller: Joinable, agent: Joinable) -> None:
        self._caller = caller
        self._agent = agent

    async def __aenter__(self) -> Self:
        self._caller.relay_to(self._agent.play)
        self._agent.relay_to(self._caller.play)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._caller.relay_to(None)
        self._agent.relay_to(None)
