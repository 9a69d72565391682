"""What a page may say beside its voice: keys and texts, each small and not in a flood. Pure but for the clock given.

Whatever else comes is dropped before anybody reads or logs it: a caller's page is whatever a stranger makes of it.
"""

import json

KINDS = ("key", "text")
CHARS_MAX = 4096  # a text of 500 characters, each of them escaped in JSON, is 3,000
PER_SECOND, AT_ONCE = 20.0, 40.0  # keys; a number that is typed fast, or comes from a password manager, has 16
TEXT_COSTS = 10.0  # in keys: two texts a second are more than anybody types


class Intake:
    """Of one peer connection."""

    def __init__(self) -> None:
        self._left = AT_ONCE
        self._at = 0.0

    def takes(self, message: str | bytes, now: float) -> bool:
        """`now`: seconds, never going back."""
        kind = _kind(message)
        if kind not in KINDS:
            return False
        self._left = min(AT_ONCE, self._left + PER_SECOND * max(0.0, now - self._at))
        self._at = now
        costs = TEXT_COSTS if kind == "text" else 1.0
        if costs > self._left:
            return False
        self._left -= costs
        return True


def _kind(message: str | bytes) -> object:
    if not isinstance(message, str) or len(message) > CHARS_MAX:
        return None
    try:
        read = json.loads(message)
    except (ValueError, RecursionError):
        return None
    return read.get("type") if isinstance(read, dict) else None
