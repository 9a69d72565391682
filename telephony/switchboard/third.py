"""A third voice on a call: hears what some legs say, mixed into one, and is laid over what others hear. A supervisor's,
or that of a colleague whom an agent brought in.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from voice.audio import Pcm
from voice.pipeline.mixing import Mixer
from voice.pipeline.session import Session

HEARD_WAITING = 100
"""Pieces of audio, 2 s: more than a loop ever stalls; then the oldest go."""

Sink = Callable[[Pcm], Awaitable[None]]


class Earpiece:
    """What is to be heard waits in a short queue, so that a browser that stalls holds up no call."""

    def __init__(self) -> None:
        self._heard: asyncio.Queue[Pcm] = asyncio.Queue(maxsize=HEARD_WAITING)

    def hears(self, frames: Sequence[Pcm]) -> None:
        """Never waits."""
        for frame in frames:
            if self._heard.full():
                self._heard.get_nowait()
            self._heard.put_nowait(frame)

    async def play_to(self, play: Sink) -> None:
        """Until cancelled."""
        while True:
            await play(await self._heard.get())


class Third:
    """`mine`: the leg of the third; `hears` takes what they are to hear; `who` is the name of their voice."""

    def __init__(self, who: str, mine: Session, hears: Callable[[Sequence[Pcm]], None]) -> None:
        self._who = who
        self._mine = mine
        self._hears = hears
        self._undo: list[Callable[[], None]] = []

    def wire(
        self,
        *,
        hears: Mapping[str, Session],
        prompted: Session | None = None,
        beside: Sequence[Session] = (),
        alone_with: Session | None = None,
    ) -> None:
        """In place of how it was. `hears`: whose words, the first gives the time; `prompted`: with what we say to them;
        `beside`: who hears the third over somebody else, `alone_with`: over nobody."""
        self.unwire()
        mixer = Mixer(next(iter(hears), self._who))

        def hear(voice: str, pcm: Pcm) -> None:
            self._hears(mixer.push(voice, pcm))

        for voice, session in hears.items():
            ours = partial(hear, "system") if session is prompted else _nothing
            self._undo.append(session.overheard_by(said=partial(hear, voice), prompted=ours))
        sinks = [self._beside(session) for session in beside]
        if alone_with is not None:
            sinks.append(alone_with.play)
        self._mine.relay_to(_all(sinks) if sinks else None)

    def unwire(self) -> None:
        undo, self._undo = self._undo, []
        for one in undo:
            one()
        self._mine.relay_to(None)

    def _beside(self, session: Session) -> Sink:
        self._undo.append(partial(session.no_longer_beside, self._who))
        return partial(session.beside, self._who)


def _all(sinks: Sequence[Sink]) -> Sink:
    async def speak(pcm: Pcm) -> None:
        for sink in sinks:
            await sink(pcm)

    return speak


def _nothing(_: Pcm) -> None:
    pass
