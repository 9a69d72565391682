"""Calls to the demo bank, as stories begin."""

from telephony.backends.demo_bank import DemoBank
from tests.sim.story import TODAY, Story


def a_call() -> Story:
    return Story(deed=DemoBank(today=TODAY).perform_now)


def at_the_read_back() -> Story:
    call = a_call()
    call.hears("move two hundred dollars from checking to savings")
    call.verified()
    return call
