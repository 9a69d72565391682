"""A caller keys a number for the agent they talk with: it lands on the desk, and nobody hears or keeps the keys."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest

from telephony.desk.office import NotPossible
from telephony.errors import IllegalMove
from telephony.events import Bridged, Heard, KeyPressed, KeysAsked, KeysTaken, Said, Unbridged
from telephony.journal import as_json
from telephony.sim.agent import SimAgent
from telephony.sim.attention import is_loud
from telephony.sim.script import Key, Speak, Wait
from telephony.switchboard.conduct import Conduct
from tests.sim.virtual import WORDS, Call, Town, play
from voice.audio import FRAME_MS, Pcm
from voice.dialogue.business import KeypadItem

PIN = KeypadItem("PIN", "your four digit PIN", digits=4)

LISTENS = SimAgent((Wait(1000), Key("1"), Wait(240_000)), ring_seconds=1.0)
TALKATIVE = SimAgent((Wait(1000), Key("1"), *([Speak(WORDS)] * 80)), ring_seconds=1.0)

Story = Callable[[Town, Call, Conduct], Awaitable[None]]


def talks(
    folder: Path, then: Story, *, agent: SimAgent = LISTENS, caller_talks: bool = False, bridge: str = "relay"
) -> Call:
    """The two talk when `then` begins."""
    words = [Speak(WORDS)] * 60 if caller_talks else [Wait(200_000)]

    async def story(town: Town) -> Call:
        call = town.ring(Wait(1000), Key("0"), Wait(9000), *words, stays_ms=200_000)
        await call.until(Bridged)
        await asyncio.sleep(3)
        await then(town, call, next(iter(town.service.switchboard.calls.values())))
        await call.hangs_up()
        return call

    return play(story, folder, agents={"ana": agent}, carrier_line={"bridge": bridge}, lines=["my words"] * 60)


async def keys(call: Call, digits: str) -> None:
    for digit in digits:
        await asyncio.sleep(0.6)
        call.caller.presses(digit)


def agent_hears(town: Town, call: Call) -> list[Pcm]:
    return list(town.carrier.calls[town.leg_of("ana").sid].media.heard)


def loud(frames: list[Pcm]) -> float:
    return float(np.mean([is_loud(np.asarray(frame)) for frame in frames]))


def prompts(call: Call) -> list[str]:
    return [said.prompt for said in call.all(Said) if said.prompt.startswith("keyed")]


def test_a_pin_is_keyed_and_no_digit_of_it_is_anywhere(tmp_path: Path) -> None:
    async def then(town: Town, call: Call, conduct: Conduct) -> None:
        assert conduct.seeking is not None
        await conduct.seeking.keypad.ask(PIN)
        await asyncio.sleep(8)
        await keys(call, "7391")
        await call.until(KeysTaken)
        await asyncio.sleep(5)

    call = talks(tmp_path, then)
    assert [(entry.agent, entry.what) for entry in call.all(KeysAsked)] == [("ana", "PIN")]
    assert [(entry.outcome, entry.shown) for entry in call.all(KeysTaken)] == [("taken", "••••")]
    assert prompts(call) == ["keyed.ask", "keyed.taken"]
    assert {entry.key for entry in call.all(KeyPressed)[1:] if entry.speaker == "caller"} == {"•"}
    assert "7391" not in "\n".join(map(as_json, call.records))
    assert call.outcome == "transferred"


def test_the_last_four_of_a_card_are_shown(tmp_path: Path) -> None:
    async def then(town: Town, call: Call, conduct: Conduct) -> None:
        line = town.service.front.line
        assert line.numbers()["card"] == "Last four of the card"
        with pytest.raises(NotPossible, match="no longer on your line"):
            await line.ask_keys("ana", "another call", "card")
        with pytest.raises(NotPossible, match="no such number"):
            await line.ask_keys("ana", conduct.id, "shoe size")
        await line.ask_keys("ana", conduct.id, "card")
        await keys(call, "4417")
        await call.until(KeysTaken)
        with pytest.raises(NotPossible, match="done already"):
            await line.stop_keys("ana", conduct.id)

    assert talks(tmp_path, then).all(KeysTaken)[0].shown == "4417"


def test_in_a_carriers_conference_no_keys_reach_us_and_the_agent_is_told(tmp_path: Path) -> None:
    async def then(town: Town, call: Call, conduct: Conduct) -> None:
        with pytest.raises(NotPossible, match="conference"):
            await town.service.front.line.ask_keys("ana", conduct.id, "card")

    assert not talks(tmp_path, then, bridge="conference").all(KeysAsked)


def test_the_agent_and_the_record_hear_nothing_of_the_caller_meanwhile(tmp_path: Path) -> None:
    shares: list[float] = []

    async def then(town: Town, call: Call, conduct: Conduct) -> None:
        assert conduct.seeking is not None
        await asyncio.sleep(10)
        before = len(agent_hears(town, call))
        shares.append(loud(agent_hears(town, call)[before - 8000 // FRAME_MS :]))
        await conduct.seeking.keypad.ask(PIN)
        await asyncio.sleep(10)
        shares.append(loud(agent_hears(town, call)[before + 10 :]))
        await keys(call, "7391")
        await call.until(KeysTaken)
        await asyncio.sleep(12)
        shares.append(loud(agent_hears(town, call)[-8000 // FRAME_MS :]))

    call = talks(tmp_path, then, caller_talks=True)
    before, meanwhile, after = shares
    assert before > 0.3
    assert meanwhile == 0.0
    assert after > 0.3
    asked, taken = call.at_ms(KeysAsked), call.at_ms(KeysTaken)
    said = [heard for heard in call.all(Heard) if heard.speaker == "caller" and asked < heard.start_ms < taken - 1000]
    assert said and {heard.text for heard in said} == {"•"}


def test_the_caller_goes_on_hearing_the_agent(tmp_path: Path) -> None:
    shares: list[float] = []

    async def then(town: Town, call: Call, conduct: Conduct) -> None:
        assert conduct.seeking is not None
        await conduct.seeking.keypad.ask(PIN)
        await keys(call, "1")
        await asyncio.sleep(8)
        shares.append(loud(list(town.carrier.calls[call.sid].media.heard)[-5000 // FRAME_MS :]))

    talks(tmp_path, then, agent=TALKATIVE)
    assert shares[0] > 0.3


def test_who_keys_nothing_is_asked_again_and_then_they_hear_each_other_again(tmp_path: Path) -> None:
    async def then(town: Town, call: Call, conduct: Conduct) -> None:
        assert conduct.seeking is not None
        await conduct.seeking.keypad.ask(PIN)
        await call.until(KeysTaken)
        await asyncio.sleep(4)

    call = talks(tmp_path, then)
    assert [entry.outcome for entry in call.all(KeysTaken)] == ["timed_out"]
    assert prompts(call) == ["keyed.ask", "keyed.again", "keyed.again", "keyed.left"]


def test_the_agent_stops_it_and_may_ask_anew(tmp_path: Path) -> None:
    async def then(town: Town, call: Call, conduct: Conduct) -> None:
        assert conduct.seeking is not None
        keypad = conduct.seeking.keypad
        await keypad.ask(PIN)
        with pytest.raises(IllegalMove, match="keying already"):
            await keypad.ask(PIN)
        await keys(call, "73")
        keypad.stop()
        await call.until(KeysTaken)
        with pytest.raises(IllegalMove, match="done already"):
            keypad.stop()
        await keypad.ask(PIN)
        await keys(call, "7391")
        await call.until(KeysTaken, count=2)

    call = talks(tmp_path, then)
    assert [entry.outcome for entry in call.all(KeysTaken)] == ["cancelled", "taken"]


@pytest.mark.parametrize("how", ["hold", "hand back", "hang up"])
def test_whatever_parts_the_two_ends_it(tmp_path: Path, how: str) -> None:
    async def then(town: Town, call: Call, conduct: Conduct) -> None:
        seeking = conduct.seeking
        assert seeking is not None
        await seeking.keypad.ask(PIN)
        await keys(call, "73")
        await asyncio.sleep(1)
        if how == "hold":
            await seeking.agent_holds(True)
            with pytest.raises(IllegalMove, match="off hold"):
                await seeking.keypad.ask(PIN)
        elif how == "hand back":
            seeking.agent_hands_back("")
            await call.until(Unbridged)
        else:
            await seeking.agent_hangs_up()
            await call.until(Unbridged)
        await keys(call, "9")  # late, meant for the person
        await asyncio.sleep(20)

    call = talks(tmp_path, then, caller_talks=True)
    assert [entry.outcome for entry in call.all(KeysTaken)] == ["cancelled"]
    assert {entry.key for entry in call.all(KeyPressed) if entry.speaker == "caller"} == {"0", "•"}
    after = [heard.text for heard in call.all(Heard) if heard.start_ms > call.at_ms(KeysTaken) + 2000]
    assert after and "•" not in after  # the record goes on


def test_nothing_is_keyed_for_somebody_who_is_not_there(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call = town.ring(Wait(1000), Key("0"))
        await call.until(Said)
        await asyncio.sleep(4)
        seeking = next(iter(town.service.switchboard.calls.values())).seeking
        assert seeking is not None
        with pytest.raises(IllegalMove, match="not talking"):
            await seeking.keypad.ask(PIN)
        await call.hangs_up()
        return call

    assert not play(story, tmp_path).all(KeysAsked)
