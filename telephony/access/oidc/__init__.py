"""Sign-in through an organisation's OpenID Connect provider: authorisation code with PKCE, state and nonce."""

from telephony.access.oidc.flow import Flow, Started
from telephony.access.oidc.http import Http, open_http
from telephony.access.oidc.settings import OidcSettings
from telephony.access.oidc.token import Identity

__all__ = ["Flow", "Http", "Identity", "OidcSettings", "Started", "open_http"]
