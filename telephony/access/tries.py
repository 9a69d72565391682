"""How often a password may be tried, so that guessing is hopeless and nobody can be locked out for ever.

Counted by user and address, by address alone, and by user alone. A device on which this user has signed in before is
counted by itself: strangers who use up the user's tries do not touch it (OWASP's device cookies). `now` in seconds.
"""

import hashlib
import hmac
import secrets
from collections import deque
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

KEYS_MAX = 20_000
"""Counters kept; beyond it the oldest go. An attacker with so many addresses is still held by the count by user."""


@dataclass(frozen=True, slots=True)
class Limit:
    tries: int
    seconds: float


PAIR = Limit(5, 300.0)  # one user from one address, or from one known device: a forgotten password is typed three times
ADDRESS = Limit(20, 300.0)  # all users from one address: an office behind one router signs in in the morning
USER = Limit(50, 3600.0)  # one user from strange addresses: 1,200 guesses a day, of 10^12 long PINs


class Tries:
    def __init__(self) -> None:
        self._failed: dict[tuple[str, str], deque[float]] = {}
        self._key = secrets.token_bytes(32)  # of this process: after a restart each device is new once

    def may(self, user: str, address: str, device: str | None, now: float) -> bool:
        return all(self._room(key, limit, now) for key, limit in self._counters(user, address, device))

    def failed(self, user: str, address: str, device: str | None, now: float) -> None:
        for key, _ in self._counters(user, address, device):
            self._failed.setdefault(key, deque(maxlen=USER.tries)).append(now)
        while len(self._failed) > KEYS_MAX:
            del self._failed[next(iter(self._failed))]

    def right(self, user: str, address: str, device: str | None) -> None:
        """Takes back the try that was counted in advance; earlier ones, of this pair, were the same person's slips."""
        for key, limit in self._counters(user, address, device):
            if limit is PAIR:
                self._failed.pop(key, None)
            elif key in self._failed:
                self._failed[key].pop()

    def device(self, user: str) -> str:
        """A cookie for the device on which `user` has just signed in."""
        nonce = secrets.token_urlsafe(12)
        return f"{nonce}.{self._sign(user, nonce)}"

    def _counters(self, user: str, address: str, device: str | None) -> list[tuple[tuple[str, str], Limit]]:
        if device is not None and self._knows(user, device):
            return [(("device", f"{user} {device[:16]}"), PAIR)]
        place = network(address)
        return [(("pair", f"{user} {place}"), PAIR), (("address", place), ADDRESS), (("user", user), USER)]

    def _room(self, key: tuple[str, str], limit: Limit, now: float) -> bool:
        kept = self._failed.get(key)
        if kept is None:
            return True
        while kept and now - kept[0] >= limit.seconds:
            kept.popleft()
        if not kept:
            del self._failed[key]
        return len(kept) < limit.tries

    def _knows(self, user: str, device: str) -> bool:
        nonce, _, signed = device.partition(".")
        return hmac.compare_digest(signed.encode(), self._sign(user, nonce).encode())

    def _sign(self, user: str, nonce: str) -> str:
        return hmac.new(self._key, f"{user} {nonce}".encode(), hashlib.sha256).hexdigest()


def network(address: str) -> str:
    """IPv6 by /64: whoever has one address there has all of them."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "elsewhere"
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped) if parsed.ipv4_mapped else parsed.exploded[:19]
    return address
