"""Branches that the carrier's REST side, its callbacks or its conference make."""

import asyncio
from collections.abc import Mapping

from telephony.events import AgentAccepted, AgentAnswered, AgentOffered, Bridged, CallEnded, HandoffMoved, Unbridged
from telephony.lines.twilio.leg import TwilioLeg
from telephony.sim.attention import is_loud
from telephony.sim.faults import Delivery, Drop, Fault
from tests.calls.matrix.dying import dies, starts_again
from tests.calls.matrix.everywhere import first
from tests.calls.matrix.people import Does
from tests.calls.matrix.stage import Scene, Story, asks, taken
from tests.calls.matrix.twilio import TwilioStage
from tests.sim.virtual import Call

CREATE = r"POST .*/Calls\.json"
MOVE = r"POST .*/Calls/CA\w+\.json"
STATUS = r"/twilio/status\?attempt="


def with_faults(*faults: Fault) -> Story:
    async def story(stage: TwilioStage) -> Call:
        stage.town.rest.faults += [*faults]
        return await taken(stage)

    return story


def with_news(*deliveries: Delivery) -> Story:
    async def story(stage: TwilioStage) -> Call:
        stage.town.carrier.webhooks.deliveries += [*deliveries]
        return await taken(stage)

    return story


def move_fails(who: str, *, status: int = 503, code: int = 0, times: int = 4, carried_out: bool = False) -> Story:
    """From the accept on, `who` cannot be moved."""

    async def story(stage: TwilioStage) -> Call:
        call = asks(stage)
        await call.until(AgentAccepted)
        moved = stage.town.carrier.calls[call.sid] if who == "caller" else stage.town.leg_of(who)
        pattern = rf"POST .*/Calls/{moved.sid}\.json"
        stage.town.rest.faults.append(Fault(pattern, status, code, times=times, carried_out=carried_out))
        await call.until(Bridged)
        await asyncio.sleep(12)
        assert stage.town.carrier.calls[call.sid].status == "in-progress"
        assert call.all(Bridged)[-1].agent not in {left.agent for left in call.all(Unbridged)}
        await call.hangs_up()
        return call

    return story


async def caller_leaves_during_the_joining(stage: TwilioStage) -> Call:
    call = asks(stage)
    await call.until(AgentAccepted)
    caller = stage.town.carrier.calls[call.sid]
    stage.town.rest.faults.append(Fault(rf"POST .*/Calls/{caller.sid}\.json", 400, 21220))
    await asyncio.sleep(0.1)
    heard = stage.agent_heard("ana")
    before = len(heard)
    await call.hangs_up()
    await asyncio.sleep(10)
    assert any(is_loud(frame) for frame in heard[before:]), "the agent expected to hear that the caller has gone"
    return call


async def agent_leaves_during_the_joining(stage: TwilioStage) -> Call:
    call = asks(stage)
    await call.until(AgentAccepted)
    pattern = rf"POST .*/Calls/{stage.town.leg_of('ana').sid}\.json"
    stage.town.rest.faults.append(Fault(pattern, 400, 21220))
    await call.until(Bridged, count=2)
    await asyncio.sleep(6)
    await call.hangs_up()
    return call


async def an_agents_stream_is_refused(stage: TwilioStage) -> Call:
    call = asks(stage)
    await call.until(AgentOffered)
    stage.town.carrier.drops.append(Drop(refused=True))
    await call.until(Bridged)
    await asyncio.sleep(6)
    await call.hangs_up()
    return call


async def the_callers_stream_breaks(stage: TwilioStage) -> Call:
    stage.town.carrier.drops.append(Drop(after_seconds=4.0))
    call = await taken(stage)
    assert len(stage.town.carrier.calls[call.sid].streams) == 2
    return call


async def the_assist_stream_breaks(stage: TwilioStage) -> Call:
    call = asks(stage)
    await call.until(Bridged)
    await asyncio.sleep(3)
    (sid,) = stage.town.carrier.taps
    stage.town.carrier.taps[sid].cancel()
    await asyncio.sleep(15)
    leg = stage.service.switchboard.calls[call.records[0].call].leg
    assert isinstance(leg, TwilioLeg) and leg.over is None
    assert stage.together() == 1
    await call.hangs_up()
    return call


async def the_conference_is_not_heard_of(stage: TwilioStage) -> Call:
    """Both are brought back, and talk over this process."""
    stage.town.carrier.webhooks.deliveries.append(Delivery("conference-start", lost=True))
    call = asks(stage)
    await call.until(Bridged)
    await asyncio.sleep(20)
    assert stage.together() == 0
    assert [stage.town.carrier.calls[call.sid].status, stage.town.leg_of("ana").status] == ["in-progress"] * 2
    assert not call.all(Unbridged)
    await call.hangs_up()
    return call


async def conference_news_are_disturbed(stage: TwilioStage) -> Call:
    stage.town.carrier.webhooks.deliveries += [
        Delivery("participant-join", copies=2),
        Delivery("participant-join", after_next=True),
        Delivery("conference-start", copies=3),
        Delivery("participant-leave", late_seconds=5.0),
    ]
    call = asks(stage)
    await call.until(Unbridged)
    await asyncio.sleep(7)  # longer than the latest of the news
    assert stage.town.carrier.calls[call.sid].status == "in-progress"
    await call.hangs_up()
    return call


# --- the process dies -------------------------------------------------------------------------------------------------


async def dies_while_it_rings(stage: TwilioStage) -> Call:
    stage.town.carrier.drops.append(Drop(after_seconds=4.0))  # the sockets of a process that is gone
    call = asks(stage)
    await call.until(AgentOffered)
    await asyncio.sleep(2)
    dies(stage)
    await asyncio.sleep(60)
    assert stage.town.leg_of("ana").status == "no-answer"  # by its own time limit
    return await on_record_again(stage, call)


async def dies_in_the_brief(stage: TwilioStage) -> Call:
    stage.town.carrier.drops += [Drop(after_seconds=6.0), Drop(after_seconds=3.0)]
    call = asks(stage)
    await call.until(AgentAnswered)
    await asyncio.sleep(2)
    dies(stage)
    await asyncio.sleep(30)
    assert stage.town.leg_of("ana").status == "completed"
    return await on_record_again(stage, call)


async def dies_while_they_talk(stage: TwilioStage) -> Call:
    call = asks(stage)
    await call.until(Bridged)
    await asyncio.sleep(4)
    dies(stage)
    await asyncio.sleep(30)
    assert [stage.town.carrier.calls[call.sid].status, stage.town.leg_of("ana").status] == ["in-progress"] * 2
    await on_record_again(stage, call)
    assert stage.together() == 1
    call.caller.leaves = True
    return call


async def an_orphan_is_found(stage: TwilioStage) -> Call:
    call = asks(stage)
    await call.until(AgentOffered)
    await asyncio.sleep(2)
    dies(stage)
    call.caller.leaves = True
    await asyncio.sleep(3)
    assert stage.town.leg_of("ana").status == "ringing"
    await on_record_again(stage, call)
    assert stage.town.leg_of("ana").status == "canceled"
    return call


async def on_record_again(stage: TwilioStage, call: Call) -> Call:
    await starts_again(stage)
    await asyncio.sleep(1)
    assert call.all(HandoffMoved)[-1].why == "service_stopped"
    assert call.all(CallEnded)[-1].reason == "the service stopped"
    return call


def disturbed(delivery: Delivery) -> Scene:
    return first(Does.DECLINES, story=with_news(delivery))


SCENES: Mapping[str, Scene] = {
    "too many requests": Scene(Does.TAKES, story=with_faults(Fault(CREATE, 429, 20429, times=2))),
    "dialling fails, and rings all the same": first(
        Does.TAKES, story=with_faults(Fault(CREATE, 503, carried_out=True))
    ),
    "dialling fails": first(Does.TAKES, story=with_faults(Fault(CREATE, 503))),
    "dialling is never answered for": first(
        Does.DOES_NOT_ANSWER, story=with_faults(Fault(CREATE, carried_out=True, lost=True))
    ),
    "joining fails for the caller": Scene(Does.TAKES, story=move_fails("caller")),
    "joining fails for the agent": Scene(Does.TAKES, story=move_fails("ana")),
    "joining fails once": Scene(Does.TAKES, story=with_faults(Fault(MOVE, 429, 20429), Fault(MOVE, 500))),
    "joining is refused, and done all the same": Scene(Does.TAKES, story=move_fails("caller", carried_out=True)),
    "no conference-start": Scene(Does.TAKES, story=the_conference_is_not_heard_of),
    "caller leaves during the joining": Scene(Does.TAKES, story=caller_leaves_during_the_joining),
    "agent leaves during the joining": first(Does.TAKES, story=agent_leaves_during_the_joining),
    "news twice": disturbed(Delivery(STATUS, times=20, copies=2)),
    "news out of order": disturbed(Delivery(STATUS, times=3, after_next=True)),
    "news late": disturbed(Delivery(STATUS, times=20, late_seconds=1.5)),
    "news lost": first(
        Does.IS_BUSY,
        story=with_news(Delivery(STATUS + ".* busy", lost=True)),
        changes={"handoff": {"ring_seconds": 6.0}},
    ),
    "news forged": Scene(Does.TAKES, story=with_news(Delivery(STATUS + ".* in-progress", forged=True))),
    "news of the bridge twice, late and out of order": Scene(
        Does.LEAVES_WHILE_TALKING, story=conference_news_are_disturbed
    ),
    "the agent's media cannot be opened": first(Does.TAKES, story=an_agents_stream_is_refused),
    "the caller's media break": Scene(Does.IS_SLOW_TO_ANSWER, story=the_callers_stream_breaks),
    "the assist stream breaks": Scene(Does.TAKES, story=the_assist_stream_breaks),
    "the process dies while it rings": Scene(Does.DOES_NOT_ANSWER, story=dies_while_it_rings),
    "the process dies in the brief": Scene(Does.LISTENS_FOR_LONG, story=dies_in_the_brief),
    "the process dies while they talk": Scene(Does.TAKES, story=dies_while_they_talk),
    "an agent's leg is found after a restart": Scene(Does.DOES_NOT_ANSWER, story=an_orphan_is_found),
}
