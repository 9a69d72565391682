"""Which calls are asked how well their callers were helped."""

from dataclasses import dataclass
from zlib import crc32


@dataclass(frozen=True, slots=True)
class Survey:
    """`share`: of the calls, drawn by the call's id; `queues`: only calls that are theirs, all where it is empty."""

    share: float = 1.0
    queues: tuple[str, ...] = ()

    def draws(self, call: str) -> bool:
        return crc32(call.encode()) / 2**32 < self.share
