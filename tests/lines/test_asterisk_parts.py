"""The pure parts of the Asterisk line: versions, causes, addresses, events and media messages."""

import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipecat.frames.frames import InputAudioRawFrame, InputDTMFFrame, InterruptionFrame, OutputAudioRawFrame

from telephony.errors import ConfigError, DialRefused
from telephony.leg import LegEnded
from telephony.lines.asterisk import Settings, messages, version
from telephony.lines.asterisk.causes import unanswered
from telephony.lines.asterisk.destinations import endpoint
from telephony.lines.asterisk.events import Channel, Destroyed, Drop, Entered, parse
from telephony.lines.asterisk.serializer import MediaSerializer
from voice.audio import RATE, silence
from voice.pipeline.frames import PlayedMarkFrame, PromptEndedFrame

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=15), inner, max_size=4),
    max_leaves=10,
)
KINDS = st.sampled_from(["StasisStart", "StasisEnd", "ChannelDestroyed", "ChannelDtmfReceived", "ChannelHold", "Dial"])


@pytest.mark.parametrize("said", ["20.18.0", "22.8.0", "22.10.1~dfsg+~cs6.17", "23.2.0", "24.0.0", "GIT-22-22.9.0"])
def test_an_asterisk_that_can_do_it_is_taken(said: str) -> None:
    assert version.check(said) in said


@pytest.mark.parametrize("said", ["18.26.4", "20.17.9", "21.12.3", "22.7.99", "23.1.0", "none, HTTP 404", ""])
def test_one_that_cannot_is_refused_in_words(said: str) -> None:
    with pytest.raises(ConfigError, match=r"expected Asterisk"):
        version.check(said)


@pytest.mark.parametrize(
    ("cause", "sip", "why"),
    [
        (17, 486, LegEnded.BUSY),
        (17, None, LegEnded.BUSY),
        (17, 600, LegEnded.BUSY),
        (19, None, LegEnded.NO_ANSWER),
        (18, 408, LegEnded.NO_ANSWER),
        (19, 480, LegEnded.NO_ANSWER),
        (21, 603, LegEnded.DECLINED),
        (17, 603, LegEnded.DECLINED),
        (21, None, LegEnded.DECLINED),
        (21, 403, LegEnded.FAILED),
        (38, 500, LegEnded.FAILED),
        (1, 404, LegEnded.FAILED),
        (0, None, LegEnded.FAILED),
    ],
)
def test_a_cause_says_why_nobody_answered(cause: int, sip: int | None, why: LegEnded) -> None:
    assert unanswered(cause, sip) is why


@pytest.mark.parametrize(
    ("address", "rings"),
    [
        ("agent100", "PJSIP/agent100"),
        ("PJSIP/agent100", "PJSIP/agent100"),
        ("Local/100@warmline-agents", "Local/100@warmline-agents"),
        ("+12025550101", "PJSIP/+12025550101@carrier"),
        ("sip:ana@pbx.example:5060", "PJSIP/carrier/sip:ana@pbx.example:5060"),
    ],
)
def test_an_address_of_the_list_becomes_what_asterisk_rings(address: str, rings: str) -> None:
    assert endpoint(address, technology="PJSIP", trunk="carrier") == rings


@pytest.mark.parametrize("address", ["", "a b", "100&PJSIP/trunk/0900", "sip:x@y;z", "PJSIP/", "../100", "100,200"])
def test_what_is_no_address_is_never_dialled(address: str) -> None:
    with pytest.raises(DialRefused):
        endpoint(address, technology="PJSIP", trunk="carrier")


def test_a_number_needs_a_trunk() -> None:
    with pytest.raises(DialRefused, match="trunk"):
        endpoint("+12025550101", technology="PJSIP", trunk="")


@pytest.mark.parametrize(
    "changes",
    [{"ari_url": "127.0.0.1:8088"}, {"ari_url": "http://h/ari"}, {"app": "a b"}, {"password": ""}, {"trunk": "a/b"}],
)
def test_settings_that_cannot_work_are_refused(changes: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=r"lines\.asterisk"):
        Settings(**{"ari_url": "http://127.0.0.1:8088", "user": "warmline", "password": "secret", **changes})


# --- events ----------------------------------------------------------------------------------------------------------


@given(st.text(max_size=60) | st.binary(max_size=20) | st.none())
def test_no_text_of_any_kind_breaks_the_reading_of_events(data: object) -> None:
    parse(data, app="warmline")


@given(KINDS, st.dictionaries(st.sampled_from(["channel", "args", "replace_channel", "cause", "digit"]), JSON))
def test_nor_does_any_event_with_fields_of_other_kinds(kind: str, fields: dict[str, object]) -> None:
    parse(json.dumps({"type": kind, **fields}), app="warmline")


def test_a_transfer_names_whose_place_the_channel_takes() -> None:
    """As Asterisk 22.10 sends it, shortened."""
    text = json.dumps(
        {
            "type": "StasisStart",
            "timestamp": "2026-11-21T15:00:00.000+0000",
            "args": [],
            "channel": {"id": "2", "name": "Local/101@agents;1", "state": "Up", "caller": {"number": "100"}},
            "replace_channel": {"id": "1", "name": "PJSIP/agent100-01", "state": "Up"},
            "asterisk_id": "02:00:00:00:00:01",
            "application": "warmline",
        }
    )
    assert parse(text, app="warmline") == Entered(Channel("2", "Up", "100", None), (), "1")


@pytest.mark.parametrize(
    "number",
    ["\x00\x1b]0;x\x07", "1" * 5000, "100\r\nX-Warmline-Handoff: h1", "\u202e+1202", ""],
    ids=["control characters", "endless", "a header", "turned round", "nothing"],
)
def test_what_a_phone_says_of_itself_is_no_number_when_nobody_could_read_it(number: str) -> None:
    """It comes from whoever sends an INVITE, and goes on the desk, into the record and into headers."""
    text = json.dumps({"type": "StasisStart", "channel": {"id": "1", "state": "Ring", "caller": {"number": number}}})
    assert parse(text, app="warmline") == Entered(Channel("1", "Ring", None, None), (), None)


def test_the_sip_answer_is_read_where_there_is_one() -> None:
    text = json.dumps({"type": "ChannelDestroyed", "cause": 21, "tech_cause": 603, "channel": {"id": "1"}})
    assert parse(text, app="warmline") == Destroyed("1", 21, 603)


def test_another_apps_events_are_not_ours() -> None:
    text = json.dumps({"type": "StasisEnd", "application": "x", "channel": {"id": "1"}})
    assert parse(text, app="warmline") is Drop.WRONG_APP


# --- media -----------------------------------------------------------------------------------------------------------


class Media:
    def __init__(self) -> None:
        self.dropped: Counter[str] = Counter()
        self.at_home, self.held = True, False
        self.serializer = MediaSerializer(
            leg="leg", dropped=self.dropped, keys=lambda: self.at_home, held=lambda: self.held
        )

    async def hears(self, **message: object) -> object:
        return await self.serializer.deserialize(json.dumps(message))

    async def marks(self, said: str) -> str:
        sent = await self.serializer.serialize(PromptEndedFrame(said))
        assert isinstance(sent, str)
        assert len(sent) <= messages.COMMAND_LENGTH_MAX
        return str(json.loads(sent)["correlation_id"])


async def test_a_mark_comes_back_as_what_it_stood_for_however_long_that_is() -> None:
    media = Media()
    name = await media.marks("s" * 500)
    frame = await media.hears(event="MEDIA_MARK_PROCESSED", channel_id="c", correlation_id=name)
    assert isinstance(frame, PlayedMarkFrame)
    assert frame.mark == "s" * 500


async def test_a_mark_nobody_sent_is_counted() -> None:
    media = Media()
    assert await media.hears(event="MEDIA_MARK_PROCESSED", channel_id="c", correlation_id="m1") is None
    assert media.dropped == {"unknown_mark": 1}


async def test_the_marks_that_a_flush_forgets_are_returned_by_us() -> None:
    media = Media()
    await media.marks("s1")
    await media.marks("s2")
    assert await media.serializer.serialize(InterruptionFrame()) == messages.FLUSH
    assert media.serializer.flushed() == ["s1", "s2"]
    assert media.serializer.flushed() == []


async def test_a_key_comes_with_the_media_while_the_party_is_at_home() -> None:
    media = Media()
    assert isinstance(await media.hears(event="DTMF_END", channel_id="c", digit="5"), InputDTMFFrame)
    media.at_home = False
    assert await media.hears(event="DTMF_END", channel_id="c", digit="5") is None
    media.at_home = True
    assert await media.hears(event="DTMF_END", channel_id="c", digit="A") is None
    assert media.dropped == {"unknown_key": 1}


async def test_who_holds_us_is_not_heard() -> None:
    media = Media()
    loud = await media.serializer.deserialize(bytes(160))
    media.held = True
    held = await media.serializer.deserialize(bytes(160))
    assert isinstance(loud, InputAudioRawFrame)
    assert isinstance(held, InputAudioRawFrame)
    assert np.frombuffer(loud.audio, np.int16).any()
    assert not np.frombuffer(held.audio, np.int16).any()
    assert len(held.audio) == len(loud.audio)


async def test_nothing_is_sent_while_asterisk_takes_nothing() -> None:
    media = Media()
    audio = OutputAudioRawFrame(silence(20).tobytes(), RATE, 1)
    assert len(await media.serializer.serialize(audio) or b"") == 160
    await media.hears(event="MEDIA_XOFF", channel_id="c")
    assert await media.serializer.serialize(audio) is None
    await media.hears(event="MEDIA_XON", channel_id="c")
    assert await media.serializer.serialize(audio)


@given(st.text(max_size=60) | JSON.map(json.dumps))
def test_no_text_breaks_the_reading_of_media_messages(text: str) -> None:
    messages.parse(text)
