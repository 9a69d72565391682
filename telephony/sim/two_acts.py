"""A caller in two acts: with the system, then with the person who was brought in.

Nobody's script can know when an agent will be found, so the second act waits to be told (`joined`), as a caller knows
by the new voice. One who is never told goes on after `patience_ms`. One whose person has gone may leave (`left_alone`).
"""

from collections.abc import Sequence

from telephony.sim.caller import Caller, Done, Step
from telephony.sim.script import HangUp, Item, Wait
from voice.audio import FRAME_MS, Pcm, silence

LEAVES_AFTER_MS = 2500  # enough to hear that the assistant is back


class TwoActCaller:
    """A `Party` like `Caller`. `stays_ms`: how long it stays after its last item."""

    def __init__(
        self, first: Sequence[Item], second: Sequence[Item] = (), *, stays_ms: int, patience_ms: int = 120_000
    ) -> None:
        leaving = (Wait(stays_ms), HangUp())
        self._first = Caller((*first, *leaving) if not second else first)
        self._second = Caller((*second, *leaving))
        self._first_items = len(first)
        self._has_second = bool(second)
        self._second_began_ms = 0
        self._patience_ms = patience_ms
        self._joined = False
        self._alone_ms: int | None = None  # of what is left until it hangs up
        self.at_ms = 0

    def joined(self) -> None:
        """A person is on the line now."""
        self._joined = True

    def left_alone(self) -> None:
        """The person has hung up, and with them went the reason to stay: this one says nothing more, and hangs up."""
        self._alone_ms = LEAVES_AFTER_MS

    @property
    def done(self) -> list[Done]:
        """What was carried out, in ms since the party's first frame."""
        later = (
            Done(d.item, d.start_ms + self._second_began_ms, d.end_ms + self._second_began_ms)
            for d in self._second.done
        )
        return [*self._first.done, *later]

    @property
    def lost_patience(self) -> int:
        return self._first.lost_patience + self._second.lost_patience

    def step(self, heard: Pcm) -> Step:
        self.at_ms += FRAME_MS
        if self._alone_ms is not None:
            self._alone_ms -= FRAME_MS
            return Step(silence(FRAME_MS), hangs_up=self._alone_ms <= 0)
        if not self._on_second():
            return self._first.step(heard)
        return self._second.step(heard)

    def _on_second(self) -> bool:
        """Joined in the middle of the first act: the rest of it was meant for the system, so it is left out."""
        if not self._has_second or self._second_began_ms:
            return self._has_second and self._second_began_ms > 0
        over = len(self._first.done) >= self._first_items
        if over and not self._joined:
            self._patience_ms -= FRAME_MS
        if self._joined or self._patience_ms <= 0:
            self._second_began_ms = self.at_ms
        return self._second_began_ms > 0
