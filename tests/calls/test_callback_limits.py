"""What keeps a call back from becoming a bill, or a nuisance: numbers never rung, caps, the switch, the list."""

import asyncio
from pathlib import Path

import pytest

from telephony.dialling import SWITCH_FILE
from telephony.events import Bridged, CallbackAgreed, CallEnded, CallingBack
from telephony.sim.agent import accepts_at_once, never_answers
from telephony.sim.script import Item, Key, LetPromptPass, Wait
from tests.calls.test_callbacks import CALLER, OTHER, SAYS_YES, entries, promised, until
from tests.sim.virtual import NUMBERS, Call, Town, play

ANSWERS = accepts_at_once(after_seconds=1.0, ring_seconds=1.0)
ANA = NUMBERS["ana"]
PREMIUM, ABROAD, SATELLITE = "+19002345678", "+447911123456", "+881612345678"
KEYED_PREMIUM = tuple(Key(digit) for digit in PREMIUM.removeprefix("+1"))


def asks(town: Town, *then: Item, number: str | None = None) -> Call:
    """Nobody is free; the caller asks to be called back."""
    first = (Wait(1500), Key("0"), Wait(14_000), Key("1"), LetPromptPass())
    return town.ring(*first, *then, number=number or "+12025550143", stays_ms=40_000)


async def is_not_rung(town: Town, first: Call) -> None:
    await first.over()
    town.available("ana")
    await asyncio.sleep(120)
    assert not entries(town, CallingBack)
    assert len(town.carrier.calls) == 1


@pytest.mark.parametrize("number", [PREMIUM, ABROAD, SATELLITE], ids=["premium", "abroad", "satellite"])
def test_a_caller_id_that_we_may_not_ring_is_not_offered_as_the_number_and_never_rung(
    number: str, tmp_path: Path
) -> None:
    """It is easily forged, and whoever owns the number earns by our call."""

    async def story(town: Town) -> Call:
        first = asks(town, Key("1", after_prompt=True), number=number)
        await is_not_rung(town, first)
        return first

    call = play(story, tmp_path, customers={number: SAYS_YES})
    assert not call.all(CallbackAgreed)


def test_a_keyed_number_that_costs_whoever_rings_it_stays_on_the_list_for_people(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        keyed = (Key("2", after_prompt=True), LetPromptPass(), *KEYED_PREMIUM, Key("1", after_prompt=True))
        first = asks(town, *keyed)
        await first.until(CallbackAgreed)
        await is_not_rung(town, first)
        assert len(await town.promises.open()) == 1
        return first

    call = play(story, tmp_path, customers={PREMIUM: SAYS_YES})
    assert any("callback" in told and "costs whoever dials it" in told for told in call.told())


async def promises(town: Town, *numbers: str) -> None:
    """These callers are promised a call back, and then an agent comes."""
    for number in numbers:
        first = promised(town, number)
        await first.until(CallbackAgreed)
        await first.over()
    town.available("ana")


def test_a_call_back_counts_as_one_dial(tmp_path: Path) -> None:
    async def story(town: Town) -> None:
        await promises(town, CALLER)
        await until(town, Bridged)

    play(story, tmp_path, agents={}, customers={CALLER: SAYS_YES, ANA: ANSWERS}, dialling={"per_hour": 2})


def test_call_backs_end_at_the_cap_and_what_was_not_rung_is_no_try(tmp_path: Path) -> None:
    async def story(town: Town) -> None:
        await promises(town, CALLER, OTHER)
        await until(town, CallEnded, seconds=300)
        await asyncio.sleep(120)
        assert len(entries(town, CallingBack)) == 1
        (still,) = [promise for promise in await town.promises.open() if promise.number == OTHER]
        assert still.tries == 0

    no_answer = never_answers()
    play(story, tmp_path, agents={}, customers={CALLER: no_answer, OTHER: no_answer}, dialling={"per_hour": 1})


def test_while_dialling_is_switched_off_nobody_is_called_back_and_then_they_are(tmp_path: Path) -> None:
    async def story(town: Town) -> None:
        (tmp_path / SWITCH_FILE).write_text("fraud?\n", encoding="utf-8")
        await promises(town, CALLER)
        await asyncio.sleep(120)
        assert not entries(town, CallingBack)
        (tmp_path / SWITCH_FILE).unlink()
        await until(town, CallingBack)
        assert [kept.attempt for kept in entries(town, CallingBack)] == [1]

    play(story, tmp_path, agents={}, customers={CALLER: SAYS_YES, ANA: ANSWERS})


def test_a_do_not_call_list_that_breaks_while_we_run_stops_all_call_backs_until_it_is_mended(tmp_path: Path) -> None:
    listed = tmp_path / "never"
    listed.write_text("", encoding="utf-8")

    async def story(town: Town) -> None:
        listed.write_text("somebody at the office\n", encoding="utf-8")
        await promises(town, CALLER)
        await asyncio.sleep(120)
        assert not entries(town, CallingBack)
        listed.write_text("+1 (202) 555-0144\n", encoding="utf-8")
        await until(town, CallingBack)

    customers = {CALLER: SAYS_YES, ANA: ANSWERS}
    play(story, tmp_path, agents={}, customers=customers, callbacks={"do_not_call": str(listed)})
