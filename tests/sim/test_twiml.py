"""The simulated carrier carries documents out as Twilio describes them, verb by verb."""

import asyncio

import numpy as np
import pytest

from telephony.sim import agent as agents
from telephony.sim.agent import SimAgent
from telephony.sim.script import HangUp, Key, LetPromptPass, Speak, Wait
from tests.sim.little_service import ADA, BEN, CALLER, US, response, share_of, told, tone

AFTER = "https://service.example/after"
STREAM = '<Stream url="wss://service.example/stream"/>'
BYE = response("<Say>Goodbye.</Say>")


def rings(*script, **options):
    async def story(it):
        return await it.ring(*script, **options), it

    return story


def test_words_take_their_time_and_are_heard():
    call, _ = told(rings(), {"/voice": response("<Say>Twenty characters ok</Say>")})
    assert call.happened("say") == ["Twenty characters ok"]
    assert call.phone.at_ms == pytest.approx(20 * 60, abs=40)
    assert np.concatenate(call.phone.heard[5:50]).any()


def test_pause_redirect_and_hangup():
    world = {
        "/voice": response('<Pause length="3"/>', "<Redirect>https://service.example/next</Redirect>", "<Say>no</Say>"),
        "/next": response("<Hangup/>", "<Say>no</Say>"),
    }
    call, it = told(rings(), world)
    assert call.phone.at_ms == pytest.approx(3000, abs=40)
    assert call.happened("say") == []
    assert [path for path, _ in it.told] == ["/voice", "/next", "/status"]


def test_keys_of_a_gather_lead_to_its_action():
    gather = f'<Gather numDigits="2" action="{AFTER}"><Say>Your choice, please.</Say></Gather>'
    world = {"/voice": response(gather, "<Say>nothing</Say>"), "/after": BYE}
    call, it = told(rings(Key("4", after_prompt=True), Key("2")), world)
    assert it.events("/after", "Digits") == ["42"]
    assert call.happened("say") == ["Your choice, please.", "Goodbye."]


def test_a_key_cuts_the_prompt_of_a_gather_and_the_finishing_key_ends_it():
    gather = f'<Gather action="{AFTER}"><Say>{"A very long prompt. " * 20}</Say></Gather>'
    call, it = told(rings(Wait(500), Key("7"), Key("#")), {"/voice": response(gather), "/after": BYE})
    assert it.events("/after", "Digits") == ["7"]
    assert call.phone.at_ms < 2000


def test_a_gather_without_keys_goes_on_after_its_timeout():
    gather = f'<Gather timeout="3" action="{AFTER}"/>'
    call, it = told(rings(), {"/voice": response(gather, "<Say>Nothing pressed.</Say>"), "/after": BYE})
    assert it.events("/after", "Digits") == []
    assert call.happened("say") == ["Nothing pressed."]
    call, it = told(
        rings(), {"/voice": response(gather.replace("action", 'actionOnEmptyResult="true" action')), "/after": BYE}
    )
    assert it.events("/after", "Digits") == [""]


@pytest.mark.parametrize(
    ("agent", "status"),
    [
        (agents.is_busy(), "busy"),
        (agents.never_answers(), "no-answer"),
        (agents.cannot_be_reached(), "failed"),
        (SimAgent((Wait(3000), HangUp())), "completed"),
    ],
)
def test_dialling_a_number_tells_its_action_what_became_of_it(agent, status):
    world = {"/voice": response(f'<Dial timeout="10" action="{AFTER}">{ADA}</Dial>'), "/after": BYE}
    call, it = told(rings(stays_ms=60_000), world, {ADA: agent})
    assert it.events("/after", "DialCallStatus") == [status]
    assert it.events("/after", "DialBridged") == ["true" if status == "completed" else "false"]
    assert it.call_of(ADA).parent_sid == call.sid
    assert it.call_of(ADA).direction == "outbound-dial"


def test_the_two_of_a_dial_hear_each_other():
    async def story(it):
        ringing = it.ring(Wait(4000), Speak(tone(8000, 500)), stays_ms=100)
        await asyncio.sleep(8)
        heard = [np.concatenate(it.call_of(who).phone.heard[-50:]) for who in (CALLER, ADA)]
        await ringing
        return heard

    caller, agent = told(
        story, {"/voice": response(f"<Dial>{ADA}</Dial>")}, {ADA: SimAgent((Speak(tone(20_000, 800)),))}
    )
    assert share_of(800, caller) > 0.9
    assert share_of(500, agent) > 0.9


def test_of_two_that_ring_the_first_to_answer_has_the_call():
    dial = f'<Dial callerId="{US}"><Number>{ADA}</Number><Sip>sip:ben@pbx.example</Sip></Dial>'

    async def story(it):
        await it.ring(stays_ms=8000)
        return it.call_of(ADA), it.call_of("sip:ben@pbx.example")

    far_ends = {ADA: SimAgent(ring_seconds=6), "sip:ben@pbx.example": SimAgent(ring_seconds=2)}
    ada, ben = told(story, {"/voice": response(dial)}, far_ends)
    assert (ada.status, ben.status) == ("canceled", "completed")
    assert ben.from_ == US


def test_a_dialled_number_may_hear_a_document_of_its_own_first():
    world = {
        "/voice": response(f'<Dial><Number url="https://service.example/whisper">{ADA}</Number></Dial>'),
        "/whisper": response("<Say>A caller for you.</Say>"),
    }

    async def story(it):
        await it.ring(stays_ms=8000)
        return it.call_of(ADA).happened("say")

    assert told(story, world, {ADA: SimAgent()}) == ["A caller for you."]


def test_a_call_in_progress_is_given_another_document_over_rest():
    async def story(it):
        ringing = it.ring(stays_ms=60_000)
        await asyncio.sleep(2)
        sid = it.call_of(CALLER).sid
        by_text = await it.request("POST", f"Calls/{sid}.json", {"Twiml": response("<Say>One</Say>", "<Pause/>" * 9)})
        await asyncio.sleep(2)
        by_url = await it.request("POST", f"Calls/{sid}.json", {"Url": AFTER})
        call = await ringing
        over = await it.request("POST", f"Calls/{sid}.json", {"Url": AFTER})
        return call, by_text[0], by_url[0], over

    call, by_text, by_url, over = told(story, {"/voice": response(f"<Connect>{STREAM}</Connect>"), "/after": BYE})
    assert call.happened("say") == ["One", "Goodbye."]
    assert (by_text, by_url, over[0], over[1]["code"]) == (200, 200, 400, 21220)
    assert call.happened("stream_ended") == ["stopped"]


def test_a_stream_that_the_service_closes_leads_to_its_action():
    async def story(it):
        it.closes_after = 50
        return await it.ring(stays_ms=60_000)

    world = {"/voice": response(f'<Connect action="{AFTER}">{STREAM}</Connect>'), "/after": BYE}
    call = told(story, world)
    assert call.happened("say") == ["Goodbye."]
    assert len(call.media.heard) in (50, 51)


@pytest.mark.parametrize(
    ("track", "tracks"),
    [("inbound_track", ["inbound"]), ("outbound_track", ["outbound"]), ("both_tracks", ["inbound", "outbound"])],
)
def test_a_one_way_stream_hears_the_tracks_it_asked_for_until_the_call_is_over(track, tracks):
    start = (
        f'<Start><Stream name="assist" url="wss://service.example/assist" track="{track}" statusCallback="{AFTER}"/>'
    )

    async def story(it):
        call = await it.ring(Speak(tone(2000, 500)), stays_ms=2000)
        await asyncio.sleep(1)
        return it.messages[0], it.events("/after", "StreamEvent"), call

    messages, events, call = told(story, {"/voice": response(start + "</Start>", "<Pause length='30'/>")})
    media = [message["media"] for message in messages if message["event"] == "media"]
    assert messages[1]["start"]["tracks"] == tracks
    assert sorted({each["track"] for each in media}) == sorted(tracks)
    assert [each["chunk"] for each in media if each["track"] == tracks[-1]][:3] == ["1", "2", "3"]
    assert [m["sequenceNumber"] for m in messages[1:]] == [str(n) for n in range(1, len(messages))]
    assert messages[-1]["event"] == "stop"
    assert events == ["stream-started", "stream-stopped"]
    assert call.taps[0].frames[tracks[0]] == pytest.approx(200, abs=3)


def test_what_a_service_sends_on_a_one_way_stream_is_a_violation():
    async def story(it):
        it.says = ['{"event":"clear","streamSid":"SID"}']
        return await it.ring(stays_ms=1000)

    start = '<Start><Stream url="wss://service.example/assist"/></Start>'
    call = told(story, {"/voice": response(start, "<Pause length='30'/>")}, wrong=1)
    assert call.violations[0].code == 31951


def test_a_one_way_stream_is_started_and_stopped_over_rest():
    async def story(it):
        ringing = it.ring(stays_ms=5000)
        await asyncio.sleep(1)
        sid = it.call_of(CALLER).sid
        form = {"Url": "wss://service.example/assist", "Name": "assist", "Track": "both_tracks",
                "Parameter1.Name": "t", "Parameter1.Value": "token"}  # fmt: skip
        made, stream = await it.request("POST", f"Calls/{sid}/Streams.json", form)
        await asyncio.sleep(1)
        stopped = await it.request("POST", f"Calls/{sid}/Streams/assist.json", {"Status": "stopped"})
        await ringing
        return made, stream["status"], stopped[1]["status"], it.messages[0]

    made, status, stopped, messages = told(story, {"/voice": response("<Pause length='30'/>")})
    assert (made, status, stopped) == (200, "in-progress", "stopped")
    assert messages[1]["start"]["customParameters"] == {"t": "token"}
    assert messages[-1]["event"] == "stop"


def test_a_recording_is_paused_and_resumed():
    async def story(it):
        ringing = it.ring(stays_ms=5000)
        await asyncio.sleep(1)
        at = f"Calls/{it.call_of(CALLER).sid}/Recordings"
        _, made = await it.request("POST", f"{at}.json", {})
        form = {"Status": "paused", "PauseBehavior": "silence"}
        _, paused = await it.request("POST", f"{at}/Twilio.CURRENT.json", form)
        _, resumed = await it.request("POST", f"{at}/{made['sid']}.json", {"Status": "in-progress"})
        await ringing
        return made["status"], paused["status"], resumed["status"]

    story_told = told(story, {"/voice": response("<Pause length='30'/>")})
    assert story_told == ("in-progress", "paused", "in-progress")


@pytest.mark.parametrize(
    ("document", "wrong"),
    [
        (response("<Whistle/>"), "unknown child Whistle"),
        (response('<Say speed="2">x</Say>'), "unknown attribute speed"),
        (response('<Start><Stream url="wss://service.example/s" track="all"/></Start>'), "Stream track"),
        (response('<Dial><Conference statusCallbackEvent="started">r</Conference></Dial>'), "statusCallbackEvent"),
        (response('<Connect><Stream url="wss://service.example/s?t=1"/></Connect>'), "query"),
        ("<Answer/>", "expected Response"),
    ],
)
def test_what_twilio_would_only_warn_of_in_a_document_is_a_violation(document, wrong):
    call, _ = told(rings(stays_ms=500), {"/voice": document}, wrong=1)
    assert wrong in call.violations[0].what


def test_documents_that_go_in_a_circle_end_the_call():
    call, _ = told(rings(), {"/voice": response("<Redirect>https://service.example/voice</Redirect>")})
    assert call.happened("circle")
    assert call.status == "completed"


def test_a_caller_who_hangs_up_while_a_number_rings_stops_the_ringing():
    async def story(it):
        await it.ring(stays_ms=3000)
        return it.call_of(BEN).status

    assert told(story, {"/voice": response(f"<Dial>{BEN}</Dial>")}, {BEN: agents.never_answers()}) == "canceled"


def test_a_prompt_that_passes_is_a_prompt_to_whoever_listens():
    call, _ = told(
        rings(LetPromptPass(), HangUp()), {"/voice": response("<Say>Hello there.</Say>", "<Pause length='60'/>")}
    )
    assert call.phone.at_ms < 3000
