"""Changes of escalation.toml and scope.toml by people: drafted, checked, tried on calls that were had, signed by a
second person, published, rolled back. Nothing here reads files or calls; `telephony/assembly/changing_rules.py` brings
both."""

from telephony.rules.change import Change, Standing, Step, Texts
from telephony.rules.errors import NotChanged
from telephony.rules.room import RulesRoom

__all__ = ["Change", "NotChanged", "RulesRoom", "Standing", "Step", "Texts"]
