"""Slots: what a caller's sentence says about what the dialogue wants to know. `read` is the door."""

from models.slots.reading import corrects, read
from models.slots.spec import KINDS, SlotSpec, SlotValue

__all__ = ["KINDS", "SlotSpec", "SlotValue", "corrects", "read"]
