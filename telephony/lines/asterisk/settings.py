"""What the Asterisk line needs to know; a value that cannot work is refused here, before any call."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from telephony.errors import ConfigError

MEDIA_PATH = "/asterisk/media"
PREFIX = "wl-"
"""Every channel and bridge of ours in that PBX has a name that begins so; whatever else it holds is not ours."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`media_client` names the section of websocket_client.conf whose `uri` leads to our `MEDIA_PATH`."""

    ari_url: str  # where the PBX serves HTTP, without /ari
    user: str
    password: str = field(repr=False)
    app: str = "warmline"
    media_client: str = "warmline"
    technology: str = "PJSIP"  # that agents' addresses without one belong to
    trunk: str = ""  # the endpoint that numbers and SIP addresses are rung through; empty: none may be
    shown_number: str = ""  # our own number, shown to agents we ring
    waiting_calls_max: int = 100  # callers whom nobody has taken up yet
    request_seconds: float = 5.0  # one request; on one machine it takes a few milliseconds
    connect_seconds: float = (
        5.0  # from asking for media to hearing them; Asterisk tries for 2 s, see websocket_client.conf
    )
    start_seconds: float = 2.0  # from websocket to its MEDIA_START
    join_seconds: float = 3.0  # for two legs to be joined

    def __post_init__(self) -> None:
        url = urlsplit(self.ari_url)
        if url.scheme not in ("http", "https") or not url.netloc or url.path not in ("", "/"):
            raise _wrong("ari_url", "http://host:port of Asterisk", self.ari_url)
        for key, value in (("app", self.app), ("media_client", self.media_client), ("technology", self.technology)):
            if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", value):
                raise _wrong(key, "1 to 40 letters, digits, - or _", repr(value))
        if self.trunk and not re.fullmatch(r"[\w.-]{1,80}", self.trunk):
            raise _wrong("trunk", "the name of an endpoint", repr(self.trunk))
        if not self.user or not self.password:
            raise _wrong("user", "a user of ari.conf and its password", "none")


def _wrong(key: str, expected: str, got: str) -> ConfigError:
    return ConfigError(f"[lines.asterisk] {key}: expected {expected}, got {got}")
