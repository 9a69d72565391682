"""The door to whoever does what the caller was promised: one call, one key, one honest answer."""

from collections.abc import Mapping
from typing import Protocol

from voice.events import ActionDone


class Backend(Protocol):
    async def perform(self, action: str, params: Mapping[str, str], key: str) -> ActionDone:
        """Does `action` once for `key`, however often it is asked; the same key gives the same receipt.

        Never raises for what the backend says or fails to say: that is `ok=False` with an error word. "timeout" and
        "unknown" mean that nobody knows whether it was done; "unreachable" that it was not.
        """
        ...
