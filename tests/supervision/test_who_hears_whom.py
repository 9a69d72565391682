"""Listening, coaching, barging in, taking over: who hears whom, by the recordings that each of them speaks."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from telephony.call import CallState
from telephony.events import Bridged, Held, Said, Supervised, Unbridged
from telephony.sim.script import Key, Speak, Wait
from telephony.supervision import modes
from telephony.supervision.errors import SupervisionRefused
from telephony.supervision.modes import Mode
from tests.sim.virtual import NUMBERS as AGENTS
from tests.sim.virtual import Call
from tests.supervision.floor import AGENT, CALLER, KIM, NUMBERS, SAM, Floor, on_the_floor
from tests.supervision.hearing import HEARD, NOT_HEARD

CALLER_NUMBER = "+12025550143"
TALKS = [step for _ in range(80) for step in (Speak(CALLER), Wait(300))]


async def bridged(floor: Floor) -> Call:
    """A caller who talks with Ana, both without a pause."""
    call = floor.rings(Wait(1000), Key("0"), Wait(9000), *TALKS)
    await call.until(Bridged)
    await asyncio.sleep(4)
    return call


def only(heard: Mapping[str, float], *voices: str) -> bool:
    """Whether exactly these were heard."""
    return all(value > HEARD if name in voices else value < NOT_HEARD for name, value in heard.items())


async def everybody(floor: Floor) -> dict[str, Mapping[str, float]]:
    boss, agent, caller = await asyncio.gather(
        floor.hears(NUMBERS["sam"]), floor.hears(AGENTS["ana"]), floor.hears(CALLER_NUMBER)
    )
    return {"boss": boss, "agent": agent, "caller": caller}


class Told:
    """One call, with a supervisor who listens, coaches, barges in and takes over, a while each."""

    def __init__(self, folder: Path) -> None:
        self.heard: dict[Mode, dict[str, Mapping[str, float]]] = {}
        self.floor, self.call = on_the_floor(self._story, folder)

    async def _story(self, floor: Floor) -> tuple[Floor, Call]:
        call = await bridged(floor)
        await floor.connects(SAM)
        for mode in Mode:
            if mode is Mode.TOOK_OVER:
                await floor.room.take_over(SAM, floor.conduct.id)
            else:
                await floor.room.attend(SAM, floor.conduct.id, mode)
            await asyncio.sleep(1)
            self.heard[mode] = await everybody(floor)
        await call.hangs_up()
        return floor, call


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return Told(tmp_path_factory.mktemp("floor"))


def test_who_listens_hears_both_and_is_heard_by_nobody(told: Told) -> None:
    heard = told.heard[Mode.LISTEN]
    assert only(heard["boss"], "caller", "agent"), heard
    assert only(heard["agent"], "caller"), heard
    assert only(heard["caller"], "agent"), heard


def test_a_coach_is_heard_by_the_agent_and_never_by_the_caller(told: Told) -> None:
    heard = told.heard[Mode.COACH]
    assert only(heard["boss"], "caller", "agent"), heard
    assert only(heard["agent"], "caller", "boss"), heard
    assert only(heard["caller"], "agent"), heard


def test_who_barges_in_is_heard_by_both_and_hears_no_echo_of_themselves(told: Told) -> None:
    heard = told.heard[Mode.BARGE]
    assert only(heard["boss"], "caller", "agent"), heard
    assert only(heard["agent"], "caller", "boss"), heard
    assert only(heard["caller"], "agent", "boss"), heard


def test_who_takes_over_has_the_caller_and_the_agent_is_let_go_without_a_word_of_the_system(told: Told) -> None:
    heard = told.heard[Mode.TOOK_OVER]
    assert only(heard["boss"], "caller"), heard
    assert only(heard["caller"], "boss"), heard
    assert len(told.call.all(Unbridged)) == 1
    assert not [said for said in told.call.all(Said) if said.prompt == "seek.left"]
    assert told.call.outcome == "transferred"


def test_each_act_is_on_the_calls_journal_and_in_the_audit(told: Told) -> None:
    modes_told = [(entry.supervisor, entry.mode, entry.was) for entry in told.call.all(Supervised)]
    changes = [("listen", ""), ("coach", "listen"), ("barge", "coach"), ("took_over", "barge")]
    assert modes_told == [("sam", *change) for change in changes]
    acts = ["connect", "listen", "coach", "barge", "take_over"]
    assert [note for note in told.floor.audit.notes if note[1] != "supervision.connect"] == [
        ("sam", f"supervision.{act}", "done") for act in acts[1:]
    ]


def test_the_caller_on_hold_hears_music_and_not_who_barged_in(tmp_path: Path) -> None:
    async def story(floor: Floor) -> Mapping[str, float]:
        call = await bridged(floor)
        await floor.connects(SAM)
        await floor.room.attend(SAM, floor.conduct.id, Mode.BARGE)
        assert floor.conduct.seeking is not None
        await floor.conduct.seeking.agent_holds(True)
        await call.until(Held)
        await asyncio.sleep(3)
        heard = await floor.hears(CALLER_NUMBER)
        await call.hangs_up()
        return heard

    assert only(on_the_floor(story, tmp_path))


def test_with_the_system_both_sides_are_heard_from_the_pipelines_tap(tmp_path: Path) -> None:
    async def story(floor: Floor) -> tuple[Mapping[str, float], list[int]]:
        call = floor.rings(Wait(2500), *TALKS)
        await call.until(Said)
        await floor.connects(SAM)
        await floor.room.attend(SAM, floor.conduct.id, Mode.LISTEN)
        heard = await floor.hears(NUMBERS["sam"], 12.0)
        with pytest.raises(SupervisionRefused) as refused:
            await floor.room.attend(SAM, floor.conduct.id, Mode.COACH)
        assert str(refused.value) == modes.NO_AGENT
        caller = await floor.hears(CALLER_NUMBER, 5.0)
        await call.hangs_up()
        return heard, [round(caller["boss"] * 100)]

    heard, caller = on_the_floor(story, tmp_path, agents={})
    assert only(heard, "caller"), heard
    assert caller[0] < NOT_HEARD * 100


def test_a_supervisor_takes_a_call_from_the_system_and_gives_it_back_with_a_note(tmp_path: Path) -> None:
    async def story(floor: Floor) -> tuple[Mapping[str, float], Mapping[str, float], list[CallState], Call]:
        call = floor.rings(Wait(25_000), *TALKS[:40])
        await call.until(Said)
        await floor.connects(SAM)
        await floor.room.take_over(SAM, floor.conduct.id)
        states = [floor.conduct.call.state]
        said = len(call.all(Said))
        await asyncio.sleep(12)
        talked = await floor.hears(CALLER_NUMBER)
        assert len(call.all(Said)) == said  # the system says nothing meanwhile
        await floor.room.leave(SAM, "book an appointment please")
        states.append(floor.conduct.call.state)
        await call.until(Said, count=said + 1)
        after = await floor.hears(CALLER_NUMBER)
        await call.hangs_up()
        return talked, after, states, call

    talked, after, states, call = on_the_floor(story, tmp_path, agents={})
    assert only(talked, "boss"), talked
    assert only(after), after
    assert states == [CallState.BRIDGED, CallState.TALKING]
    assert "seek.handed_back" in [said.prompt for said in call.all(Said)]


def test_a_supervisor_whose_leg_is_lost_leaves_no_caller_alone(tmp_path: Path) -> None:
    async def story(floor: Floor) -> Call:
        call = floor.rings(Wait(60_000))
        await call.until(Said)
        await floor.connects(SAM)
        await floor.room.take_over(SAM, floor.conduct.id)
        said = len(call.all(Said))
        await floor.legs["sam"].hang_up("lost")
        await call.until(Said, count=said + 1)
        assert floor.conduct.call.state is CallState.TALKING
        await call.hangs_up()
        return call

    call = on_the_floor(story, tmp_path, agents={})
    assert [entry.mode for entry in call.all(Supervised)] == ["listen", "took_over", "left"]


def test_in_the_carriers_conference_one_listens_and_takes_over_but_does_not_speak_beside(tmp_path: Path) -> None:
    async def story(floor: Floor) -> tuple[Mapping[str, float], Mapping[str, float]]:
        call = await bridged(floor)
        await floor.connects(SAM)
        await floor.room.attend(SAM, floor.conduct.id, Mode.LISTEN)
        await asyncio.sleep(1)
        boss = await floor.hears(NUMBERS["sam"])
        for mode in (Mode.COACH, Mode.BARGE):
            with pytest.raises(SupervisionRefused) as refused:
                await floor.room.attend(SAM, floor.conduct.id, mode)
            assert str(refused.value) == modes.CONFERENCE
        await floor.room.take_over(SAM, floor.conduct.id)
        await asyncio.sleep(2)
        caller = await floor.hears(CALLER_NUMBER)
        await call.hangs_up()
        return boss, caller

    boss, caller = on_the_floor(story, tmp_path, carrier_line={"bridge": "conference"})
    assert only(boss, "caller", "agent"), boss
    assert only(caller, "boss"), caller


def test_two_listen_to_one_call_and_only_one_can_have_it(tmp_path: Path) -> None:
    async def story(floor: Floor) -> Mapping[str, float]:
        call = await bridged(floor)
        for who in (SAM, KIM):
            await floor.connects(who)
            await floor.room.attend(who, floor.conduct.id, Mode.LISTEN)
        await floor.room.take_over(SAM, floor.conduct.id)
        with pytest.raises(SupervisionRefused) as refused:
            await floor.room.take_over(KIM, floor.conduct.id)
        assert str(refused.value) == modes.TAKEN
        await asyncio.sleep(1)
        heard = await floor.hears(NUMBERS["kim"])
        await call.hangs_up()
        return heard

    assert on_the_floor(story, tmp_path)["caller"] > HEARD


def test_a_coach_whose_agent_leaves_listens_on(tmp_path: Path) -> None:
    async def story(floor: Floor) -> Call:
        call = await bridged(floor)
        await floor.connects(SAM)
        await floor.room.attend(SAM, floor.conduct.id, Mode.COACH)
        assert floor.conduct.seeking is not None
        await floor.conduct.seeking.agent_hangs_up()
        await call.until(Unbridged)
        await asyncio.sleep(2)
        assert floor.room.at("sam") == (floor.conduct.id, Mode.LISTEN)
        await call.hangs_up()
        assert floor.room.at("sam") is None
        return call

    call = on_the_floor(story, tmp_path)
    assert [entry.mode for entry in call.all(Supervised)] == ["listen", "coach", "listen"]
    assert AGENT is not None
