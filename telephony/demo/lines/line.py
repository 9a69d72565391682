"""What the demo needs of a line: somebody to ring the service on it, and agents who are there when it rings them."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from telephony.leg import Leg
from telephony.service import Service
from telephony.settings import Settings
from telephony.sim.cast import Cast
from telephony.sim.phone import Party
from telephony.sim.stream import Capture

NUMBER = "+12025550100"  # the service's; 555-01xx is reserved for invented numbers


@dataclass(frozen=True, slots=True)
class Place:
    """Where the service is going to listen."""

    url: str
    port: int


class DemoLine(Protocol):
    def settings(self, settings: Settings, *, with_agents: bool) -> Settings:
        """Those of a service on this line. `with_agents`: they are rung on it too, not at their desks."""
        ...

    async def call(self, cast: Cast, party: Party) -> Capture:
        """Rings the service as this caller, and returns what the caller said and heard when the call is over."""
        ...

    def caller(self, leg: Leg) -> str | None:
        """The name of the cast whose caller is on this leg; None for somebody else's."""
        ...

    def at_work(self, service: Service, cast: Cast) -> AbstractAsyncContextManager[None]:
        """The agents of this cast are available meanwhile, do what their scripts say, and wrap up."""
        ...


@dataclass(frozen=True, slots=True)
class LineKind:
    """`open` takes the ids of the service's agents, and the line is open before the service is."""

    open: Callable[[Place, Sequence[str]], AbstractAsyncContextManager[DemoLine]]
    about: str  # what of it is real and what is not, for whoever watches
    shows_number: bool = True  # the service sees who calls
