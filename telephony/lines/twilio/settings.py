"""What an operator decides about the Twilio line, as one frozen value; secrets stay out of its `repr`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from telephony.errors import ConfigError

VOICE_PATH = "/twilio/voice"
STREAM_PATH = "/twilio/stream"
STREAM_ENDED_PATH = "/twilio/stream-ended"
STATUS_PATH = "/twilio/status"
CONFERENCE_PATH = "/twilio/conference"
AFTER_CONFERENCE_PATH = "/twilio/after-conference"
HOLD_PATH = "/twilio/hold"
HOLD_SOUND_PATH = "/twilio/hold.wav"


@dataclass(frozen=True, slots=True)
class Settings:
    """`public_base_url` is what Twilio was told (https, no trailing slash): signatures are checked against it alone."""

    public_base_url: str
    account_sid: str
    auth_tokens: tuple[str, ...] = field(repr=False)  # current first; during a rotation also the other one
    stream_key: bytes = field(repr=False)  # signs the one-time stream tokens; at least 32 bytes
    from_number: str  # our own number, shown to agents we ring
    process: str = "1"  # names this media process in its tokens
    shared_keys: Mapping[str, str] = field(default_factory=dict, repr=False)  # key id → secret (HMAC_SHA256)
    api_key: tuple[str, str] | None = field(default=None, repr=False)  # sid and secret; preferred to the auth token
    api_base: str | None = None  # another REST host, e.g. a local stand-in
    require_stream_signature: bool = True
    countries: frozenset[int] = frozenset({1})  # country codes agents may be rung in
    sip_login: tuple[str, str] | None = field(default=None, repr=False)  # user and password that agents' SIP hosts ask
    bridge: str = "conference"  # conference | relay: where a caller and an agent of this line are joined
    fallback_say: str = ""  # spoken when a call must go on without us; the sentence comes from config/
    fallback_number: str | None = None  # whom such a call is then put through to
    waiting_calls_max: int = 100  # ringing calls that nobody has taken up yet
    token_seconds: float = 60.0  # from TwiML to the stream's start; Twilio connects within a second or two
    start_seconds: float = 5.0  # from websocket to its `start` message
    connect_seconds: float = 15.0  # from webhook to media; Twilio's own webhook time-out
    request_seconds: float = 10.0  # one REST request
    join_seconds: float = 4.0  # from accept to the start of the conference; then both are brought back
    pull_seconds: float = 2.0  # for Twilio to come for a caller whose agent has left; then we push
    lost_seconds: float = 3.0  # a leg without media that nobody explains; then Twilio is asked
    back_seconds: float = 5.0  # from a document to its stream, when a leg is brought back
    leg_seconds_max: int = 4 * 3600  # TimeLimit of a leg we dial; Twilio's own default

    def __post_init__(self) -> None:
        url = urlsplit(self.public_base_url)
        if url.scheme not in ("https", "http") or not url.netloc or self.public_base_url.endswith("/"):
            raise _wrong("public_base_url", "https://host without a trailing slash", self.public_base_url)
        if not self.auth_tokens or not all(self.auth_tokens):
            raise _wrong("auth_tokens", "at least one token", "none")
        if len(self.stream_key) < 32:
            raise _wrong("stream_key", "at least 32 bytes", f"{len(self.stream_key)}")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", self.process):
            raise _wrong("process", "1 to 32 letters, digits, - or _", repr(self.process))

    @property
    def stream_url(self) -> str:
        """Twilio accepts wss only; a plain http base (a local carrier) gives ws."""
        return "ws" + self.public_base_url.removeprefix("http") + STREAM_PATH

    def url(self, path: str) -> str:
        return self.public_base_url + path


def _wrong(key: str, expected: str, got: str) -> ConfigError:
    return ConfigError(f"line twilio, {key}: expected {expected}, got {got}")
