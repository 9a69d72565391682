"""What happens to a party's audio on its way to the carrier, as data: frame number in, time of arrival out.

Frames beyond repair are lost (the carrier sends nothing for them); everything is decided by the seed alone.
"""

import heapq
import random
from dataclasses import dataclass

from voice.audio import FRAME_MS, Pcm


@dataclass(frozen=True, slots=True)
class Network:
    """`loss`, `reorder`: share of frames, 0..1. `jitter_ms`: most lateness. `gone`: outages, [from, to) ms."""

    loss: float = 0.0
    jitter_ms: int = 0
    reorder: float = 0.0
    gone: tuple[tuple[int, int], ...] = ()
    seed: int = 0

    @property
    def perfect(self) -> bool:
        """Most are, and then no die is thrown for each frame."""
        return not (self.loss or self.jitter_ms or self.reorder or self.gone)

    def arrival_ms(self, number: int) -> int | None:
        """When frame `number` arrives, or None when it never does."""
        if self.perfect:
            return number * FRAME_MS
        chance = random.Random(self.seed * 1_000_003 + number)  # by number: one frame's fate moves no other's
        lost, late, swapped = chance.random() < self.loss, chance.random(), chance.random() < self.reorder
        sent_ms = number * FRAME_MS
        if lost or any(start <= sent_ms < end for start, end in self.gone):
            return None
        return sent_ms + round(late * self.jitter_ms) + (FRAME_MS + FRAME_MS // 2 if swapped else 0)


class Transit:
    """The frames of one call that are on their way."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._on_the_way: list[tuple[int, int, Pcm]] = []
        self._sent = 0

    def send(self, frame: Pcm) -> None:
        arrival_ms = self._network.arrival_ms(self._sent)
        if arrival_ms is not None:  # else it is lost
            heapq.heappush(self._on_the_way, (arrival_ms, self._sent, frame))
        self._sent += 1

    def due(self, now_ms: int) -> list[Pcm]:
        """What has arrived by now, in the order of arrival."""
        arrived = []
        while self._on_the_way and self._on_the_way[0][0] <= now_ms:
            arrived.append(heapq.heappop(self._on_the_way)[2])
        return arrived
