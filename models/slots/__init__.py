"""Slots: what a caller's sentence says about what the dialogue wants to know. `read` is the door, `correct` the one for
what they take back."""

from models.slots.check_digit import Check
from models.slots.correcting import Correction, correct, corrects
from models.slots.reading import read
from models.slots.spec import KINDS, Problem, SlotSpec, SlotValue

__all__ = ["KINDS", "Check", "Correction", "Problem", "SlotSpec", "SlotValue", "correct", "corrects", "read"]
