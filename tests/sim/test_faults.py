"""What the simulated carrier can be told to do wrong, and that it does just that."""

import asyncio

import numpy as np
import pytest

from telephony.sim import agent as agents
from telephony.sim.caller import Caller
from telephony.sim.faults import Delivery, Drop, Fault
from telephony.sim.leaving import Leaver, Leaving, Stage
from telephony.sim.script import Key, Speak, Wait
from tests.lines.stage import Echo, converse, listening, stage
from tests.sim.little_service import ADA, CALLER, US, response, told, tone
from tests.sim.test_simulate import free_port

AFTER = "https://service.example/after"
STREAM = f'<Connect action="{AFTER}"><Stream url="wss://service.example/stream"/></Connect>'
BYE = response("<Say>Goodbye.</Say>")
WAITS = response('<Pause length="60"/>')
NEW_CALL = {
    "To": ADA, "From": US, "Twiml": WAITS, "StatusCallback": "https://service.example/progress",
    "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
}  # fmt: skip


async def dialled(it, seconds: float = 10.0):
    await it.request("POST", "Calls.json", NEW_CALL)
    await asyncio.sleep(seconds)
    for call in it.carrier.calls.values():
        call.complete()
    await asyncio.sleep(5)


def progress(*deliveries: Delivery):
    """What a callback is told of a call that is answered after 2 s and ended after 10."""

    async def story(it):
        it.carrier.webhooks.deliveries += deliveries
        await dialled(it)
        return it.events("/progress", "CallStatus")

    return told(story, {}, {ADA: agents.silent()})


class TestRest:
    @pytest.mark.parametrize("status", [429, 500, 503])
    def test_a_refused_request_was_not_carried_out(self, status):
        async def story(it):
            answered, error = await it.request("POST", "Calls.json", NEW_CALL)
            return answered, error["status"], len(it.carrier.calls)

        assert told(story, {}, faults=[Fault("Calls", status)]) == (status, status, 0)

    def test_a_server_error_may_have_been_carried_out(self):
        async def story(it):
            answered, _ = await it.request("POST", "Calls.json", NEW_CALL)
            return answered, len(it.carrier.calls)

        assert told(story, {}, faults=[Fault("Calls", 503, carried_out=True)]) == (503, 1)

    @pytest.mark.parametrize("carried_out", [True, False])
    def test_an_answer_may_never_come(self, carried_out):
        async def story(it):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(10):
                    await it.request("POST", "Calls.json", NEW_CALL)
            return len(it.carrier.calls)

        assert told(story, {}, faults=[Fault("Calls", lost=True, carried_out=carried_out)]) == carried_out

    def test_a_fault_strikes_as_often_as_it_says(self):
        async def story(it):
            return [(await it.request("GET", "Calls.json"))[0] for _ in range(4)]

        assert told(story, {}, faults=[Fault("GET", 429, times=2)]) == [429, 429, 200, 200]


class TestCallbacks:
    def test_without_faults_each_is_told_once_and_in_order(self):
        assert progress() == ["initiated", "ringing", "in-progress", "completed"]

    def test_doubled(self):
        assert progress(Delivery("ringing", copies=2)).count("ringing") == 2

    def test_lost(self):
        assert progress(Delivery("in-progress", lost=True)) == ["initiated", "ringing", "completed"]

    def test_late(self):
        late = progress(Delivery("ringing", late_seconds=4))
        assert late == ["initiated", "in-progress", "ringing", "completed"]

    def test_in_the_wrong_order(self):
        assert progress(Delivery("initiated", after_next=True))[:2] == ["ringing", "initiated"]

    def test_forged(self):
        async def story(it):
            it.carrier.webhooks.deliveries.append(Delivery("ringing", forged=True))
            await dialled(it)
            return it.events("/progress", "CallStatus")

        assert "ringing" in told(story, {}, {ADA: agents.silent()})  # it is the service's to refuse it

    def test_after_a_rotation_the_signature_is_that_of_the_new_token(self):
        async def story(it):
            before = it.carrier.sign(AFTER, {})
            it.carrier.webhooks.auth_token = "another"
            return before == it.carrier.sign(AFTER, {})

        assert told(story, {}) is False

    def test_a_url_may_ask_to_be_tried_again(self):
        async def story(it):
            await it.ring(stays_ms=1000)
            return [path for path, _ in it.told].count("/next")

        world = {"/voice": response("<Redirect>https://service.example/next#rc=2&amp;rp=all</Redirect>"), "/next": 500}
        assert told(story, world) == 3


class TestWebhooks:
    @pytest.mark.parametrize("answer", [500, 404, "no document"])
    def test_a_number_whose_webhook_fails_uses_its_fallback(self, answer):
        async def story(it):
            return (await it.ring(stays_ms=9000)).happened("say")

        assert told(story, {"/voice": answer}, fallback=response("<Say>Please hold.</Say>")) == ["Please hold."]

    def test_so_does_a_call_whose_action_fails(self):
        async def story(it):
            it.closes_after = 10
            return (await it.ring(stays_ms=9000)).happened("say")

        world = {"/voice": response(STREAM), "/after": 503}
        assert told(story, world, fallback=response("<Say>Please hold.</Say>")) == ["Please hold."]

    def test_a_call_we_dialled_uses_the_fallback_it_was_given(self):
        async def story(it):
            form = {"To": ADA, "From": US, "Url": AFTER, "FallbackUrl": "https://service.example/fallback"}
            await it.request("POST", "Calls.json", form)
            await asyncio.sleep(5)
            return it.call_of(ADA).happened("say"), it.events("/fallback", "ErrorUrl")

        world = {"/after": 500, "/fallback": BYE}
        assert told(story, world, {ADA: agents.silent()}) == (["Goodbye."], [AFTER])

    def test_without_any_fallback_the_call_is_over(self):
        async def story(it):
            call = await it.ring(stays_ms=9000)
            return call.status, call.happened("fallback")

        assert told(story, {"/voice": 500}) == ("completed", ["https://service.example/voice"])


class TestStreams:
    def test_a_stream_that_breaks_goes_on_with_the_action(self):
        async def story(it):
            it.carrier.drops.append(Drop(after_seconds=2))
            call = await it.ring(stays_ms=9000)
            return call, [message["event"] for message in it.messages[0]]

        call, events = told(story, {"/voice": response(STREAM), "/after": BYE})
        assert "stop" not in events
        assert call.happened("stream_ended") == ["dropped 1006"]
        assert call.happened("say") == ["Goodbye."]
        assert len(call.media.heard) in (100, 101)

    def test_a_stream_that_is_never_made_goes_on_with_the_action(self):
        async def story(it):
            it.carrier.drops.append(Drop(refused=True))
            return await it.ring(stays_ms=9000)

        call = told(story, {"/voice": response(STREAM), "/after": BYE})
        assert call.streams == []
        assert call.happened("say") == ["Goodbye."]

    async def test_over_real_sockets_too_it_breaks_without_a_word(self):
        ends = []

        async def serve(leg):
            ends.append(await converse(leg, Echo()))

        port = free_port()
        async with stage(serve=serve, port=port) as it, listening(it.app, port):
            it.carrier.drops.append(Drop(after_seconds=0.5))
            call = await it.carrier.call(from_=CALLER, to=US, party=Caller([Wait(5000)]), max_seconds=20)
        assert call.happened("stream_ended")[0] == "dropped 1006"  # the line opens another one
        assert len(ends) == 1

    def test_a_call_moved_on_while_its_stream_is_being_made_leaves_no_stream_behind(self):
        async def story(it):
            connect = it.carrier.reach.connect

            async def slowly(url, headers):
                await asyncio.sleep(1)
                return await connect(url, headers)

            it.carrier.reach.connect = slowly
            ringing = it.ring(stays_ms=9000)
            await asyncio.sleep(0.5)
            status, _ = await it.request("POST", f"Calls/{it.call_of(CALLER).sid}.json", {"Url": AFTER})
            return status, await ringing, it.messages

        status, call, messages = told(story, {"/voice": response(STREAM), "/after": BYE})
        assert status == 200
        assert call.happened("say") == ["Goodbye."]
        assert call.streams == messages == []


class TestParties:
    @pytest.mark.parametrize(
        ("stage", "least_ms", "most_ms"),
        [(Stage.ANSWERED, 500, 540), (Stage.PROMPTED, 500, 540), (Stage.KEYED, 2200, 2500)],
    )
    def test_an_agent_hangs_up_at_a_stage(self, stage, least_ms, most_ms):
        async def story(it):
            twiml = response("<Say>A brief of some length.</Say>", '<Pause length="60"/>')
            await it.request("POST", "Calls.json", {**NEW_CALL, "Twiml": twiml})
            await asyncio.sleep(20)
            return it.call_of(ADA)

        call = told(story, {}, {ADA: agents.accepts().leaving(stage, 0.5)})
        assert call.status == "completed"
        assert least_ms <= call.phone.at_ms <= most_ms

    @pytest.mark.parametrize("who", ["caller", "agent"])
    def test_either_side_hangs_up_once_they_are_joined(self, who):
        room = response('<Dial><Conference waitUrl="" endConferenceOnExit="true">r</Conference></Dial>')

        async def story(it):
            caller = Leaver(Caller([Wait(60_000)]), Leaving(Stage.JOINED, 1000)) if who == "caller" else Caller([])
            ringing = asyncio.create_task(it.carrier.call(from_=CALLER, to=US, party=caller))
            await asyncio.sleep(5)
            await it.request("POST", "Calls.json", {**NEW_CALL, "Twiml": room})
            call = await ringing
            return call.answered_at, it.call_of(ADA).answered_at, call.ended_at

        agent = agents.silent().leaving(Stage.JOINED, 1.0) if who == "agent" else agents.silent()
        _, joined_at, ended_at = told(story, {"/voice": room}, {ADA: agent})
        assert ended_at - joined_at == pytest.approx(1.0, abs=0.1)

    def test_a_caller_may_give_up_while_it_rings(self):
        async def story(it):
            call = await it.carrier.call(from_=CALLER, to=US, party=Caller([]), gives_up=True)
            return call.status, call.streams

        assert told(story, {"/voice": response(STREAM)}) == ("canceled", [])

    def test_a_hold_queue_plays_and_then_a_person_is_there(self):
        agent = agents.hold_queue(tone(2000, 300), tone(8000, 600), Key("1"), holds_seconds=20)
        assert [item for item in agent.script if isinstance(item, Key)] == [Key("1")]
        assert sum(len(item.clip) for item in agent.script if isinstance(item, Speak)) == 20 * 8000

    def test_a_menu_is_read_out_and_given_up(self):
        async def story(it):
            await it.request("POST", "Calls.json", NEW_CALL)
            await asyncio.sleep(30)
            return it.call_of(ADA)

        call = told(story, {}, {ADA: agents.menu(tone(2000, 300), times=3, pause_seconds=3)})
        assert call.phone.at_ms == pytest.approx(15_000, abs=40)
        assert np.concatenate(call.phone.spoken).any()
