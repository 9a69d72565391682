"""Whether an address can be listened on, asked before anything slow is started."""

import socket

from telephony.errors import ConfigError


def free(host: str, port: int) -> bool:
    """Port 0 is always free. Raises `ConfigError` for a host that this machine does not have."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise ConfigError(f"[service] host: an address of this machine expected, got {host!r} ({error})") from error
    with socket.socket(family, kind, protocol) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do; else TIME_WAIT looks like in use
        try:
            tried.bind(address)
        except OSError:
            return False
    return True


def must_be_free(host: str, port: int) -> None:
    if not free(host, port):
        raise ConfigError(f"[service] port: a free port expected, got {port}, which is in use on {host}; see --port")
