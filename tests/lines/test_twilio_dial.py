"""Agents rung over REST: who may be, what comes of it, and what a failing API may and may not do."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from telephony.errors import DialRefused, LegFailed
from telephony.leg import LegEnded
from telephony.lines.twilio.control import CallControl, Rejected
from telephony.sim import agent as agents
from telephony.sim.caller import Caller
from telephony.sim.clock import run_virtual
from telephony.sim.rest import Fault
from telephony.sim.script import HangUp, Wait
from tests.lines.stage import SETTINGS, Talker, converse, listening, stage, tone, with_settings
from tests.lines.test_twilio_call import free_port

CREATE = r"POST .*/Calls\.json"
UPDATE = r"POST .*/Calls/.+\.json"


def told(story, **options):
    async def on_stage():
        async with stage(**options) as it:
            result = await story(it)
        assert it.rest.violations == []
        return result

    return run_virtual(on_stage())


async def ring(it, who: str = "ada", attempt: str = "a1", ring_seconds: float = 15.0):
    return await it.line.dial(who, ring_seconds=ring_seconds, call="call-1", attempt=attempt)


def test_an_agent_answers_hears_us_and_presses_1():
    talker = Talker(tone(800))

    async def story(it):
        leg = await ring(it)
        return await converse(leg, talker), it.carrier.calls[leg.party.carrier_id]

    agent = agents.accepts(stays_seconds=1.0)
    ended, call = told(story, agents={"ada": agent})
    assert ended is LegEnded.HUNG_UP
    assert talker.keys == ["1"]
    assert call.media.marks == ["prompt-1", "prompt-2"]
    assert call.happened("status") == ["initiated", "ringing", "in-progress", "completed"]


@pytest.mark.parametrize(
    ("agent", "ended"),
    [
        (agents.is_busy(), LegEnded.BUSY),
        (agents.cannot_be_reached(), LegEnded.FAILED),
        (agents.never_answers(), LegEnded.NO_ANSWER),
    ],
)
def test_who_cannot_be_had_is_a_leg_that_ended(agent, ended):
    async def story(it):
        leg = await ring(it)
        with pytest.raises(LegFailed):
            await leg.media()
        return await leg.ended()

    assert told(story, agents={"ada": agent}) is ended


def test_ringing_stops_when_the_offer_is_over_not_when_twilio_would():
    async def story(it):
        began = asyncio.get_running_loop().time()
        leg = await ring(it, ring_seconds=10)
        with pytest.raises(LegFailed):
            await leg.media()
        return asyncio.get_running_loop().time() - began, it.carrier.calls[leg.party.carrier_id]

    seconds, call = told(story, agents={"ada": agents.never_answers()})
    assert seconds == pytest.approx(10)  # Twilio itself rings 5 s longer
    assert call.completed.is_set()


def test_a_ringing_agent_is_let_go_when_we_hang_up():
    async def story(it):
        leg = await ring(it)
        await asyncio.sleep(1)
        await leg.hang_up("the caller left")
        await asyncio.sleep(1)
        return await leg.ended(), it.carrier.calls[leg.party.carrier_id].status

    assert told(story, agents={"ada": agents.never_answers()}) == (LegEnded.BY_US, "canceled")


def test_hanging_up_what_is_over_is_normal():
    async def story(it):
        leg = await ring(it)
        await asyncio.sleep(3)  # busy by now
        await it.line._control.complete(leg.party.carrier_id)
        await it.line._control.complete("CA" + "0" * 32)
        await leg.hang_up("again")
        return await leg.ended()

    assert told(story, agents={"ada": agents.is_busy()}) is LegEnded.BUSY


def test_an_agent_may_be_named_by_their_listed_address():
    async def story(it):
        return (await it.line.dial("+15550101", ring_seconds=5, call="call-1", attempt="a1")).party.called

    assert told(story, agents={"ada": agents.is_busy()}) == "+15550101"


@pytest.mark.parametrize("address", ["+15550199", "eve", "+442079460000", ""])
def test_only_listed_agents_are_rung(address):
    async def story(it):
        with pytest.raises(DialRefused):
            await ring(it, address)
        return it.rest.requests

    assert told(story, agents={"ada": agents.accepts()}) == []


def test_a_listed_number_of_a_country_we_do_not_dial_is_not_rung():
    async def story(it):
        with pytest.raises(DialRefused, match=r"\+44.*got \+1"):
            await ring(it)
        return it.rest.requests

    assert told(story, settings=with_settings(countries=frozenset({44}))) == []


def test_nobody_is_rung_twice_for_one_offer():
    async def story(it):
        await ring(it)
        with pytest.raises(DialRefused, match="dialled before"):
            await ring(it)

    told(story, agents={"ada": agents.is_busy()})


def test_too_many_requests_are_tried_again():
    async def story(it):
        leg = await ring(it)
        await leg.media()
        return sum(line.endswith("Calls.json") for line in it.rest.requests)

    faults = [Fault(CREATE, 429, 20429, times=2)]
    assert told(story, agents={"ada": agents.accepts()}, faults=faults) == 3


def test_a_server_error_on_create_is_not_tried_again_and_a_late_ring_is_ended():
    async def story(it):
        leg = await ring(it)
        await asyncio.sleep(8)
        (call,) = it.carrier.calls.values()
        return await leg.ended(), it.rest.requests.count(it.rest.requests[0]), call

    faults = [Fault(CREATE, 503, times=1, carried_out=True)]
    ended, creates, call = told(story, agents={"ada": agents.accepts()}, faults=faults)
    assert ended is LegEnded.FAILED
    assert creates == 1
    assert call.completed.is_set()
    assert call.streams == []
    assert call.happened("dial") == []


def test_an_agent_whose_stream_breaks_is_hung_up_and_not_put_through_to_the_fallback():
    async def story(it):
        leg = await ring(it)
        await leg.media()
        leg.end(LegEnded.FAILED)
        await asyncio.sleep(2)
        return it.carrier.calls[leg.party.carrier_id]

    call = told(story, agents={"ada": agents.dawdles()})
    assert call.status == "completed"
    assert call.happened("dial") == []


def test_an_answer_quicker_than_the_reply_is_let_in():
    async def story(it):
        leg = await ring(it)
        await leg.media()
        return leg.state

    assert told(story, agents={"ada": agents.accepts(ring_seconds=0.1)}, reply_seconds=2.0) == "answered"


def test_a_dial_that_is_cancelled_leaves_nobody_ringing():
    async def story(it):
        dialling = asyncio.create_task(ring(it))
        await asyncio.sleep(0.5)
        dialling.cancel()
        await asyncio.sleep(5)
        (call,) = it.carrier.calls.values()
        return call.completed.is_set()

    assert told(story, agents={"ada": agents.never_answers()}, reply_seconds=3.0)


def test_hanging_up_is_tried_again_after_a_server_error():
    async def story(it):
        leg = await ring(it)
        await leg.hang_up("enough")
        return it.carrier.calls[leg.party.carrier_id].completed.is_set()

    assert told(story, agents={"ada": agents.never_answers()}, faults=[Fault(UPDATE, 500, times=3)])


def test_an_api_that_never_answers_costs_its_time_limit_only():
    async def story(it):
        began = asyncio.get_running_loop().time()
        leg = await ring(it)
        return await leg.ended(), asyncio.get_running_loop().time() - began

    ended, seconds = told(story, agents={"ada": agents.never_answers()}, reply_seconds=60.0)
    assert ended is LegEnded.FAILED
    assert seconds == pytest.approx(SETTINGS.request_seconds)


def test_a_wrong_password_is_a_failed_leg():
    async def story(it):
        return await (await ring(it)).ended()

    assert (
        told(story, settings=with_settings(api_key=("SK1", "wrong")), agents={"ada": agents.accepts()})
        is LegEnded.FAILED
    )


def test_a_document_too_long_for_twilio_is_not_sent():
    async def story(it):
        with pytest.raises(Rejected, match="4000"):
            await it.line._control.create("+15550101", twiml="x" * 4001, status_url="", ring_seconds=1)
        return it.rest.requests

    assert told(story) == []


def test_when_the_caller_and_the_agent_are_on_the_line_both_are_hung_up_at_closing():
    caller_talk, agent_talk = Talker(tone(200)), Talker(tone(200))

    async def story(it):
        calling = asyncio.create_task(
            it.carrier.call(from_="+1555", to="+1556", party=Caller([Wait(60_000), HangUp()]))
        )
        leg = await ring(it)
        talking = asyncio.create_task(converse(leg, agent_talk))
        await asyncio.sleep(5)
        await it.line.close()
        return await talking, (await calling).status

    outcome = told(story, serve=lambda leg: converse(leg, caller_talk), agents={"ada": agents.dawdles()})
    assert outcome == (LegEnded.BY_US, "completed")


@asynccontextmanager
async def over_sockets():
    """The REST stand-in and the service both behind real ports, with Twilio's own HTTP client in between."""
    service_port, rest_port = free_port(), free_port()
    settings = with_settings(api_base=f"http://127.0.0.1:{rest_port}")
    async with stage(settings=settings, port=service_port, agents={"ada": agents.accepts(ring_seconds=0.2)}) as it:
        it.line._control = CallControl(settings)
        async with listening(it.app, service_port), listening(it.rest.app, rest_port):
            yield it


async def test_over_real_sockets_an_agent_is_rung_and_hung_up():
    async with over_sockets() as it:
        leg = await ring(it)
        talker = Talker(tone(300))
        talking = asyncio.create_task(converse(leg, talker))
        call = it.carrier.calls[leg.party.carrier_id]
        async with asyncio.timeout(20):
            await talker.pressed.wait()
        await leg.hang_up("done")
        assert await talking is LegEnded.BY_US
        await it.line._control.close()
    assert it.rest.violations == []
    assert call.completed.is_set()


async def test_a_rest_api_that_is_not_there_is_a_failed_leg():
    settings = with_settings(api_base=f"http://127.0.0.1:{free_port()}")
    async with stage(settings=settings) as it:
        it.line._control = CallControl(settings)
        leg = await ring(it)
        assert await leg.ended() is LegEnded.FAILED
