"""What sign-in and the keeping of users refuse. Each message is a sentence for whoever asked.

TelephonyError
└── AccessError
    ├── NotLetIn        name and password, link or organisation did not prove who this is
    ├── TooManyTries    they must wait
    └── NotAllowed      the change of a user that was asked for breaks a rule
"""

from telephony.errors import TelephonyError


class AccessError(TelephonyError):
    """Base of all below."""


class NotLetIn(AccessError):
    """Who came did not prove who they are, or has no way in."""


class TooManyTries(AccessError):
    """Whoever it is, they have to wait."""


class NotAllowed(AccessError):
    """A change of users that is refused."""
