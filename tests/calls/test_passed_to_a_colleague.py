"""A caller is passed on to one colleague by name: they are asked first, then their queue, and nobody is in silence."""

import asyncio
from pathlib import Path

import pytest

from telephony.desk.office import NotPossible
from telephony.events import AgentOffered, Bridged, HandedBack, Said
from telephony.sim.agent import SimAgent
from telephony.sim.script import Key, Speak, Wait
from tests.sim.virtual import NUMBERS, WORDS, Call, Town, _silences, play
from voice.audio import FRAME_MS
from voice.events import Escalated

TAKES = SimAgent((Wait(1000), Key("1"), *([Speak(WORDS)] * 60)), ring_seconds=1.0)
DECLINES = SimAgent((Wait(1000), Key("2")), ring_seconds=1.0)
NEVER = SimAgent((Wait(60_000),), ring_seconds=300.0)

CAI = {"id": "cai", "name": "Cai Lund", "skills": ["general", "cards"], "line": "twilio", "address": NUMBERS["cai"]}

SILENCE_MS = 8000
"""Of a caller who waits with music off: the comfort words come at least so often."""


def passed(folder: Path, *, colleague: SimAgent, third: SimAgent = TAKES) -> Call:
    """Ana talks with the caller and names cai, whom the queue would not choose before ben."""

    async def story(town: Town) -> Call:
        call = town.ring(Wait(1000), Key("0"), stays_ms=240_000)
        await call.until(Bridged)
        await asyncio.sleep(3)
        await town.service.front.line.hand_back("ana", call.records[0].call, "knows boats", person="cai")
        await call.until(Bridged, count=2)
        await asyncio.sleep(10)
        await call.hangs_up()
        return call

    return play(story, folder, agents={"ana": TAKES, "ben": third, "cai": colleague}, seats=[CAI])


def asked(call: Call) -> list[str]:
    return [entry.agent for entry in call.all(AgentOffered)]


def longest_silence_ms(call: Call) -> int:
    """Between the first person and the second."""
    media = call._town.carrier.calls[call.sid].media
    since, until = [record.at_ms for record in call.records if isinstance(record.entry, Bridged)][:2]
    return max(_silences(media.heard[since // FRAME_MS : until // FRAME_MS])) * FRAME_MS


def test_the_colleague_who_was_named_is_asked_first_and_reads_the_note(tmp_path: Path) -> None:
    call = passed(tmp_path, colleague=TAKES)
    assert asked(call) == ["ana", "cai"]
    assert [(entry.person, entry.notes) for entry in call.all(HandedBack)] == [("cai", "knows boats")]
    on = next(entry for entry in call.all(Escalated) if entry.trigger == "passed_on")
    assert "knows boats" in on.evidence[0]
    said = [entry.text for entry in call.all(Said)]
    assert any(text.startswith("Ana Silva is passing you on") for text in said)
    assert longest_silence_ms(call) < SILENCE_MS


@pytest.mark.parametrize("colleague", [DECLINES, NEVER], ids=["declines", "does not answer"])
def test_who_was_named_and_does_not_take_the_call_is_followed_by_their_queue(
    tmp_path: Path, colleague: SimAgent
) -> None:
    call = passed(tmp_path, colleague=colleague)
    assert asked(call) == ["ana", "cai", "ben"]
    assert [entry.agent for entry in call.all(Bridged)] == ["ana", "ben"]
    assert longest_silence_ms(call) < SILENCE_MS
    assert call.outcome == "transferred"
    if colleague is NEVER:
        assert "I'm calling Cai Lund now." in [entry.text for entry in call.all(Said)]


def test_who_has_left_cannot_be_named_and_the_caller_stays_where_they_are(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call = town.ring(Wait(1000), Key("0"), stays_ms=240_000)
        await call.until(Bridged)
        await asyncio.sleep(3)
        with pytest.raises(NotPossible, match="just left"):
            await town.service.front.line.hand_back("ana", call.records[0].call, "", person="ben")
        await asyncio.sleep(5)
        await call.hangs_up()
        return call

    call = play(story, tmp_path, agents={"ana": TAKES})
    assert not call.all(HandedBack)


def test_nobody_passes_on_a_call_that_has_left_their_line(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call = town.ring(Wait(1000), Key("0"), stays_ms=240_000)
        await call.until(Bridged)
        await asyncio.sleep(3)
        with pytest.raises(NotPossible, match="no longer on your line"):
            await town.service.front.line.hand_back("ana", "another call", "", person="ben")
        await call.hangs_up()
        return call

    assert not play(story, tmp_path, agents={"ana": TAKES, "ben": TAKES}).all(HandedBack)
