"""The desk: the page at which agents are offered calls, talk and wrap up. `create_desk` is the door."""

from telephony.desk.app import DeskDeps, create_desk
from telephony.desk.desks import Desks
from telephony.desk.office import DeskOffice
from telephony.desk.settings import DeskSettings

__all__ = ["DeskDeps", "DeskOffice", "DeskSettings", "Desks", "create_desk"]
