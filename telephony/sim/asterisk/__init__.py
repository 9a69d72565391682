"""An Asterisk that is not one: ARI, chan_websocket, bridges and phones, in memory and on any loop.

It knows nothing of our line's code: commands are read, and events written, by Asterisk's published rules.
"""

from telephony.sim.asterisk.door import AriDoor
from telephony.sim.asterisk.pbx import PhoneCall, SimAsterisk
from telephony.sim.asterisk.phones import Phone, declines_call, phone_of
from telephony.sim.asterisk.rest import AriConnection

__all__ = ["AriConnection", "AriDoor", "Phone", "PhoneCall", "SimAsterisk", "declines_call", "phone_of"]
