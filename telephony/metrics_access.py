"""Who may read /metrics: this machine, the networks named in the settings, and whoever shows the token. Pure.

A request that came through a proxy is nobody's on this machine, however near the proxy is: it must show the token.
"""

import hmac
import ipaddress
from collections.abc import Mapping, Sequence

FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
BEARER = "bearer "


def may_read(client: str | None, headers: Mapping[str, str], *, networks: Sequence[str], token: str | None) -> bool:
    """`client`: the address the connection comes from; `headers` by small names; `token`: None where there is none."""
    shown = headers.get("authorization", "")
    if token and shown[: len(BEARER)].casefold() == BEARER:
        return hmac.compare_digest(shown[len(BEARER) :].encode(), token.encode())
    if client is None or any(name in headers for name in FORWARDED):
        return False
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address in ipaddress.ip_network(network) for network in networks)
