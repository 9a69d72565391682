"""ARI over real sockets of this machine: credentials, commands, and events that break off and come again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from telephony.errors import ConfigError, LineError
from telephony.lines.asterisk import AsteriskLine, Settings, version_at
from telephony.sim.agent import is_busy
from telephony.sim.asterisk import AriDoor, SimAsterisk
from telephony.sim.serving import listen, serving

PASSWORD = "a password for tests"


class Door:
    """A simulated Asterisk that is reached over sockets."""

    def __init__(self, pbx: SimAsterisk) -> None:
        self.at = listen(0)
        self.app = AriDoor(pbx, user="warmline", password=PASSWORD).app

    @property
    def settings(self) -> Settings:
        port = self.at.getsockname()[1]
        return Settings(ari_url=f"http://127.0.0.1:{port}", user="warmline", password=PASSWORD)


@asynccontextmanager
async def door(pbx: SimAsterisk) -> AsyncIterator[Door]:
    there = Door(pbx)
    async with serving(there.app, there.at):
        yield there


async def test_the_version_is_asked_for_with_credentials() -> None:
    async with SimAsterisk(phones={}) as pbx, door(pbx) as there:
        assert await version_at(there.settings) == "22.10.1"


async def test_credentials_that_are_refused_are_said_to_be() -> None:
    async with SimAsterisk(phones={}) as pbx, door(pbx) as there:
        wrong = Settings(ari_url=there.settings.ari_url, user="warmline", password="another")
        with pytest.raises(ConfigError, match="user"):
            await version_at(wrong)


async def test_where_nothing_listens_there_is_a_line_error() -> None:
    with pytest.raises(LineError, match="asterisk/info"):
        await version_at(Settings(ari_url="http://127.0.0.1:9", user="warmline", password=PASSWORD))


async def test_events_that_break_off_are_listened_to_again() -> None:
    async with SimAsterisk(phones={}) as pbx, door(pbx) as there:
        line = AsteriskLine(there.settings, agents={})
        async with line.open(), asyncio.timeout(20):
            await line.listening.wait()
            pbx.hang_up_events()
            await pbx.listened.wait()
            await line.listening.wait()


async def test_a_phone_rings_and_gives_up_over_real_sockets() -> None:
    async with SimAsterisk(phones={"PJSIP/agent100": is_busy(ring_seconds=0.1)}) as pbx, door(pbx) as there:
        line = AsteriskLine(there.settings, agents={"ana": "agent100"})
        async with line.open(), asyncio.timeout(20):
            await line.listening.wait()
            leg = await line.dial("ana", ring_seconds=5, call="call", attempt="attempt-1")
            assert await leg.ended() == "busy"
