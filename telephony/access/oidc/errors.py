"""What goes wrong on the provider's side of a sign-in; what is wrong with whoever came is `NotLetIn`."""

from telephony.access.errors import AccessError


class ProviderFailed(AccessError):
    """It did not answer, or not as OpenID Connect has it. The message says what was expected and what came."""
