"""Which provider, who we are to it, and which of its words stand for which role here."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from telephony.access.roles import Role, Roles

SKEW_SECONDS = 60.0
"""How far the provider's clock may be from ours: machines kept by NTP differ by less than one second."""


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """`roles`: value of the claim → role; whoever has none of these values is not let in. `email_domains`: of whom
    alone is let in; empty: of anyone whom the provider knows.
    """

    issuer: str
    client_id: str
    secret: str
    redirect_uri: str
    name: str = "your organisation"
    roles_claim: str = "roles"
    roles: Mapping[str, Role] = field(default_factory=dict)
    email_domains: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ("openid", "email", "profile")

    def mapped(self, claim: object) -> Roles:
        """The claim is one word or a list of them."""
        words = [claim] if isinstance(claim, str) else claim if isinstance(claim, list) else []
        return frozenset(self.roles[word] for word in words if isinstance(word, str) and word in self.roles)
