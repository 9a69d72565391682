"""Webhooks and streams told twice, out of turn, by strangers and by calls of a process before this one."""

import asyncio
import logging

import pytest

from telephony.errors import Refused
from telephony.leg import LegEnded
from telephony.lines.twilio.messages import Start
from telephony.sim import agent as agents
from telephony.sim.caller import Caller
from telephony.sim.clock import run_virtual
from telephony.sim.faults import Drop, Fault
from telephony.sim.script import HangUp, Wait
from telephony.sim.socket import InMemory
from tests.lines.stage import ACCOUNT, Talker, converse, stage, tone, with_settings
from tests.lines.test_twilio_security import BASE, signature, token_of

UPDATE = r"POST .*/Calls/.+\.json"
FORM = {"CallSid": "CA1", "From": "+15550123"}
BOTH = frozenset({"inbound", "outbound"})


def told(story, **options):
    async def on_stage():
        async with stage(**options) as it:
            return await story(it)

    return run_virtual(on_stage())


async def post(it, path: str, *, secret: str = "auth-token", settings: str | None = None, **form: str):
    """A webhook signed with `secret`; by SHA-256 and the key of `settings` where those are given."""
    url = BASE + path
    digest = "sha1" if settings is None else "sha256"
    headers = {"X-Twilio-Signature": signature(url, form, secret, digest)}
    if settings is not None:
        headers["X-Twilio-Webhooks-Signature-Settings"] = settings
    return await InMemory(it.app).post(url, form, headers)


class TestTwice:
    def test_a_call_that_rings_twice_is_one_leg_with_one_answer(self):
        async def story(it):
            form = {"CallSid": "CA1", "From": "+15550123", "To": "+15550100"}
            first, second = [await post(it, "/twilio/voice", **form) for _ in range(2)]
            return first.body, second.body, it.line._arriving.qsize()

        first, second, legs = told(story)
        assert first == second
        assert legs == 1

    def test_a_stream_that_broke_is_answered_with_the_same_document_each_time(self):
        async def story(it):
            it.carrier.drops.append(Drop(after_seconds=1.0))
            calling = asyncio.create_task(
                it.carrier.call(from_="+15550123", to="+15550100", party=Caller([Wait(4000), HangUp()]))
            )
            await asyncio.sleep(2)
            (call,) = it.carrier.calls.values()
            form = {"CallSid": call.sid, "CallStatus": "in-progress", "Direction": "inbound"}
            answers = [(await post(it, "/twilio/stream-ended?n=1", **form)).body for _ in range(2)]
            return answers, (await calling).streams

        answers, streams = told(story, serve=lambda leg: converse(leg, Talker(tone(200))))
        assert answers[0] == answers[1]
        assert "<Connect" in answers[0]
        assert len(streams) == 2

    def test_a_stream_that_breaks_again_and_again_ends_with_a_person(self):
        async def story(it):
            it.carrier.drops.append(Drop(after_seconds=1.0, times=9))
            return await it.carrier.call(from_="+15550123", to="+15550100", party=Caller([Wait(60_000), HangUp()]))

        call = told(story, serve=lambda leg: converse(leg, Talker(tone(200))))
        assert len(call.streams) == 4
        assert call.happened("dial") == ["+15550199"]


class TestStrangers:
    def test_news_of_a_conference_nobody_knows_are_counted(self):
        async def story(it):
            form = {"StatusCallbackEvent": "conference-start", "ConferenceSid": "CF1"}
            answer = await post(it, "/twilio/conference?room=warmline-1", **form)
            return answer.status, dict(it.line.refusals)

        assert told(story) == (204, {"unknown_conference": 1})

    @pytest.mark.parametrize(
        "path", ["/twilio/after-conference?room=warmline-1", "/twilio/stream-ended?n=3", "/twilio/stream-ended"]
    )
    def test_a_caller_of_a_process_before_this_one_begins_anew_with_us(self, path):
        async def story(it):
            form = {"CallSid": "CA1", "CallStatus": "in-progress", "Direction": "inbound", "From": "+15550123"}
            answer = await post(it, path, **form)
            leg = it.line._arriving.get_nowait()
            return answer.body, leg.party.address

        document, caller = told(story)
        assert "<Connect" in document
        assert caller == "+15550123"

    @pytest.mark.parametrize("path", ["/twilio/after-conference?room=warmline-1", "/twilio/stream-ended?n=1"])
    @pytest.mark.parametrize(
        ("status", "direction"), [("in-progress", "outbound-api"), ("completed", "inbound"), ("completed", "")]
    )
    def test_an_agent_of_that_time_and_a_call_that_is_over_are_hung_up(self, path, status, direction):
        async def story(it):
            form = {"CallSid": "CA1", "CallStatus": status, "Direction": direction}
            return (await post(it, path, **form)).body, it.line._arriving.qsize()

        document, legs = told(story)
        assert "<Hangup" in document
        assert legs == 0

    @pytest.mark.parametrize("path", ["/twilio/conference", "/twilio/after-conference", "/twilio/hold"])
    @pytest.mark.parametrize("secret", ["", "stolen"])
    def test_forged_ones_get_403(self, path, secret):
        async def story(it):
            form = {"CallSid": "CA1", "ConferenceSid": "CF1", "StatusCallbackEvent": "conference-end"}
            return (await post(it, path, secret=secret, **form)).status

        assert told(story) == 403


class TestSecrets:
    @pytest.mark.parametrize(("tokens", "status"), [(("new", "auth-token"), 200), (("new",), 403)])
    def test_after_a_rotation_the_old_token_signs_nothing(self, tokens, status):
        async def story(it):
            return (await post(it, "/twilio/voice", **FORM)).status, it.line.refusals["webhook_signature"]

        assert told(story, settings=with_settings(auth_tokens=tokens)) == (status, int(status == 403))

    @pytest.mark.parametrize(
        ("secret", "settings", "status"),
        [
            ("shared", "key=webhooks_1,algorithm=HMAC_SHA256", 200),
            ("other", "key=webhooks_1,algorithm=HMAC_SHA256", 403),
            ("shared", "key=webhooks_2,algorithm=HMAC_SHA256", 403),
            ("auth-token", "key=webhooks_1,algorithm=HMAC_SHA256", 403),
        ],
        ids=["its key", "another secret", "a key nobody knows", "the auth token instead"],
    )
    def test_a_webhook_signed_with_a_shared_key_is_let_in_by_that_key_alone(self, secret, settings, status):
        async def story(it):
            return (await post(it, "/twilio/voice", secret=secret, settings=settings, **FORM)).status

        assert told(story, settings=with_settings(shared_keys={"webhooks_1": "shared"})) == status


class TestStreams:
    @staticmethod
    async def answered(it):
        """A caller's leg that talks, and the token its stream spent."""
        token = token_of(it.line.ring(call_sid="CA1", caller=None, called=None))
        leg, _ = await it.line.admit(Start("MZ1", "CA1", ACCOUNT, {"t": token}))
        leg.attach(_Wire(), 1)
        return leg, token

    def test_a_token_for_both_sides_opens_no_stream_of_ones_own_and_the_other_way_round(self):
        async def story(it):
            leg, _ = await self.answered(it)
            leg.leaves()
            both = token_of(it.line.documents.conference(leg, "warmline-1", overhear=True))
            own = token_of(it.line.documents.stream(leg))
            for token, tracks in ((both, frozenset({"inbound"})), (own, BOTH)):
                with pytest.raises(Refused, match="tracks"):
                    await it.line.admit(Start("MZ2", "CA1", ACCOUNT, {"t": token}, tracks))
            assert (await it.line.admit(Start("MZ3", "CA1", ACCOUNT, {"t": both}, BOTH)))[0] is leg

        told(story)

    def test_nobody_listens_to_a_leg_that_is_in_no_conference(self):
        async def story(it):
            leg, _ = await self.answered(it)
            both = token_of(it.line.documents.conference(leg, "warmline-1", overhear=True))
            with pytest.raises(Refused, match="waits for one"):
                await it.line.admit(Start("MZ2", "CA1", ACCOUNT, {"t": both}, BOTH))

        told(story)

    def test_a_token_of_an_earlier_stream_opens_no_later_one(self):
        async def story(it):
            leg, spent = await self.answered(it)
            skipped, newest = (token_of(it.line.documents.stream(leg)) for _ in range(2))
            leg.attach(_Wire(), (await it.line.admit(Start("MZ2", "CA1", ACCOUNT, {"t": newest})))[1])
            for token in (spent, skipped, newest):
                with pytest.raises(Refused):
                    await it.line.admit(Start("MZ3", "CA1", ACCOUNT, {"t": token}))

        told(story)


class _Wire:
    start = Start("MZ1", "CA1", ACCOUNT, {})


class TestHold:
    def test_twilio_is_given_one_sound_to_play_over_and_over(self):
        async def story(it):
            document = (await post(it, "/twilio/hold", CallSid="CA1")).body
            sound = await InMemory(it.app).request("GET", BASE + "/twilio/hold.wav", "", {})
            return document, sound.status

        document, status = told(story)
        assert '<Play loop="0">https://voice.example.org/twilio/hold.wav</Play>' in document
        assert status == 200


def test_a_hang_up_that_fails_for_good_is_said_once_and_clearly(caplog):
    async def story(it):
        leg = await it.line.dial("ada", ring_seconds=15, call="call-1", attempt="a1")
        with caplog.at_level(logging.INFO):
            await leg.hang_up("enough")
        return leg.over

    assert told(story, agents={"ada": agents.never_answers()}, faults=[Fault(UPDATE, 500, times=9)]) is LegEnded.BY_US
    (said,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert "could not be hung up" in said or "could not hang up" in said
    assert "tried 4 times" in said
