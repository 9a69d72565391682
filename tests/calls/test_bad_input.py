"""What arrives wrong is refused, counted or said in words; the call, another call and the process go on.

Through the real service: in memory and in virtual time, and the command line as an operator types it.
"""

import asyncio
import base64
import json
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from telephony.cli import app
from telephony.events import Bridged, CallEnded, KeyPressed, Problem
from telephony.lines.twilio.messages import MESSAGE_LENGTH_MAX
from telephony.lines.twilio.settings import STATUS_PATH, STREAM_PATH, VOICE_PATH
from telephony.records.recordings import RESERVE_BYTES
from telephony.sim.agent import accepts_at_once
from telephony.sim.carrier import CarrierCall
from telephony.sim.script import Key, Wait
from telephony.sim.socket import HandshakeRefused, InMemory, Socket
from tests.sim.house import ACCOUNT, CONFIG, PUBLIC_URL
from tests.sim.virtual import SERVICE_NUMBER, Call, Town, play

STREAM_URL = "wss" + PUBLIC_URL.removeprefix("https") + STREAM_PATH
POLICY_VIOLATION = 1008
SID, OTHER_SID = "MZ" + "1" * 32, "MZ" + "2" * 32
MULAW = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}


def meanwhile(story: Callable[[Town], Awaitable[None]], folder: Path, **changes: Any) -> Call:
    """Plays `story` while another caller talks with an agent; their call goes on to its own end."""

    async def both(town: Town) -> Call:
        other = town.ring(Wait(1000), Key("0"), number="+12025550177", stays_ms=120_000)
        await other.until(Bridged)
        await story(town)
        assert not other.all(CallEnded)
        await asyncio.sleep(1)
        await other.hangs_up()
        assert other.outcome == "transferred"
        return other

    agents = {"ana": accepts_at_once(after_seconds=1, ring_seconds=1)}
    return play(both, folder, agents=agents, **changes)


async def counted(town: Town, name: str) -> int:
    """The value of one of the service's metrics; 0 when it is not there yet."""
    values = dict(line.rsplit(" ", 1) for line in (await town.metrics()).splitlines() if not line.startswith("#"))
    return int(float(values.get(name, 0)))


async def post(town: Town, path: str, form: dict[str, str], signature: str | None) -> int:
    headers = {} if signature is None else {"X-Twilio-Signature": signature}
    return (await InMemory(town.service.app).post(PUBLIC_URL + path, form, headers)).status


async def rings(town: Town, number: str = "+12025550166") -> tuple[CarrierCall, str]:
    """A call by hand: its webhook, and the token that the answer holds."""
    call = town.carrier.new_call(from_=number, to=SERVICE_NUMBER, direction="inbound")
    document = await town.carrier.fetch(call, PUBLIC_URL + VOICE_PATH)
    parameter = ElementTree.fromstring(document).find(".//Parameter")
    assert parameter is not None
    return call, parameter.get("value", "")


async def streams(town: Town, call: CarrierCall, token: str, media_format: dict[str, Any] | None = None) -> Socket:
    """The call's media stream by hand, up to its start."""
    signature = town.carrier.sign(STREAM_URL, {})
    wire = await InMemory(town.service.app).connect(STREAM_URL, {"X-Twilio-Signature": signature})
    await wire.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
    await wire.send(start(call.sid, token, media_format or MULAW))
    return wire


def start(call_sid: str, token: str, media_format: dict[str, Any]) -> str:
    body = {"accountSid": ACCOUNT, "streamSid": SID, "callSid": call_sid, "tracks": ["inbound"],
            "customParameters": {"t": token}, "mediaFormat": media_format}  # fmt: skip
    return json.dumps({"event": "start", "streamSid": SID, "start": body})


def media(payload: str, stream_sid: str = SID) -> str:
    return json.dumps({"event": "media", "streamSid": stream_sid, "media": {"track": "inbound", "payload": payload}})


def key(digit: str) -> str:
    return json.dumps({"event": "dtmf", "streamSid": SID, "dtmf": {"digit": digit}})


async def closed_with(wire: Socket) -> int | None:
    async with asyncio.timeout(10):
        while await wire.receive() is not None:
            pass
    return wire.closed_with


# --- who knocks -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("signature", [None, "", "Zm9yZ2Vk", "ü"], ids=["missing", "empty", "forged", "odd"])
def test_a_webhook_that_the_carrier_did_not_sign_is_refused_and_counted(signature: str | None, tmp_path: Path) -> None:
    async def story(town: Town) -> None:
        form = {"CallSid": "CA1", "From": "+12025550166", "CallStatus": "ringing"}
        for path in (VOICE_PATH, STATUS_PATH):
            assert await post(town, path, form, signature) == 403
        assert await counted(town, 'warmline_refused_total{kind="webhook_signature"}') == 2

    meanwhile(story, tmp_path)


def test_a_stream_that_the_carrier_did_not_sign_is_refused_and_counted(tmp_path: Path) -> None:
    async def story(town: Town) -> None:
        for headers in ({}, {"X-Twilio-Signature": "Zm9yZ2Vk"}):
            with pytest.raises(HandshakeRefused, match="403"):
                await InMemory(town.service.app).connect(STREAM_URL, headers)
        assert await counted(town, 'warmline_refused_total{kind="stream_signature"}') == 2

    meanwhile(story, tmp_path)


async def used_before(town: Town) -> Socket:
    call, token = await rings(town)
    await streams(town, call, token)
    await asyncio.sleep(1)
    return await streams(town, call, token)


async def expired(town: Town) -> Socket:
    call, token = await rings(town)
    await asyncio.sleep(61)  # token_seconds of the line, and one more
    return await streams(town, call, token)


async def of_another_call(town: Town) -> Socket:
    call, _ = await rings(town)
    _, token = await rings(town, "+12025550167")
    return await streams(town, call, token)


async def made_up(town: Town) -> Socket:
    call, token = await rings(town)
    return await streams(town, call, token[:-2] + "xx")


async def with_another_codec(town: Town) -> Socket:
    call, token = await rings(town)
    return await streams(town, call, token, {"encoding": "audio/l16", "sampleRate": 16000, "channels": 1})


@pytest.mark.parametrize("bad", [used_before, expired, of_another_call, made_up, with_another_codec])
def test_a_stream_is_closed_and_counted_when_its_start_is(
    bad: Callable[[Town], Awaitable[Socket]], tmp_path: Path
) -> None:
    async def story(town: Town) -> None:
        wire = await bad(town)
        assert await closed_with(wire) == POLICY_VIOLATION
        assert await counted(town, 'warmline_refused_total{kind="stream"}') == 1

    meanwhile(story, tmp_path)


# --- what is said on the wire -----------------------------------------------------------------------------------------

SOUND = base64.b64encode(b"\xff" * 160).decode()


@pytest.mark.parametrize(
    ("reason", "messages"),
    [
        ("bad_json", ["{not json", ""]),
        ("bad_shape", ["[1, 2]", json.dumps({"event": "media", "streamSid": SID, "media": "x"})]),
        ("too_large", [media("A" * MESSAGE_LENGTH_MAX)]),
        ("bad_base64", [media("%%%")]),
        ("wrong_stream", [media(SOUND, OTHER_SID)]),
        ("unknown_event", [json.dumps({"event": "video", "streamSid": SID})]),
        ("second_start", [start("CA1", "x", MULAW)]),
        ("unknown_key", [key("A")]),
        ("unknown_mark", [json.dumps({"event": "mark", "streamSid": SID, "mark": {"name": "nobody's"}})]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_message_is_dropped_and_counted_and_its_call_goes_on(
    reason: str, messages: list[str], tmp_path: Path
) -> None:
    async def story(town: Town) -> None:
        call, token = await rings(town)
        wire = await streams(town, call, token)
        for message in (media(SOUND), *messages, media(SOUND), key("*")):
            await wire.send(message)
        await asyncio.sleep(2)
        assert await counted(town, f'warmline_media_dropped_total{{reason="{reason}"}}') == len(messages)
        pressed = [record.entry for record in town.records if isinstance(record.entry, KeyPressed)]
        assert pressed[-1] == KeyPressed("caller", "*")
        await wire.close()

    meanwhile(story, tmp_path)


def test_audio_after_the_stop_is_dropped_and_the_call_has_ended(tmp_path: Path) -> None:
    async def story(town: Town) -> None:
        call, token = await rings(town)
        wire = await streams(town, call, token)
        await asyncio.sleep(1)
        stop = {"event": "stop", "streamSid": SID, "stop": {"accountSid": ACCOUNT, "callSid": call.sid}}
        for message in (json.dumps(stop), media(SOUND), media(SOUND)):
            await wire.send(message)
        await asyncio.sleep(5)
        await closed_with(wire)
        ended = [record.entry for record in town.records if isinstance(record.entry, CallEnded)]
        assert [(end.outcome, end.reason) for end in ended] == [("ended", "hung_up")]

    meanwhile(story, tmp_path)


def test_a_status_of_a_call_nobody_knows_is_counted(tmp_path: Path) -> None:
    async def story(town: Town) -> None:
        stranger = CarrierCall("CA" + "9" * 32, "+12025550166", SERVICE_NUMBER, "inbound")
        stranger.status_callback = PUBLIC_URL + STATUS_PATH
        await town.carrier.report(stranger, "completed")
        await town.carrier.report(stranger, "no such status")
        assert stranger.happened("webhook_failed") == []
        assert await counted(town, 'warmline_refused_total{kind="unknown_call"}') == 2

    meanwhile(story, tmp_path)


def test_a_full_disk_ends_the_recording_and_not_the_call(tmp_path: Path) -> None:
    async def story(town: Town) -> None:
        """The other call is recorded too, or would be."""

    call = meanwhile(story, tmp_path, free_bytes=lambda folder: RESERVE_BYTES - 1)
    (problem,) = call.all(Problem)
    assert problem.part == "recording"
    assert "64 MB free on the disk expected" in problem.what
    assert not list((tmp_path / "recordings").glob("*"))


# --- what an operator types -------------------------------------------------------------------------------------------


def typed(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "300"})


def configured(folder: Path, text: str) -> Path:
    (folder / "warmline.toml").write_text(f'[business]\nfolder = "{CONFIG}"\n{text}')
    return folder


@pytest.mark.parametrize("name", ["noise.wav", "missing.wav"])
def test_audio_that_cannot_be_read_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / "noise.wav").write_bytes(b"RIFF and nothing that follows it")
    result = typed("replay", tmp_path / name, "--config", CONFIG, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert f"{name}: an audio file expected" in result.output


def test_a_wrong_key_in_a_fixture_is_named_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "call.toml").write_text(
        'title = "x"\n[[turns]]\nsay = "hello"\nloud = true\n[truth]\noutcome = "ended"\n'
    )
    result = typed("replay", tmp_path / "call.toml", "--config", CONFIG, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "call.toml" in result.output
    assert "loud: no such key, got True" in result.output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[service]\nprot = 8080\n", "[service] prot: no such key, got 8080"),
        ("[handoff]\nring_ms = 20000\n", "[handoff] ring_ms: no such key, got 20000"),
        ('[handoff]\nring_seconds = "20 s"\n', "[handoff] ring_seconds"),
        ("[hearing]\ndeadline_seconds = 4000000\n", "[hearing] deadline_seconds"),
        ("[lines.twilio]\nenabeld = true\n", "[lines.twilio] enabeld: no such key, got True"),
    ],
    ids=["unknown key", "wrong unit", "unit in the value", "milliseconds for seconds", "nested"],
)
def test_a_wrong_key_or_unit_in_the_settings_is_named(text: str, said: str, tmp_path: Path) -> None:
    result = typed("serve", "--config", configured(tmp_path, text))
    assert result.exit_code == 2
    assert str(tmp_path / "warmline.toml") in result.output.replace("\n", "")
    assert said in result.output


def test_a_port_in_use_is_said_before_anything_is_opened(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        config = configured(tmp_path, f'[service]\nport = {port}\nrecords_folder = "{tmp_path / "var"}"\n')
        result = typed("serve", "--config", config)
    assert result.exit_code == 2
    assert f"got {port}, which is in use" in result.output
    assert not (tmp_path / "var").exists()
