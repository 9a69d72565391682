"""A call that does not come about: busy, declined, unanswered, cancelled, abandoned; and what we are told of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sip import tones
from tests.sip.ari import Ari, Refused
from tests.sip.asterisk import Asterisk
from tests.sip.capture import Capture
from tests.sip.phone import Phone
from tests.sip.sipp import Sipp
from tests.sip.stage import with_machine

pytestmark = pytest.mark.sip


CAUSES = {
    (486, "Busy Here"): 17,
    (600, "Busy Everywhere"): 17,
    (603, "Decline"): 21,
    (480, "Temporarily Unavailable"): 19,
    (404, "Not Found"): 1,
    (503, "Service Unavailable"): 34,
}


async def test_a_refusal_is_told_by_its_cause(pbx: Asterisk, ari: Ari, folder: Path) -> None:
    """Only ChannelDestroyed names it: a leg that was never answered has neither StasisStart nor StasisEnd."""
    told = {}
    for code, words in CAUSES:
        async with Sipp.refusing(folder, code, words) as phone:
            told[code, words] = (await ari.ended(await ari.dial(phone.endpoint(100))))["cause"]
    assert told == CAUSES
    assert not ari.log.find("StasisStart") and not ari.log.find("StasisEnd")


async def test_a_phone_that_is_not_registered_fails_at_once(pbx: Asterisk, ari: Ari) -> None:
    """The command itself is refused; no event follows."""
    with pytest.raises(Refused, match=r"500 .*Allocation failed"):
        await ari.dial("PJSIP/agent100")


async def test_nobody_answers_in_time_so_the_phone_is_cancelled(pbx: Asterisk, ari: Ari, folder: Path) -> None:
    async with Sipp.never_answering(folder) as phone:
        leg = await ari.dial(phone.endpoint(100), seconds=1)
        await ari.log.next("ChannelStateChange", lambda event: event["channel"]["state"] == "Ringing")
        assert (await ari.ended(leg))["cause"] == 19


async def test_the_caller_leaves_while_the_agent_rings_and_the_phone_is_cancelled(
    pbx: Asterisk, ari: Ari, folder: Path
) -> None:
    async with Sipp.never_answering(folder) as phone, Phone.caller(folder, pbx) as caller:
        call = await with_machine(ari, pbx, caller)
        leg = await ari.dial(phone.endpoint(100))
        await ari.log.next("ChannelStateChange", lambda event: event["channel"]["id"] == leg)
        await caller.do("hangup")
        await ari.left(call.caller)
        await ari.delete(f"channels/{leg}")
        await ari.ended(leg)


async def test_the_caller_stays_with_the_machine_while_one_agent_after_the_other_fails(
    pbx: Asterisk, ari: Ari, folder: Path
) -> None:
    async with Capture() as capture, Phone.caller(folder, pbx) as caller:
        call = await with_machine(ari, pbx, caller)
        await call.media.play(tones.tone(440, 15))
        for code, words in ((486, "Busy Here"), (603, "Decline")):
            async with Sipp.refusing(folder, code, words) as phone:
                await ari.ended(await ari.dial(phone.endpoint(100)))
        await capture.hears(caller, 440)
        assert capture.order(to=caller) == [440]


async def test_a_caller_who_gives_up_while_it_rings_is_gone_and_was_never_answered(
    pbx: Asterisk, ari: Ari, folder: Path
) -> None:
    async with Sipp.cancelling(folder, pbx):
        channel = await ari.caller()
        await ari.post(f"channels/{channel}/ring")
        left = await ari.left(channel)
        assert left["channel"]["state"] != "Up"
        await ari.remain()


async def test_a_person_declines_by_hand(pbx: Asterisk, ari: Ari, folder: Path) -> None:
    async with Phone.agent(folder, pbx, 100, auto=False) as agent:
        leg = await ari.dial("PJSIP/agent100")
        await agent.call_event("CALL_INCOMING")
        await agent.do("hangup")
        assert (await ari.ended(leg))["cause"] == 17  # this phone's decline is 486
