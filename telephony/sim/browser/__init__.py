"""Pages that no browser shows: a caller's, and an agent's at the desk, over the product's own HTTP and WebRTC."""

from telephony.sim.browser.caller import CallerPage
from telephony.sim.browser.desk import DeskPage
from telephony.sim.browser.loopback import with_loopback
from telephony.sim.browser.peer import Peer

__all__ = ["CallerPage", "DeskPage", "Peer", "with_loopback"]
