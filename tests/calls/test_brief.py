"""The brief through the whole service: soon on screen, the same one spoken, and playable where it may be."""

import asyncio
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from models.brief import Part
from telephony.desk.office import NotPossible, Recorded
from telephony.events import AgentBriefed, Bridged, BriefReady, BriefSeen, Heard
from telephony.sim.agent import SimAgent, accepts
from telephony.sim.script import Key, Speak, SpeakAfterPrompt, Wait
from tests.sim.virtual import WORDS, Call, Town, play
from voice.audio import RATE
from voice.events import Corrected, Escalated

SPEAKS = SpeakAfterPrompt(WORDS, quiet_ms=700)
LISTENS = accepts(ring_seconds=1.0)


class Desk:
    """A desk's page: draws each version of the brief as it comes and says so."""

    def __init__(self, town: Town, agent: str) -> None:
        self._front, self._agent = town.service.front, agent
        self.shown: list[tuple[str, int]] = []
        self._front.watch(agent, self._on_news)

    def _on_news(self, news: object) -> None:
        if isinstance(news, Recorded) and isinstance(news.record.entry, BriefReady):
            self.shown.append((news.record.call, news.record.entry.version))
            asyncio.get_running_loop().call_soon(self._drawn, *self.shown[-1])

    def _drawn(self, call: str, version: int) -> None:
        self._front.seen(self._agent, call, version)
        self._front.seen(self._agent, call, version)  # a page that comes back draws it again


def told(folder: Path, *script: Any, lines: list[str], until: Callable[[Town, Call], Any], **changes: Any) -> Call:
    """Ana takes the call with her desk open; `until` looks at it once they talk."""

    async def story(town: Town) -> Call:
        Desk(town, "ana")
        call = town.ring(*script, stays_ms=120_000)
        await call.until(Bridged)
        await asyncio.sleep(4)
        until(town, call)
        await call.hangs_up()
        return call

    return play(story, folder, agents={"ana": LISTENS}, lines=lines, **changes)


def test_the_first_version_is_seen_within_a_second_of_the_trigger_and_a_correction_within_half_of_one(
    tmp_path: Path,
) -> None:
    call = told(
        tmp_path, SPEAKS, SPEAKS, lines=["i want to talk to a person", "my debit card is missing"],
        until=lambda town, call: None,
    )  # fmt: skip
    assert call.at_ms(BriefSeen) - call.at_ms(Escalated) <= 1000
    seen = {record.entry.brief_version: record.at_ms for record in call.records if isinstance(record.entry, BriefSeen)}
    assert sorted(seen) == [1, 2]
    assert len(call.all(BriefSeen)) == 2  # each once, however often it was drawn
    assert seen[2] - call.at_ms(Corrected) <= 500


def test_what_is_corrected_after_the_brief_was_spoken_is_told_in_one_sentence_and_its_version_is_on_record(
    tmp_path: Path,
) -> None:
    async def story(town: Town) -> Call:
        call = town.ring(SPEAKS, Wait(13_500), Speak(WORDS), stays_ms=120_000)
        await call.until(Corrected)
        await asyncio.sleep(12)
        await call.hangs_up()
        return call

    patient = SimAgent((Wait(60_000),), ring_seconds=1.0)
    lines = ["i want to talk to a person", "tell them it was the shop in the old town"]
    call = play(story, tmp_path, agents={"ana": patient}, lines=lines)
    spoken = [(entry.brief_version, entry.text) for entry in call.all(AgentBriefed)]
    assert spoken[0][0] == 1
    assert [version for version, text in spoken if "New from the caller" in text] == [2]
    assert sum("the shop in the old town" in text for _, text in spoken) == 1


# --- the clip ---------------------------------------------------------------------------------------------------------


def issue_turn(call: Call) -> int:
    line = call.all(BriefReady)[-1].brief.part(Part.ISSUE)[0]
    assert line.clip is not None, f"a clip expected, got {line}"
    return line.clip.turn


def played(town: Town, call: Call, agent: str = "ana") -> np.ndarray[Any, Any]:
    wav = town.service.front.clip(agent, call.records[0].call, issue_turn(call))()
    assert wav is not None
    pcm, rate = soundfile.read(io.BytesIO(wav), dtype="int16")
    assert (rate, pcm.ndim) == (RATE, 1)
    return pcm


def test_the_caller_s_sentence_can_be_played_before_and_after_the_agent_has_accepted(tmp_path: Path) -> None:
    async def story(town: Town) -> tuple[Call, np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        call = town.ring(SPEAKS, SPEAKS, stays_ms=120_000)
        await call.until(Corrected)
        await asyncio.sleep(2.5)
        before = played(town, call)
        await call.until(Bridged)
        after = played(town, call)
        await call.hangs_up()
        return call, before, after

    lines = ["i want to talk to a person", "my debit card is missing"]
    call, before, after = play(story, tmp_path, agents={"ana": LISTENS}, lines=lines)
    assert np.array_equal(before, after)
    heard = next(heard for heard in call.all(Heard) if heard.turn == issue_turn(call))
    assert len(before) == (heard.end_ms - heard.start_ms) * RATE // 1000
    a, b = before.astype(float), WORDS.astype(float)
    alike = np.correlate(a, b, "full").max() / (np.linalg.norm(a) * np.linalg.norm(b))
    assert alike > 0.95  # the rest is the telephone's coding, and what the cut leaves out


def test_nobody_but_the_agent_who_has_the_call_can_play_it(tmp_path: Path) -> None:
    def until(town: Town, call: Call) -> None:
        with pytest.raises(NotPossible):
            played(town, call, agent="ben")
        with pytest.raises(NotPossible):
            town.service.front.clip("ana", "call-of-others", 2)
        with pytest.raises(NotPossible):
            town.service.front.clip("ana", call.records[0].call, 99)
        with pytest.raises(NotPossible):
            town.service.front.seen("ben", call.records[0].call, 1)

    told(tmp_path, SPEAKS, SPEAKS, lines=["i want to talk to a person", "my debit card is missing"], until=until)


def test_who_declines_the_recording_is_not_played_again(tmp_path: Path) -> None:
    def until(town: Town, call: Call) -> None:
        versions = call.all(BriefReady)
        turn = next(line.clip.turn for ready in versions for line in ready.brief.lines if line.clip)
        assert all(line.clip is None for line in versions[-1].brief.lines)
        with pytest.raises(NotPossible, match="asked not to be recorded"):
            town.service.front.clip("ana", call.records[0].call, turn)

    lines = ["i want to talk to a person", "my debit card is missing", "please do not record this call"]
    told(tmp_path, SPEAKS, SPEAKS, Wait(1500), Speak(WORDS), lines=lines, until=until)


def test_a_sentence_with_a_card_number_is_masked_and_has_no_clip(tmp_path: Path) -> None:
    said = "my card four two four two four two four two four two four two four two four two is gone"
    call = told(
        tmp_path, SPEAKS, SPEAKS, lines=["i want to talk to a person", said], until=lambda town, call: None
    )  # fmt: skip
    brief = call.all(BriefReady)[-1].brief
    issue = brief.part(Part.ISSUE)[0]
    assert issue.text == "“my card [card ending 4242] is gone”"
    assert issue.clip is None
    spoken = " ".join(entry.text for entry in call.all(AgentBriefed))
    assert "four two four" not in spoken + brief.spoken and "4242 4242" not in spoken


def test_what_is_not_recorded_has_no_clips(tmp_path: Path) -> None:
    call = told(
        tmp_path, SPEAKS, SPEAKS, lines=["i want to talk to a person", "my debit card is missing"],
        until=lambda town, call: None, records={"record_audio": False},
    )  # fmt: skip
    assert all(line.clip is None for ready in call.all(BriefReady) for line in ready.brief.lines)


def test_keys_and_the_pin_question_stay_silent_in_the_recording_a_clip_is_cut_from(tmp_path: Path) -> None:
    """Whatever is said while a PIN is asked for is kept as silence; a clip that reached into it would be silent too."""

    async def story(town: Town) -> bytes | None:
        keys = [Key(key) for key in "204713"]
        call = town.ring(SPEAKS, Wait(8000), *keys, Wait(1000), SPEAKS, Key("0"), stays_ms=60_000)
        heard = await call.until(Heard, count=2)
        await asyncio.sleep(3)
        wav = town.service.front._cut(call.records[0].call, heard.start_ms, heard.end_ms)  # past the desk
        await call.hangs_up()
        return wav

    wav = play(story, tmp_path, lines=["how much do i have in my checking", "four eight two one"])
    pcm, _ = soundfile.read(io.BytesIO(wav or b""), dtype="int16")
    assert len(pcm) and not pcm.any()
