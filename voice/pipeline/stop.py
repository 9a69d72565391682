"""One stop of the speaker: what was stopped, and the wait for what becomes of it."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from voice.bargein import Stopped, Verdict
from voice.events import HangUp, Played, Say

LOOK_SECONDS = 0.1
"""How often it is looked whether the caller still speaks, while a prompt is stopped and at no other time."""


@dataclass(slots=True, eq=False)
class Stop:
    """`say` was being played, `waiting` stood behind it. Without a `say` only they were stopped."""

    say: Say | None
    waiting: Sequence[Say | HangUp]
    at_ms: int  # the ear's clock, when it was stopped; when it went on, once it has
    heard_ms: int  # up to this place of the prompt
    total_ms: int  # of the prompt so far, all parts together
    paused_ms: int  # between the parts before
    at: float  # loop time
    verdict: Verdict | None = None
    decided: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def words(self) -> Stopped:
        more = any(isinstance(item, Say) for item in self.waiting)
        return Stopped(self.say.text, self.heard_ms, more) if self.say else Stopped("", 0, more_waits=True)

    @property
    def given_up(self) -> bool:
        return self.verdict is Verdict.ANSWER

    def decide(self, verdict: Verdict) -> None:
        self.verdict = verdict
        self.decided.set()

    def stood_ms(self, now: float) -> int:
        return round(1000 * (now - self.at))

    def dropped(self, now: float, *, protected: bool) -> tuple[Played, ...]:
        """What is not said after all; `protected`: not even what must be heard."""
        last: list[Played] = []
        if self.say is not None:
            last = [Played(self.say.say_id, False, self.total_ms, self.paused_ms, ago_ms=self.stood_ms(now))]
        says = [item for item in self.waiting if isinstance(item, Say) and (protected or item.interruptible)]
        return (*last, *(Played(say.say_id, fully=False, played_ms=0) for say in says))

    def kept(self, *, protected: bool) -> list[Say | HangUp]:
        """What is said all the same."""
        return [i for i in self.waiting if isinstance(i, HangUp) or not (protected or i.interruptible)]


async def settled(stop: Stop, *, speaking: Callable[[], bool], patience_seconds: float) -> Verdict:
    """What becomes of it. When nobody has spoken for `patience_seconds` and nobody has decided, it is late."""
    clock = asyncio.get_running_loop().time
    quiet_since = clock()
    while stop.verdict is None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await stop.decided.wait()
        if speaking():
            quiet_since = clock()
        elif stop.verdict is None and clock() - quiet_since >= patience_seconds:
            stop.decide(Verdict.LATE)
    return stop.verdict
