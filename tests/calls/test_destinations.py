"""Who answers when an agent is rung: machines are found out and left, people are never kept waiting for it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from telephony.agents.agent import Presence
from telephony.desk.office import News, Offered
from telephony.events import (
    AgentAccepted,
    AgentAnswered,
    AgentBriefed,
    AgentDeclined,
    AgentOffered,
    Bridged,
    HandoffMoved,
    Heard,
)
from telephony.sim.agent import SimAgent, accepts_at_once
from telephony.sim.attention import is_loud
from telephony.sim.script import Item, Key, Speak, SpeakAfterPrompt, Wait
from tests.sim.sounds import hold_music, tone
from tests.sim.virtual import WORDS, Call, Town, play
from voice.audio import FRAME_MS, Pcm, silence

QUICK = accepts_at_once(after_seconds=1.0, ring_seconds=1.0)


def answers(*script: Item) -> SimAgent:
    return SimAgent(script, ring_seconds=1.0)


def talks(seconds: float) -> Pcm:
    """Talks on and on; 200 ms between the sentences."""
    one = np.concatenate([WORDS, silence(200)])
    return np.tile(one, int(seconds * 8000 / len(one)) + 1)[: int(seconds * 8000)]


def rung(ana: SimAgent, folder: Path, lines: Sequence[str] = (), **changes: Any) -> tuple[Call, Presence, str]:
    """Ana is rung first, Ben takes the call if she does not."""

    async def story(town: Town) -> tuple[Call, Presence, str]:
        call = town.ring(Wait(1000), Key("0"), stays_ms=120_000)
        await call.until(Bridged)
        await asyncio.sleep(1)
        told = call, town.presence("ana"), town.leg_of("ana").status
        await call.hangs_up()
        return told

    return play(story, folder, agents={"ana": ana, "ben": QUICK}, lines=lines, **changes)


def told_within_ms(call: Call) -> int:
    """From the answer to the end of the attempt."""
    return call.at_ms(AgentDeclined) - call.at_ms(AgentAnswered)


@pytest.mark.parametrize(
    ("script", "lines", "reason", "within_ms"),
    [
        ([Speak(np.concatenate([talks(4), silence(500), tone(1000, 400)])), Wait(60_000)], [""] * 9, "beep", 6000),
        ([Speak(WORDS), Wait(60_000)], ["hi leave a message after the tone"], "voicemail", 4000),
        ([Speak(WORDS), Wait(60_000)], ["for sales press one"], "menu", 4000),
        ([Speak(WORDS), Wait(500), Speak(hold_music(30))], ["all of our agents are busy"], "hold queue", 4000),
        ([Speak(hold_music(60))], [""] * 9, "music", 12_000),
        ([Speak(talks(40))], [""] * 40, "long greeting", 26_000),
    ],
    ids=["a voicemail by its beep", "a voicemail by its words", "a menu", "a hold queue by its words",
         "a hold queue by its music", "a recording without end"],
)  # fmt: skip
def test_the_next_agent_is_asked_when_a_machine_answers(
    script: list[Item], lines: list[str], reason: str, within_ms: int, tmp_path: Path
) -> None:
    call, ana, leg = rung(answers(*script), tmp_path, lines)
    assert [(entry.agent, entry.by, entry.reason) for entry in call.all(AgentDeclined)] == [("ana", "machine", reason)]
    assert "machine" in [move.why for move in call.all(HandoffMoved)]
    assert told_within_ms(call) <= within_ms
    assert [entry.agent for entry in call.all(Bridged)] == ["ben"]
    assert leg == "completed"
    assert ana in (Presence.AVAILABLE, Presence.NOT_RESPONDING)


def first_sound_ms(town: Town, agent: str) -> int:
    """From the answer of the agent's leg to the first sound they hear."""
    frames = town.leg_of(agent).media.heard
    return next(number for number, frame in enumerate(frames) if is_loud(frame)) * FRAME_MS


def test_a_person_who_says_hello_and_waits_hears_us_at_once_and_need_not_say_it_twice(tmp_path: Path) -> None:
    async def story(town: Town) -> tuple[Call, int]:
        call = town.ring(Wait(1000), Key("0"), stays_ms=120_000)
        await call.until(Bridged)
        began = first_sound_ms(town, "ana")
        await call.hangs_up()
        return call, began

    says_hello = answers(Speak(WORDS), Key("1", after_prompt=True), Wait(60_000))
    call, began_ms = play(story, tmp_path, agents={"ana": says_hello}, lines=["hello"])
    assert began_ms <= 300
    assert [entry.by for entry in call.all(AgentAccepted)] == ["key"]
    hello = [heard for heard in call.all(Heard) if heard.speaker == "agent"]
    assert hello and hello[0].text == "hello"
    assert call.all(AgentBriefed)


def test_a_person_who_talks_long_is_no_machine(tmp_path: Path) -> None:
    talker = answers(Speak(talks(9)), Key("1", after_prompt=True), Wait(60_000))
    call, _, _ = rung(talker, tmp_path, [""] * 9)
    assert not call.all(AgentDeclined)
    assert [(entry.agent, entry.by) for entry in call.all(AgentAccepted)] == [("ana", "key")]


def test_a_person_in_a_noisy_room_is_no_machine(tmp_path: Path) -> None:
    room = np.random.default_rng(3).normal(0, 700, 8000 * 14).astype(np.int16)
    call, _, _ = rung(answers(Speak(room), Key("1"), Wait(60_000)), tmp_path, [""] * 20)
    assert [(entry.agent, entry.by) for entry in call.all(AgentAccepted)] == [("ana", "key")]


def test_a_person_takes_the_call_by_voice_after_the_question(tmp_path: Path) -> None:
    says = answers(SpeakAfterPrompt(WORDS, quiet_ms=1500), Wait(60_000))
    call, _, _ = rung(says, tmp_path, ["connect me"])
    assert [(entry.agent, entry.by) for entry in call.all(AgentAccepted)] == [("ana", "voice")]


def test_silence_at_the_far_end_is_no_answer_and_never_a_bridge(tmp_path: Path) -> None:
    call, _, _ = rung(answers(Wait(90_000)), tmp_path)
    assert [(entry.agent, entry.by) for entry in call.all(AgentDeclined)] == [("ana", "no_answer")]


# --- accepted on screen, answered on a telephone ----------------------------------------------------------------------


def accepts_on_screen(town: Town, agent: str, *, after_seconds: float) -> None:
    """The agent clicks accept so long after the offer came."""

    async def click(offer: str) -> None:
        await asyncio.sleep(after_seconds)
        await town.service.front.accept(agent, offer)

    clicks: list[asyncio.Task[None]] = []

    def on_news(news: News) -> None:
        if isinstance(news, Offered):
            clicks.append(asyncio.create_task(click(news.offer.id)))

    town.service.front.watch(agent, on_news)


def on_screen(ana: SimAgent, folder: Path, *, after_seconds: float) -> tuple[Call, int]:
    """The call, and how long Ana heard us before she was joined."""

    async def story(town: Town) -> tuple[Call, int]:
        accepts_on_screen(town, "ana", after_seconds=after_seconds)
        call = town.ring(Wait(1000), Key("0"), stays_ms=120_000)
        await call.until(Bridged)
        leg = next(one for one in town.carrier.calls.values() if one.to == "+12025550201")
        sounds = sum(is_loud(frame) for frame in leg.media.heard) * FRAME_MS
        await call.hangs_up()
        return call, sounds

    return play(story, folder, agents={"ana": ana, "ben": QUICK})


def test_who_accepts_on_screen_hears_a_short_request_on_the_telephone_and_one_key_bridges(tmp_path: Path) -> None:
    ana = SimAgent((Key("1", after_prompt=True), Wait(60_000)), ring_seconds=4.0)
    call, heard_ms = on_screen(ana, tmp_path, after_seconds=1.0)
    assert [(entry.agent, entry.by) for entry in call.all(AgentAccepted)] == [("ana", "screen")]
    assert not call.all(AgentBriefed)
    assert heard_ms <= 5000
    assert [entry.agent for entry in call.all(Bridged)] == ["ana"]


def test_who_accepts_on_screen_in_the_middle_of_the_brief_hears_the_request_instead(tmp_path: Path) -> None:
    ana = SimAgent((Wait(4000), Wait(3000), Key("1"), Wait(60_000)), ring_seconds=1.0)
    call, _ = on_screen(ana, tmp_path, after_seconds=4.5)
    briefed = call.all(AgentBriefed)
    assert briefed and briefed[0].seconds < 3
    assert [entry.agent for entry in call.all(Bridged)] == ["ana"]


def test_a_voicemail_is_not_bridged_because_its_owner_clicked(tmp_path: Path) -> None:
    greeting = np.concatenate([talks(4), silence(500), tone(1000, 400)])
    ana = SimAgent((Speak(greeting), Wait(60_000)), ring_seconds=3.0)
    call, _ = on_screen(ana, tmp_path, after_seconds=1.0)
    assert [entry.agent for entry in call.all(AgentOffered)] == ["ana", "ben"]
    assert [entry.by for entry in call.all(AgentDeclined)] == ["machine"]
    assert [entry.agent for entry in call.all(Bridged)] == ["ben"]
