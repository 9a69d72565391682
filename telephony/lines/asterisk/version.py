"""Which Asterisk will do: JSON control messages and one-time tokens in media addresses came late in each branch."""

import re

from telephony.errors import ConfigError

MINIMUMS = {20: (20, 18, 0), 22: (22, 8, 0), 23: (23, 2, 0)}
"""By branch, from Asterisk's change logs for chan_websocket. 21 ended before; later branches have it from the start.

`.ci/asterisk-tree` reads this line too."""


def check(version: str) -> str:
    """The version, in short. Raises `ConfigError` when it is too old, or is none."""
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", version)
    if found is None:
        raise ConfigError(f"[lines.asterisk] ari_url: expected Asterisk there, got version {version!r}")
    number = tuple(int(part) for part in found.groups())
    minimum = MINIMUMS.get(number[0], (23, 2, 0))
    if number < minimum:
        wanted = ", ".join(".".join(map(str, numbers)) for numbers in MINIMUMS.values())
        raise ConfigError(f"[lines.asterisk] ari_url: expected Asterisk {wanted} or later, got {version}")
    return found.group()
