"""One party of a bridge loses the network: the other hears of it when it lasts, the record always says so."""

import asyncio
from collections.abc import Callable

from telephony.journal import Journal
from telephony.leg import LegEnded, LegId, LegState, Party
from telephony.sim.clock import run_virtual
from telephony.switchboard.fading import BEARABLE_SECONDS, FadingBridge, Side
from tests.desk.office import NoKeeper
from voice.events import Event, PersonNews, PersonStage


class PageLeg:
    """A leg that fades when the test says so."""

    def __init__(self, party: str) -> None:
        self.id, self.party, self.state = LegId(party), Party("webrtc", party), LegState.ANSWERED
        self.away = False
        self.listener: Callable[[bool], None] | None = None

    def on_fade(self, listener: Callable[[bool], None] | None) -> None:
        self.listener = listener

    def fades(self, away: bool) -> None:
        self.away = away
        if self.listener is not None:
            self.listener(away)

    async def media(self): ...

    async def ended(self) -> LegEnded: ...

    async def hang_up(self, reason: str) -> None: ...


class Ears:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[Event] = []

    def tell(self, event: Event) -> None:
        self.told.append(event)


class Joined:
    kind = "relay"
    parted = False

    async def join(self) -> None: ...

    async def hold(self, on: bool) -> None: ...

    async def part(self) -> None:
        self.parted = True


class Bridged:
    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        now_ms = lambda: round((loop.time() - began) * 1000)  # noqa: E731
        self.journal = Journal("c1", now_ms=now_ms, wall=lambda: 0.0, keeper=NoKeeper())
        self.caller_leg, self.agent_leg = PageLeg("caller"), PageLeg("agent")
        self.caller, self.agent, self.joined = Ears(), Ears(), Joined()
        self.bridge = FadingBridge(
            self.joined,
            caller=Side(self.caller_leg, self.caller, "caller"),
            agent=Side(self.agent_leg, self.agent, "agent", "Ana"),
            journal=self.journal,
        )

    @property
    def record(self) -> list[str]:
        return [record.type for record in self.journal.records]


def test_a_caller_hears_that_the_line_to_the_agent_is_interrupted() -> None:
    async def story() -> None:
        call = Bridged()
        await call.bridge.join()
        call.agent_leg.fades(True)
        await asyncio.sleep(BEARABLE_SECONDS + 0.1)
        assert call.caller.told == [PersonNews(PersonStage.LINE_LOST, "Ana")] and not call.agent.told
        call.agent_leg.fades(False)
        assert call.record == ["PartyLost", "PartyBack"]
        assert call.journal.records[-1].entry.away_ms == round((BEARABLE_SECONDS + 0.1) * 1000)

    run_virtual(story())


def test_an_agent_hears_that_the_callers_line_is_interrupted() -> None:
    async def story() -> None:
        call = Bridged()
        await call.bridge.join()
        call.caller_leg.fades(True)
        await asyncio.sleep(BEARABLE_SECONDS + 0.1)
        assert call.agent.told == [PersonNews(PersonStage.LINE_LOST)] and not call.caller.told

    run_virtual(story())


def test_a_short_gap_is_on_record_and_nobody_is_bothered() -> None:
    async def story() -> None:
        call = Bridged()
        await call.bridge.join()
        call.agent_leg.fades(True)
        await asyncio.sleep(BEARABLE_SECONDS / 2)
        call.agent_leg.fades(False)
        await asyncio.sleep(BEARABLE_SECONDS)
        assert not call.caller.told and call.record == ["PartyLost", "PartyBack"]

    run_virtual(story())


def test_one_who_was_lost_as_they_were_joined_is_missed_too() -> None:
    async def story() -> None:
        call = Bridged()
        call.agent_leg.away = True
        await call.bridge.join()
        assert call.record == ["PartyLost"]

    run_virtual(story())


def test_once_parted_nobody_is_told_anything() -> None:
    async def story() -> None:
        call = Bridged()
        await call.bridge.join()
        call.agent_leg.fades(True)
        await call.bridge.part()
        await asyncio.sleep(BEARABLE_SECONDS * 2)
        call.caller_leg.fades(True)
        assert call.joined.parted and not call.caller.told and call.record == ["PartyLost"]

    run_virtual(story())
