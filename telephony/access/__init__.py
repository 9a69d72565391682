"""Who may do what: people, their roles, how they sign in, how long a session lasts, and the audit of what they did."""

from telephony.access.roles import Role, Roles, Who

__all__ = ["Role", "Roles", "Who"]
