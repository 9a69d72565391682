"""Lets two ends of a WebRTC call meet on 127.0.0.1, so that one needs no network at all."""

from collections.abc import Iterator
from contextlib import contextmanager

import aioice.ice

LOOPBACK = "127.0.0.1"


@contextmanager
def with_loopback() -> Iterator[None]:
    """While it is open, 127.0.0.1 counts among this machine's addresses: ICE leaves it out, and has no setting for it.

    Browsers that reach this machine by another of its addresses still do.
    """
    found = aioice.ice.get_host_addresses

    def host_addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        return [*found(use_ipv4, use_ipv6), *([LOOPBACK] if use_ipv4 else [])]

    aioice.ice.get_host_addresses = host_addresses
    try:
        yield
    finally:
        aioice.ice.get_host_addresses = found
