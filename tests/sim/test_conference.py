"""A conference at the simulated carrier: who hears whom, who is told what, and how it ends."""

import asyncio

import numpy as np
import pytest

from telephony.sim import agent as agents
from telephony.sim.agent import SimAgent
from telephony.sim.caller import Caller
from telephony.sim.mixing import Mixer
from telephony.sim.script import HangUp, Speak, Wait
from tests.sim.little_service import ADA, CALLER, US, Little, response, share_of, told, tone
from voice.audio import silence

STREAM = '<Connect action="https://service.example/after"><Stream url="wss://service.example/stream"/></Connect>'
CALLBACK = (
    'statusCallback="https://service.example/conference" statusCallbackEvent="start end join leave mute hold" '
    'waitUrl="" beep="false" jitterBufferSize="small"'
)
CALLERS_ROOM = response(
    f'<Dial action="https://service.example/after-conference"><Conference {CALLBACK} participantLabel="caller" '
    'startConferenceOnEnter="true" endConferenceOnExit="true">room</Conference></Dial>'
)
AGENTS_ROOM = response(
    f'<Dial><Conference {CALLBACK} participantLabel="agent" startConferenceOnEnter="true">room</Conference></Dial>'
)
WORLD = {"/voice": response(STREAM), "/after-conference": response("<Hangup/>")}


async def meet(it: Little, caller: Caller | None = None) -> tuple["asyncio.Task[object]", str]:
    """A caller on a stream and an agent rung over REST, both moved to one conference."""
    ringing = asyncio.create_task(
        it.carrier.call(from_=CALLER, to=US, party=caller or Caller([Wait(60_000), HangUp()]))
    )
    await asyncio.sleep(1)
    await it.request("POST", "Calls.json", {"To": ADA, "From": US, "Twiml": AGENTS_ROOM})
    await asyncio.sleep(3)
    await it.request("POST", f"Calls/{it.call_of(CALLER).sid}.json", {"Twiml": CALLERS_ROOM})
    await asyncio.sleep(1)
    return ringing, next(iter(it.carrier.rooms))


def talks(hz: float, *, after_ms: int = 0, ms: int = 60_000) -> tuple[Wait | Speak, ...]:
    return (Wait(after_ms), Speak(tone(ms, hz)))


def last_second(call) -> np.ndarray:
    return np.concatenate(call.phone.heard[-50:])


def test_a_call_taken_from_its_stream_stops_it_and_hears_the_other_in_the_conference():
    async def story(it):
        ringing, _ = await meet(it, Caller(talks(500)))
        await asyncio.sleep(3)
        caller, agent = it.call_of(CALLER), it.call_of(ADA)
        heard = last_second(caller), last_second(agent)
        caller.complete()
        await ringing
        return [message["event"] for message in it.messages[0]], heard

    events, (caller_heard, agent_heard) = told(story, WORLD, {ADA: SimAgent(talks(800))})
    assert events[-1] == "stop"
    assert share_of(800, caller_heard) > 0.9
    assert share_of(500, agent_heard) > 0.9


def test_its_callback_is_told_in_order_with_sequence_numbers_and_reasons():
    async def story(it):
        ringing, _ = await meet(it, Caller([Wait(8000), HangUp()]))
        await ringing
        await asyncio.sleep(1)
        return [form for path, form in it.told if path == "/conference"]

    forms = told(story, WORLD, {ADA: SimAgent()})
    assert [form["StatusCallbackEvent"] for form in forms] == [
        "participant-join", "participant-join", "conference-start", "participant-leave", "participant-leave",
        "conference-end",
    ]  # fmt: skip
    assert [form["SequenceNumber"] for form in forms] == [str(n) for n in range(1, 7)]
    assert [form.get("ParticipantLabel") for form in forms[:2]] == ["agent", "caller"]
    assert forms[3]["ReasonParticipantLeft"] == "participant_hung_up"
    assert forms[4]["ReasonParticipantLeft"] == "moderator_ended_conference"
    assert forms[5]["ReasonConferenceEnded"] == "participant-with-end-conference-on-exit-left"


def test_when_the_agent_leaves_the_caller_stays_until_told_otherwise():
    async def story(it):
        ringing, room = await meet(it)
        it.call_of(ADA).complete()
        await asyncio.sleep(1)
        there = list(it.carrier.rooms[room].participants)
        status, _ = await it.request("POST", f"Conferences/{room}.json", {"Status": "completed"})
        call = await ringing
        return there == [call.sid], status, it.events("/after-conference", "DialCallStatus")

    assert told(story, WORLD, {ADA: SimAgent()}) == (True, 200, ["answered"])


def test_a_participant_on_hold_hears_music_and_is_not_heard():
    async def story(it):
        ringing, room = await meet(it, Caller(talks(500)))
        sid = it.call_of(CALLER).sid
        await it.request("POST", f"Conferences/{room}/Participants/caller.json", {"Hold": "true"})
        await asyncio.sleep(3)
        held = last_second(it.call_of(CALLER)), last_second(it.call_of(ADA))
        await it.request("POST", f"Conferences/{room}/Participants/{sid}.json", {"Hold": "false", "Muted": "true"})
        await asyncio.sleep(3)
        muted = last_second(it.call_of(CALLER)), last_second(it.call_of(ADA))
        it.call_of(CALLER).complete()
        await ringing
        return held, muted, it.events("/conference", "StatusCallbackEvent")

    held, muted, events = told(story, WORLD, {ADA: SimAgent(talks(800))})
    assert share_of(330, held[0]) > 0.2
    assert not held[1].any()
    assert share_of(800, muted[0]) > 0.9
    assert not muted[1].any()
    assert [event for event in events if "hold" in event or "mute" in event] == [
        "participant-hold", "participant-mute", "participant-unhold",
    ]  # fmt: skip


def test_a_second_participant_of_the_same_label_goes_on_with_the_next_verb():
    async def story(it):
        ringing, _ = await meet(it)
        await it.request("POST", "Calls.json", {"To": ADA, "From": US, "Twiml": AGENTS_ROOM})
        await asyncio.sleep(4)
        second = it.call_of(ADA)
        it.call_of(CALLER).complete()
        await ringing
        return second.happened("error"), second.status

    (error,), status = told(story, WORLD, {ADA: SimAgent()})
    assert error.startswith("16025")
    assert status == "completed"


def test_a_wait_url_that_fails_keeps_the_call_out():
    room = '<Dial action="https://service.example/after-conference"><Conference waitUrl="https://service.example/wait">r</Conference></Dial>'

    async def story(it):
        await it.ring(stays_ms=5000)
        return it.events("/after-conference", "DialCallStatus"), it.call_of(CALLER).status

    world = {"/voice": response(room), "/wait": 500, "/after-conference": response("<Hangup/>")}
    assert told(story, world) == (["failed"], "completed")


def test_who_waits_alone_hears_music_unless_told_otherwise():
    async def story(it):
        call = await it.ring(stays_ms=3000)
        return bool(np.concatenate(call.phone.heard).any())

    def world(wait: str) -> dict[str, str]:
        return {"/voice": response(f"<Dial><Conference{wait}>r</Conference></Dial>")}

    assert told(story, world("")) is True
    assert told(story, world(' waitUrl=""')) is False


def test_participants_are_listed_added_and_removed_over_rest():
    async def story(it):
        ringing, room = await meet(it)
        added = await it.request(
            "POST", f"Conferences/{room}/Participants.json", {"To": ADA, "From": US, "Label": "third"}
        )
        await asyncio.sleep(5)
        _, listed = await it.request("GET", f"Conferences/{room}/Participants.json")
        removed = await it.request("DELETE", f"Conferences/{room}/Participants/third.json")
        gone, _ = await it.request("GET", f"Conferences/{room}/Participants/third.json")
        it.call_of(CALLER).complete()
        await ringing
        left = [form for _, form in it.told if form.get("StatusCallbackEvent") == "participant-leave"]
        return added[0], [one["label"] for one in listed["participants"]], removed[0], gone, left[0]

    *answers, left = told(story, WORLD, {ADA: SimAgent()})
    assert answers == [201, ["agent", "caller", "third"], 204, 404]
    assert left["ReasonParticipantLeft"] == "participant_updated_via_api"


def test_a_conference_starts_with_two_of_whom_one_may_start_it():
    quiet = response('<Dial><Conference startConferenceOnEnter="false" waitUrl="">r</Conference></Dial>')

    async def story(it):
        ringing = it.ring(stays_ms=8000)
        await asyncio.sleep(1)
        for _ in range(2):
            await it.request("POST", "Calls.json", {"To": ADA, "From": US, "Twiml": quiet})
        await asyncio.sleep(4)
        (room,) = it.carrier.rooms.values()
        waiting = room.status, len(room.participants)
        await it.request("POST", "Calls.json", {"To": ADA, "From": US, "Twiml": quiet.replace("false", "true")})
        await asyncio.sleep(4)
        started = room.status
        for call in it.carrier.calls.values():
            call.complete()
        await ringing
        return waiting, started

    assert told(story, {"/voice": quiet}, {ADA: SimAgent()}) == (("init", 3), "in-progress")


@pytest.mark.parametrize(("size", "least_ms", "most_ms"), [("off", 0, 60), ("small", 140, 220), ("large", 300, 1000)])
def test_the_jitter_buffer_holds_up_who_speaks(size, least_ms, most_ms):
    rooms = {"/voice": response(STREAM), "/after-conference": response("<Hangup/>")}

    async def story(it):
        ringing = it.ring(Wait(10_000), Speak(tone(500, 500)), stays_ms=3000)
        await asyncio.sleep(1)
        room = AGENTS_ROOM.replace("small", size)
        await it.request("POST", "Calls.json", {"To": ADA, "From": US, "Twiml": room})
        await asyncio.sleep(3)
        await it.request("POST", f"Calls/{it.call_of(CALLER).sid}.json", {"Twiml": CALLERS_ROOM.replace("small", size)})
        call = await ringing
        agent = it.call_of(ADA)
        spoke = next(i for i, frame in enumerate(call.phone.spoken) if frame.any())
        heard = next(i for i, frame in enumerate(agent.phone.heard) if frame.any())
        return (agent.answered_at - call.answered_at) * 1000 + (heard - spoke) * 20

    delay_ms = told(story, rooms, {ADA: agents.SimAgent()})
    assert least_ms <= delay_ms <= most_ms


class TestMixer:
    LOUD = np.full(160, 20_000, dtype=np.int16)

    def test_each_hears_the_others_and_not_itself(self):
        mixer = Mixer()
        for party in "abc":
            mixer.join(party)
        for party, value in (("a", 1), ("b", 10), ("c", 100)):
            mixer.speak(party, np.full(160, value, dtype=np.int16))
        assert [int(mixer.hear(party)[0]) for party in "abc"] == [110, 101, 11]

    def test_loud_voices_clip_and_do_not_wrap(self):
        mixer = Mixer()
        for party in "abc":
            mixer.join(party)
            mixer.speak("a", self.LOUD)
        mixer.speak("b", self.LOUD)
        mixer.speak("a", self.LOUD)
        assert int(mixer.hear("c")[0]) in (20_000, 32_767)
        assert int(max(mixer.hear("c"))) <= 32_767

    def test_a_listener_that_does_not_listen_loses_the_oldest(self):
        mixer = Mixer()
        mixer.join("a")
        mixer.join("b")
        for value in range(1, 20):
            mixer.speak("a", np.full(160, value, dtype=np.int16))
        assert int(mixer.hear("b")[0]) == 15

    def test_who_left_is_silent_and_hears_nobody(self):
        mixer = Mixer()
        mixer.join("a")
        mixer.join("b")
        mixer.leave("a")
        mixer.leave("a")
        mixer.speak("b", self.LOUD)
        assert np.array_equal(mixer.hear("b"), silence(20))
