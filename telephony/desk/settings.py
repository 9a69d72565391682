"""How the desk is set, read from `config/warmline.toml` by the composition root."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """`[desk]`."""

    business: str = "Warmline"  # shown on every page
    origins: tuple[str, ...] = ()  # public origins (https://desk.example); none: the host that was asked
    secure_cookie: bool = False  # true behind HTTPS; the demo runs on http://127.0.0.1
    ice_servers: tuple[str, ...] = ()  # stun:/turn: URLs given to the pages; none: direct only
    caller_page: bool = True  # whether /call lets anyone ring in from the browser
    phone_number: str = ""  # shown to callers whose browser cannot call; none: they are told to use another browser
    decline_reasons: tuple[str, ...] = ("Not my area", "On a break", "Audio trouble", "Other")  # keys 1 to 4

    @property
    def cookie(self) -> str:
        """The session's: behind HTTPS no other host of the domain can set one of this name (RFC 6265bis, 4.1.3)."""
        return "__Host-warmline_desk" if self.secure_cookie else "warmline_desk"
