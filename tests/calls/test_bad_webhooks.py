"""A line's webhooks as an attacker sends them: unsigned, signed with an old secret, and whole calls over again.

Through the real service in virtual time, beside a call that must go on.
"""

import asyncio
import logging
from itertools import product
from pathlib import Path

import pytest

from telephony.events import Bridged
from telephony.lines.twilio.settings import (
    AFTER_CONFERENCE_PATH,
    CONFERENCE_PATH,
    HOLD_PATH,
    STATUS_PATH,
    STREAM_ENDED_PATH,
    VOICE_PATH,
)
from telephony.sim.agent import accepts_at_once, is_busy
from telephony.sim.script import Key, Speak, Wait
from telephony.sim.webhooks import Webhooks
from tests.calls.test_bad_input import counted, meanwhile, post
from tests.sim.house import PUBLIC_URL
from tests.sim.virtual import NUMBERS, WORDS, Call, Town, play

PATHS = (VOICE_PATH, STREAM_ENDED_PATH, STATUS_PATH, CONFERENCE_PATH, AFTER_CONFERENCE_PATH, HOLD_PATH)
QUICK = accepts_at_once(after_seconds=1, ring_seconds=1)


def signed(secret: str, town: Town, path: str, form: dict[str, str]) -> str:
    webhooks = Webhooks(town.carrier.reach, auth_token=secret, background=town.carrier.background)
    return webhooks.sign(PUBLIC_URL + path, form)


def test_a_running_call_cannot_be_ended_or_moved_by_anybody_but_the_carrier(tmp_path: Path) -> None:
    async def story(town: Town) -> None:
        await asyncio.sleep(3)
        room = next(iter(town.carrier.rooms.values()))
        for call, path in product(tuple(town.carrier.calls.values()), PATHS):
            news = {
                "ConferenceSid": room.sid,
                "StatusCallbackEvent": "conference-end",
                "ParticipantCallStatus": "completed",
            }
            form = {"CallSid": call.sid, "CallStatus": "completed", "From": "+12025550166", **news}
            target = f"{path}?room={room.name}&n=1&attempt=x"
            assert await post(town, target, form, signed("guessed", town, target, form)) == 403
            assert await post(town, target, form, None) == 403
        assert await counted(town, 'warmline_refused_total{kind="webhook_signature"}') == 4 * len(PATHS)

    meanwhile(story, tmp_path)


def test_during_a_rotation_both_secrets_hold_and_no_older_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN_PREVIOUS", "the one before")

    async def story(town: Town) -> None:
        form = {"CallSid": "CA" + "7" * 32, "CallStatus": "ringing", "From": "+12025550166"}
        answers = [
            await post(town, STATUS_PATH, form, signed(secret, town, STATUS_PATH, form))
            for secret in (town.carrier.webhooks.auth_token, "the one before", "the one before that")
        ]
        assert answers == [204, 204, 403]

    meanwhile(story, tmp_path)


def test_a_whole_call_sent_again_rings_nobody_and_begins_nothing(tmp_path: Path) -> None:
    """Each request with its right signature, as somebody has it who could read them once; in any order, twice."""

    async def story(town: Town) -> None:
        call = town.ring(Wait(1000), Key("0"), stays_ms=60_000)
        await call.until(Bridged)
        await asyncio.sleep(2)
        await call.hangs_up()
        await asyncio.sleep(5)
        known, dialled = len(town.records), len(town.rest.requests)
        sent = [one for one in town.carrier.webhooks.sent if one.outcome.isdecimal()]
        assert {one.url.removeprefix(PUBLIC_URL).partition("?")[0] for one in sent} >= {VOICE_PATH, STATUS_PATH}
        for one in (*reversed(sent), *sent):
            target = one.url.removeprefix(PUBLIC_URL).partition("#")[0]
            await post(town, target, dict(one.form), town.carrier.sign(PUBLIC_URL + target, one.form))
        await asyncio.sleep(60)
        assert [record.entry for record in town.records[known:]] == []
        assert town.rest.requests[dialled:] == []

    play(story, tmp_path, agents={"ana": QUICK})


def test_the_log_has_no_number_key_or_word_of_anybody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever reads the log of a bad day is not a party to the calls."""
    said = "my name is marmaduke and my secret word is aubergine"

    async def story(town: Town) -> Call:
        call = town.ring(
            Wait(1500), Speak(WORDS), Wait(4000), *(Key(digit) for digit in "204713"), Wait(1000), Key("0"),
            stays_ms=60_000,
        )  # fmt: skip
        await call.until(Bridged)
        await asyncio.sleep(3)
        forged = {"CallSid": call.sid, "From": call.number, "CallStatus": "completed", "Digits": "204713"}
        await post(town, STATUS_PATH, forged, "Zm9yZ2Vk")
        seeking = next(iter(town.service.switchboard.calls.values())).seeking
        assert seeking is not None
        seeking.agent_hands_back(f"call aubergine on {call.number}")
        await asyncio.sleep(20)
        await call.hangs_up()
        return call

    with caplog.at_level(logging.DEBUG):
        call = play(story, tmp_path, agents={"ana": is_busy(), "ben": QUICK}, lines=[said])
    ours = [one for one in caplog.records if one.name.startswith(("telephony", "voice", "models"))]
    told = "\n".join(f"{one.getMessage()} {one.exc_text or ''}" for one in ours)
    assert "refused" in told and "attempt" in told
    for secret in (call.number[2:], *(number[2:] for number in NUMBERS.values()), "204713", "marmaduke", "aubergine"):
        assert secret not in told
