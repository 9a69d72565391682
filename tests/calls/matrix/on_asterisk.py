"""Branches that ARI, its events, or media over websockets make."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from telephony.assembly import carriers
from telephony.assembly.carriers import fallback
from telephony.events import AgentAccepted, AgentAnswered, AgentOffered, AttemptEnded, Bridged, Unbridged
from telephony.sim.asterisk import AriConnection
from telephony.sim.attention import is_loud
from tests.calls.matrix.asterisk import AsteriskStage
from tests.calls.matrix.dying import closes_the_record
from tests.calls.matrix.everywhere import first
from tests.calls.matrix.people import Does
from tests.calls.matrix.stage import Scene, Story, asks, taken
from tests.sim.virtual import Call

ORIGINATE = "POST /channels/wl-agent-[0-9a-f]+"
ROOM = "POST /bridges/wl-room-.*"


def commands_fail(*patterns: str, status: int = 500) -> Story:
    async def story(stage: AsteriskStage) -> Call:
        stage.town.ari.fail.update(dict.fromkeys(patterns, status))
        call = asks(stage)
        await call.until(Bridged)
        await asyncio.sleep(6)
        stage.town.ari.fail.clear()
        await call.hangs_up()
        return call

    return story


async def dialling_fails(stage: AsteriskStage) -> Call:
    """The PBX knows no such endpoint: 500, "Allocation failed"."""
    stage.town.pbx.unplug("PJSIP/ana")
    return await taken(stage)


def leaves_during_the_joining(who: str) -> Story:
    """The PBX takes its time to open the room."""

    async def story(stage: AsteriskStage) -> Call:
        stage.town.ari.slow[ROOM] = 1.0
        call = asks(stage)
        await call.until(AgentAccepted)
        await asyncio.sleep(0.2)
        heard = stage.agent_heard("ana")
        before = len(heard)
        if who == "caller":
            await call.hangs_up()
            await asyncio.sleep(10)
            assert any(is_loud(frame) for frame in heard[before:]), (
                "the agent expected to hear that the caller has gone"
            )
            return call
        stage.town.pbx.end(stage.town.pbx.agent_at("PJSIP/ana"))
        await call.until(Bridged, count=2)
        await asyncio.sleep(6)
        await call.hangs_up()
        return call

    return story


async def an_agents_media_fail(stage: AsteriskStage) -> Call:
    call = asks(stage)
    await call.until(AgentOffered)
    stage.town.ari.fail["POST /channels/externalMedia"] = 500
    await call.until(AttemptEnded)
    stage.town.ari.fail.clear()
    await call.until(Bridged)
    await asyncio.sleep(6)
    await call.hangs_up()
    return call


async def the_callers_media_break(stage: AsteriskStage) -> Call:
    call = asks(stage)
    await call.until(AgentOffered)
    await asyncio.sleep(2)
    media = next(channel for channel in stage.town.pbx.channels.values() if channel.kind == "media")
    stage.town.pbx.end(media)
    await call.over()
    return call


# --- news -------------------------------------------------------------------------------------------------------------


async def news_twice(stage: AsteriskStage) -> Call:
    stage.town.pbx.mangle = lambda text: [text, text]
    return await taken(stage)


async def news_out_of_order(stage: AsteriskStage) -> Call:
    """Each is told again behind the next one, and rubbish between them."""
    late: list[str] = []

    def mangle(text: str) -> list[str]:
        sent = [text, *late, "{", json.dumps({"type": "StasisStart"}), json.dumps({"type": 1})]
        late[:] = [text]
        return sent

    stage.town.pbx.mangle = mangle
    return await taken(stage)


async def news_late(stage: AsteriskStage) -> Call:
    """From the caller's wish on, each comes 1.5 s after it happened."""
    pbx, loop = stage.town.pbx, asyncio.get_running_loop()

    def later(text: str) -> list[str]:
        loop.call_later(1.5, pbx.say, text)
        return []

    call = asks(stage)
    await call.until(AgentOffered)
    pbx.mangle = later
    await call.until(Bridged)
    await asyncio.sleep(6)
    await call.hangs_up()
    return call


async def news_lost(stage: AsteriskStage) -> Call:
    """That the agent's channel has ended is never told."""
    stage.town.pbx.mangle = lambda text: [] if '"ChannelDestroyed"' in text and "wl-agent-" in text else [text]
    return await taken(stage)


async def news_forged(stage: AsteriskStage) -> Call:
    call = asks(stage)
    await call.until(Bridged)
    gone = {"type": "StasisEnd", "application": "another", "channel": {"id": call.sid}}
    stage.town.pbx.say(json.dumps(gone))
    stage.town.pbx.say(json.dumps({**gone, "application": "warmline", "channel": {"id": "nobody"}}))
    await asyncio.sleep(6)
    assert not call.all(Unbridged)
    await call.hangs_up()
    return call


# --- ARI is lost, and comes back --------------------------------------------------------------------------------------


async def outage(stage: AsteriskStage, seconds: float) -> None:
    stage.town.pbx.down = True
    stage.town.pbx.hang_up_events()
    await asyncio.sleep(seconds)
    stage.town.pbx.down = False


async def lost_while_it_rings(stage: AsteriskStage) -> Call:
    call = asks(stage)
    await call.until(AgentOffered)
    await asyncio.sleep(0.5)
    await outage(stage, 4.0)
    await call.until(Bridged)
    await asyncio.sleep(6)
    await call.hangs_up()
    return call


async def lost_at_the_joining(stage: AsteriskStage) -> Call:
    call = asks(stage)
    await call.until(AgentAccepted)
    await outage(stage, 4.0)
    await asyncio.sleep(12)
    assert call.all(Bridged) and not call.all(Unbridged)
    await call.hangs_up()
    return call


async def lost_while_they_talk(stage: AsteriskStage) -> Call:
    call = asks(stage)
    await call.until(Bridged)
    await asyncio.sleep(3)
    await outage(stage, 5.0)
    await asyncio.sleep(12)
    assert not call.all(Unbridged)
    assert stage.together() == 1
    await call.hangs_up()
    return call


async def caller_leaves_meanwhile(stage: AsteriskStage) -> Call:
    call = asks(stage)
    await call.until(AgentAnswered)
    stage.town.pbx.down = True
    stage.town.pbx.hang_up_events()
    call.caller.leaves = True
    await asyncio.sleep(3)
    stage.town.pbx.down = False
    await call.over()
    return call


# --- the process dies -------------------------------------------------------------------------------------------------

RESTART_SECONDS = 3.0
"""Until the next process is there: whoever is held by an app that is gone hears nothing meanwhile."""


def dies(stage: AsteriskStage) -> None:
    """Its events and its media end; it never asks for anything again, and what it writes nobody reads."""
    town = stage.town
    town.ari.cut = True
    town.pbx.hang_up_events()
    for channel in [one for one in town.pbx.channels.values() if one.kind == "media"]:
        town.pbx.end(channel)
    town.records = [*town.records]


@asynccontextmanager
async def next_process(stage: AsteriskStage) -> AsyncIterator[None]:
    """A line of its own looks at what the PBX holds, and the record is closed."""
    service, connection = stage.service, AriConnection(stage.town.pbx)
    line = carriers.asterisk_line(
        service.settings, fallback=fallback(service.ruling.business), connect=lambda: connection
    )
    assert line is not None
    async with line.open():
        await asyncio.sleep(2)
        await closes_the_record(stage.town, line)
        yield


async def dies_while_it_rings(stage: AsteriskStage) -> Call:
    call = asks(stage)
    await call.until(AgentOffered)
    await asyncio.sleep(2)
    return await _dies(stage, call)


async def dies_in_the_brief(stage: AsteriskStage) -> Call:
    call = asks(stage)
    await call.until(AgentAnswered)
    await asyncio.sleep(2)
    return await _dies(stage, call)


async def _dies(stage: AsteriskStage, call: Call) -> Call:
    dies(stage)
    await asyncio.sleep(RESTART_SECONDS)
    async with next_process(stage):
        await asyncio.sleep(2)
    return call


async def dies_while_they_talk(stage: AsteriskStage) -> Call:
    call = asks(stage)
    await call.until(Bridged)
    await asyncio.sleep(4)
    stage.died_with = len(stage.town.records)
    dies(stage)
    await asyncio.sleep(RESTART_SECONDS)
    async with next_process(stage):
        await asyncio.sleep(10)
        assert stage.together() == 1
        call.caller.leaves = True
        await asyncio.sleep(3)
        assert stage.left_up() == []
    return call


async def an_orphan_is_found(stage: AsteriskStage) -> Call:
    call = asks(stage)
    await call.until(AgentOffered)
    await asyncio.sleep(2)
    dies(stage)
    call.caller.leaves = True
    await asyncio.sleep(RESTART_SECONDS)
    async with next_process(stage):
        await asyncio.sleep(2)
    return call


SCENES: Mapping[str, Scene] = {
    "dialling fails": first(Does.TAKES, story=dialling_fails),
    "joining fails for the caller": Scene(Does.TAKES, story=commands_fail(ROOM + "/addChannel")),
    "joining fails for the agent": Scene(Does.TAKES, story=commands_fail("POST /channels/wl-agent-.*/snoop/.*")),
    "caller leaves during the joining": Scene(Does.TAKES, story=leaves_during_the_joining("caller")),
    "agent leaves during the joining": first(Does.TAKES, story=leaves_during_the_joining("agent")),
    "news twice": first(Does.DECLINES, story=news_twice),
    "news out of order": first(Does.DECLINES, story=news_out_of_order),
    "news late": Scene(Does.DECLINES, Does.ANSWERS_AND_PROVES, story=news_late),
    "news lost": first(Does.IS_BUSY, story=news_lost, changes={"handoff": {"ring_seconds": 6.0}}),
    "news forged": Scene(Does.TAKES, story=news_forged),
    "the agent's media cannot be opened": first(Does.TAKES, story=an_agents_media_fail),
    "the caller's media break": Scene(Does.IS_SLOW_TO_ANSWER, story=the_callers_media_break),
    "control is lost while it rings": Scene(Does.ANSWERS_AND_PROVES, story=lost_while_it_rings),
    "control is lost at the joining": Scene(Does.TAKES, story=lost_at_the_joining),
    "control is lost while they talk": Scene(Does.TAKES, story=lost_while_they_talk),
    "caller leaves while control is lost": Scene(Does.LISTENS_FOR_LONG, story=caller_leaves_meanwhile),
    "the process dies while it rings": Scene(Does.IS_SLOW_TO_ANSWER, story=dies_while_it_rings),
    "the process dies in the brief": Scene(Does.LISTENS_FOR_LONG, story=dies_in_the_brief),
    "the process dies while they talk": Scene(Does.TAKES, story=dies_while_they_talk),
    "an agent's leg is found after a restart": Scene(Does.IS_SLOW_TO_ANSWER, story=an_orphan_is_found),
}
