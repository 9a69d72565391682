"""Malformed media messages: counted with their reason, while process and call live on."""

import base64
import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telephony.lines.twilio.messages import Drop, Dtmf, Mark, Media, Start, parse
from telephony.lines.twilio.wire import Drops, Wire
from telephony.sim.caller import Caller
from telephony.sim.clock import run_virtual
from telephony.sim.contract import Violation, read
from telephony.sim.script import HangUp, Wait
from telephony.sim.socket import pair
from tests.lines.stage import Echo, converse, stage

SID = "MZ1"
AUDIO = base64.b64encode(b"\xff" * 160).decode()


def message(event: str, body: object, sid: object = SID) -> str:
    return json.dumps({"event": event, "sequenceNumber": "3", "streamSid": sid, event: body})


def media(**changes: object) -> str:
    return message("media", {"track": "inbound", "chunk": "1", "timestamp": "20", "payload": AUDIO, **changes})


def start(**changes: object) -> str:
    body = {
        "accountSid": "AC1", "streamSid": SID, "callSid": "CA1", "tracks": ["inbound"], "customParameters": {"t": "x"},
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
    }  # fmt: skip
    return message("start", {**body, **changes})


class Line:
    """A stream that has started, and both ends of its socket."""

    def __init__(self, *tracks: str) -> None:
        self.drops = Drops("CA1")
        self.far, websocket = pair()
        self.websocket = websocket
        self.wire = Wire(websocket, Start(SID, "CA1", "AC1", {}, frozenset(tracks or ("inbound",))), self.drops)

    async def open(self) -> "Line":
        await self.websocket.accept()
        await self.far.handshake()
        return self


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x00\x01", Drop.NOT_TEXT),
        ("{" + " " * 70_000 + "}", Drop.TOO_LARGE),
        ("", Drop.BAD_JSON),
        ('{"event": "media"', Drop.BAD_JSON),
        ("[" * 60_000, Drop.BAD_JSON),
        ("[]", Drop.BAD_SHAPE),
        ("null", Drop.BAD_SHAPE),
        ('{"event": ["media"]}', Drop.UNKNOWN_EVENT),
        ('{"event": "video"}', Drop.UNKNOWN_EVENT),
        ("{}", Drop.UNKNOWN_EVENT),
        ('{"event": "media", "streamSid": "MZ1"}', Drop.BAD_SHAPE),
        (message("media", None), Drop.BAD_SHAPE),
        (message("media", {}), Drop.BAD_SHAPE),
        (media(payload=7), Drop.BAD_SHAPE),
        (media(payload="!!!"), Drop.BAD_BASE64),
        (media(payload="\ud800"), Drop.BAD_BASE64),
        (media(payload="abc"), Drop.BAD_BASE64),
        (media(track="both"), Drop.WRONG_TRACK),
        (message("dtmf", {"digit": 5}), Drop.BAD_SHAPE),
        (message("mark", {}), Drop.BAD_SHAPE),
        (start(mediaFormat={"encoding": "audio/l16", "sampleRate": 8000, "channels": 1}), Drop.WRONG_FORMAT),
        (start(mediaFormat={"encoding": "audio/x-mulaw", "sampleRate": 16000, "channels": 1}), Drop.WRONG_FORMAT),
        (start(mediaFormat=None), Drop.BAD_SHAPE),
        (start(customParameters=["t"]), Drop.BAD_SHAPE),
        (start(callSid=None), Drop.BAD_SHAPE),
    ],
)
def test_what_makes_no_sense_is_named(data, reason):
    assert parse(data) is reason


def test_good_messages_are_read():
    assert parse(media()) == Media(SID, b"\xff" * 160)
    assert parse(start()) == Start(SID, "CA1", "AC1", {"t": "x"})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
events = st.sampled_from(["connected", "start", "media", "dtmf", "mark", "stop", "clear", ""])
shaped = st.builds(
    lambda event, body, sid: json.dumps({"event": event, "streamSid": sid, event: body}),
    events, json_values | st.fixed_dictionaries(
        {}, optional=dict.fromkeys(["payload", "track", "digit", "name", "mediaFormat"], json_values)
    ),
    st.just(SID) | json_values,
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow])  # of the drawing, on a busy machine
@given(st.lists(st.text() | st.binary() | json_values.map(json.dumps) | shaped, max_size=8))
def test_nothing_that_comes_over_the_wire_raises(messages):
    async def story() -> None:
        line = Line()
        for one in messages:
            line.wire.read(one)

    run_virtual(story())


def test_another_stream_a_second_start_and_audio_after_stop_are_dropped():
    async def story():
        line = Line()
        for one in (media(), message("media", {"payload": AUDIO}, sid="MZ2"), start(), message("stop", {}), media()):
            line.wire.read(one)
        assert line.drops.counts == {Drop.WRONG_STREAM: 1, Drop.SECOND_START: 1, Drop.AFTER_STOP: 1}

    run_virtual(story())


def test_what_the_party_hears_is_read_from_a_conferences_stream_alone():
    async def story():
        own, conference = Line(), Line("inbound", "outbound")
        assert own.wire.read(media(track="outbound")) is None
        assert own.drops.counts == {Drop.WRONG_TRACK: 1}
        assert conference.wire.read(media(track="outbound")) == Media(SID, b"\xff" * 160, "outbound")

    run_virtual(story())


def test_keys_are_read_and_unknown_ones_are_dropped():
    async def story():
        line = Line()
        assert line.wire.read(message("dtmf", {"digit": "#"})) == Dtmf(SID, "#")
        assert line.wire.read(message("dtmf", {"digit": "D"})) is None
        assert line.drops.counts == {Drop.UNKNOWN_KEY: 1}

    run_virtual(story())


def test_a_mark_comes_back_once_for_each_time_it_was_sent():
    async def story():
        line = await Line().open()
        await line.wire.mark("greeting")
        sent = json.loads(await line.far.receive())
        assert sent == {"event": "mark", "streamSid": SID, "mark": {"name": "greeting"}}
        assert line.wire.read(message("mark", {"name": "greeting"})) == Mark(SID, "greeting")
        assert line.wire.read(message("mark", {"name": "greeting"})) is None
        assert line.drops.counts == {Drop.UNKNOWN_MARK: 1}

    run_virtual(story())


def test_all_we_send_keeps_the_carriers_contract():
    async def story():
        line = await Line().open()
        tone = np.array([0, 1000, -1000, 30000] * 40, dtype=np.int16)
        for send in (line.wire.audio(tone.tobytes()), line.wire.mark("p"), line.wire.clear()):
            await send
            assert not isinstance(read(await line.far.receive(), stream_sid=SID), Violation)

    run_virtual(story())


def test_a_call_survives_a_burst_of_nonsense_and_its_leg_counts_it():
    drops: list[dict[Drop, int]] = []

    async def serve(leg) -> None:
        await converse(leg, Echo())
        drops.append(dict(leg.drops.counts))

    async def story():
        async with stage(serve=serve) as it:
            reach = it.carrier._reach
            connect = reach.connect

            async def babbling(url, headers):
                socket = await connect(url, headers)
                send = socket.send

                async def send_with_rubbish(text: str) -> None:
                    await send(text)
                    if '"media"' in text:
                        for rubbish in ("{", media(payload="!!!"), "x" * 70_000, start()):
                            await send(rubbish)

                socket.send = send_with_rubbish
                return socket

            reach.connect = babbling
            return await it.carrier.call(from_="+1", to="+2", party=Caller([Wait(500), HangUp()]))

    call = run_virtual(story())
    assert call.violations == []
    assert len(call.media.heard) > 20
    assert set(drops[0]) == {Drop.BAD_JSON, Drop.BAD_BASE64, Drop.TOO_LARGE, Drop.SECOND_START}
