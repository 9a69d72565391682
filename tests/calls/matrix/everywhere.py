"""Branches that are the same story on every line: what agents do, and what callers do."""

import asyncio
from collections.abc import Mapping

from telephony.agents.agent import Presence
from telephony.dialling import SWITCH_FILE
from telephony.events import (
    AgentAnswered,
    AgentOffered,
    AgentRung,
    AttemptEnded,
    Bridged,
    CallbackAgreed,
    HandoffMoved,
    Said,
    Unbridged,
)
from telephony.sim.attention import is_loud
from telephony.sim.script import Key, LetPromptPass, Wait
from tests.calls.matrix.people import Does
from tests.calls.matrix.stage import Scene, Stage, asks, leave_desk, taken
from tests.sim.virtual import Call
from voice.audio import FRAME_MS

SHORT_RING = {"handoff": {"ring_seconds": 5.0}}
HUSH_MS = 300  # for the brief to fall silent
FAREWELL_MS = 1000
"""At least so much of our voice an agent hears after the caller has gone: "The caller has hung up ..."."""


def first(ana: Does, **more: object) -> Scene:
    """Ana is asked first and does as given, Ben takes the call."""
    return Scene(ana, Does.TAKES, **more)  # type: ignore[arg-type]  # a scene's own keys


# --- on the screen ----------------------------------------------------------------------------------------------------


async def taken_on_screen_while_it_rings(stage: Stage) -> Call:
    call = asks(stage)
    await call.until(AgentOffered)
    await asyncio.sleep(1)
    assert not call.all(AgentAnswered)
    await stage.accept("ana")
    return await _talked(call)


async def taken_on_screen_in_the_brief(stage: Stage) -> Call:
    call = asks(stage)
    await call.until(AgentAnswered)
    await asyncio.sleep(1)
    await stage.accept("ana")
    return await _talked(call)


async def declined_on_screen_while_it_rings(stage: Stage) -> Call:
    call = asks(stage)
    await call.until(AgentOffered)
    await asyncio.sleep(1)
    await stage.decline("ana")
    return await _talked(call)


async def declined_on_screen_in_the_brief(stage: Stage) -> Call:
    call = asks(stage)
    await call.until(AgentAnswered)
    await asyncio.sleep(1)
    await stage.decline("ana")
    return await _talked(call)


async def _talked(call: Call) -> Call:
    await call.until(Bridged)
    await asyncio.sleep(6)
    await call.hangs_up()
    return call


# --- somebody leaves --------------------------------------------------------------------------------------------------


async def back_with_the_system(stage: Stage) -> Call:
    call = asks(stage)
    left = await call.until(Unbridged)
    assert left.by == "agent"
    await call.until(Said, count=len(call.all(Said)) + 1, seconds=5)
    await asyncio.sleep(6)
    await call.hangs_up()
    return call


async def caller_leaves_while_it_rings(stage: Stage) -> Call:
    call = asks(stage)
    await call.until(AgentOffered)
    await asyncio.sleep(3)
    await call.hangs_up()
    return call


async def caller_leaves_in_the_brief(stage: Stage) -> Call:
    call = asks(stage)
    await call.until(AgentAnswered)
    await asyncio.sleep(3)
    heard = stage.agent_heard("ana")
    before = len(heard)
    await call.hangs_up()
    await asyncio.sleep(10)
    told = sum(is_loud(frame) for frame in heard[before + HUSH_MS // FRAME_MS :]) * FRAME_MS
    assert told >= FAREWELL_MS, f"the agent expected to hear that the caller has gone, heard {told} ms"
    return call


async def caller_leaves_after_the_bridge(stage: Stage) -> Call:
    call = await taken(stage)
    await asyncio.sleep(3)
    assert stage.together() == 0
    assert stage.left_up() == []
    return call


# --- the caller chooses -----------------------------------------------------------------------------------------------


async def cancelled(stage: Stage) -> Call:
    call = asks(stage, Wait(6000), Key("2"))
    await asyncio.sleep(25)
    assert "no_longer_sought" in [said.prompt for said in call.all(Said)]
    await call.hangs_up()
    return call


async def a_call_back_instead(stage: Stage) -> Call:
    call = asks(stage, Wait(6000), Key("1"), LetPromptPass(), Key("1", after_prompt=True))
    await call.until(CallbackAgreed)
    await call.over()
    return call


async def nobody_there_and_a_call_back(stage: Stage) -> Call:
    leave_desk(stage, "ana")
    call = asks(stage, Wait(22_000), Key("1"), LetPromptPass(), Key("1", after_prompt=True))
    await call.until(CallbackAgreed)
    assert not call.all(AgentOffered)
    await call.over()
    return call


async def nobody_there_until_somebody_comes(stage: Stage) -> Call:
    leave_desk(stage, "ana")
    call = asks(stage)
    await asyncio.sleep(30)
    assert not call.all(AgentOffered)
    stage.service.staff.roster.set("ana", Presence.AVAILABLE, 0)
    return await _talked(call)


async def nobody_comes_in_time(stage: Stage) -> Call:
    leave_desk(stage, "ana")
    call = asks(stage)
    while call.all(HandoffMoved)[-1:] == [] or call.all(HandoffMoved)[-1].state != "resumed":
        await call.until(HandoffMoved, count=len(call.all(HandoffMoved)) + 1)
    await asyncio.sleep(8)
    await call.hangs_up()
    return call


async def nobody_may_be_dialled(stage: Stage) -> Call:
    (stage.service.settings.service.records_folder / SWITCH_FILE).write_text("fraud suspected\n")
    call = asks(stage)
    await call.until(AttemptEnded, count=2)
    await asyncio.sleep(20)
    assert "seek.nobody" in [said.prompt for said in call.all(Said)]
    assert not call.all(AgentRung)
    await call.hangs_up()
    return call


SCENES: Mapping[str, Scene] = {
    "taken by key": Scene(Does.TAKES),
    "taken by voice": Scene(Does.TAKES_BY_VOICE, lines=["yes connect me"]),
    "taken on screen before it is answered": Scene(Does.ANSWERS_AND_PROVES, story=taken_on_screen_while_it_rings),
    "taken on screen in the brief": Scene(Does.ANSWERS_AND_PROVES, story=taken_on_screen_in_the_brief),
    "busy": first(Does.IS_BUSY),
    "cannot be reached": first(Does.CANNOT_BE_REACHED),
    "refused by the telephone": first(Does.REFUSES_THE_CALL),
    "no answer": first(Does.DOES_NOT_ANSWER, changes=SHORT_RING),
    "answered too late": first(Does.ANSWERS_TOO_LATE, changes=SHORT_RING),
    "dialling is switched off": first(Does.TAKES, story=nobody_may_be_dialled),
    "declined by key": first(Does.DECLINES),
    "declined by voice": first(Does.TAKES_BY_VOICE, lines=["i decline"]),
    "declined on screen while it rings": first(Does.IS_SLOW_TO_ANSWER, story=declined_on_screen_while_it_rings),
    "declined on screen in the brief": first(Does.LISTENS_FOR_LONG, story=declined_on_screen_in_the_brief),
    "voicemail": first(Does.HAS_VOICEMAIL, lines=["please leave a message after the tone"] * 5),
    "menu": first(Does.HAS_A_MENU, lines=["for sales press one for support press two"] * 5),
    "hold queue": first(Does.HAS_A_HOLD_QUEUE, lines=["your call is important to us please hold"] * 5),
    "answered and silent": first(Does.ANSWERS_AND_IS_SILENT),
    "answered and never decided": first(Does.NEVER_DECIDES),
    "agent hangs up in the brief": first(Does.LEAVES_IN_THE_BRIEF),
    "agent hangs up right after accepting": Scene(Does.LEAVES_ON_ACCEPT, Does.TAKES),
    "agent leaves after the bridge": Scene(Does.LEAVES_WHILE_TALKING, story=back_with_the_system),
    "caller leaves while it rings": Scene(Does.IS_SLOW_TO_ANSWER, story=caller_leaves_while_it_rings),
    "caller leaves in the brief": Scene(Does.LISTENS_FOR_LONG, story=caller_leaves_in_the_brief),
    "caller leaves after the bridge": Scene(Does.TAKES, story=caller_leaves_after_the_bridge),
    "caller cancels": Scene(Does.LISTENS_FOR_LONG, story=cancelled, changes={"handoff": {"decide_seconds": 120.0}}),
    "caller takes a call back": Scene(
        Does.LISTENS_FOR_LONG, story=a_call_back_instead, changes={"handoff": {"decide_seconds": 120.0}}
    ),
    "nobody there, a call back": Scene(Does.TAKES, story=nobody_there_and_a_call_back),
    "nobody there until somebody comes": Scene(Does.TAKES, story=nobody_there_until_somebody_comes),
    "search over time": Scene(Does.TAKES, story=nobody_comes_in_time, changes={"handoff": {"seek_seconds": 20.0}}),
    "two fail and the third takes it": Scene(Does.DECLINES, Does.LEAVES_IN_THE_BRIEF, Does.TAKES),
}
