"""A person is always within reach: whatever is broken, key 0, two silences or two stretches of speech bring one.

Whole calls through the real service in virtual time; one part is exchanged for a broken one in each.
"""

import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from telephony.events import Bridged, CallbackAgreed, Heard, KeyPressed, Problem, Said, Silent
from telephony.service import Service
from telephony.sim.agent import SimAgent, accepts_at_once
from telephony.sim.script import Item, Key, LetPromptPass, SpeakAfterPrompt, Wait
from tests.sim.broken import (
    DeafPool,
    DownBackend,
    FailingMinds,
    ForgetfulKeeper,
    MuteVoice,
    NoStaff,
    put_in,
)
from tests.sim.house import CONFIG
from tests.sim.virtual import NUMBERS, TONES, WORDS, Call, Town, play
from voice.events import Acted

WITHIN_MS = 8000  # from the key, or the end of the second silence or stretch of speech
HEARS_WITHIN_MS = 5000

QUICK = accepts_at_once(after_seconds=1.0, ring_seconds=1.0)
KEY_0: tuple[Item, ...] = (Wait(1500), Key("0"))
TWO_SILENCES: tuple[Item, ...] = ()
BALANCE_BY_KEYS: tuple[Item, ...] = (
    Wait(1000), Key("*"), Wait(1000), Key("1"), *(Key(k) for k in "204713"), *(Key(k) for k in "4821"), Wait(3000),
)  # fmt: skip
CALL_ME_BACK: tuple[Item, ...] = (LetPromptPass(), Key("1", after_prompt=True), Key("1", after_prompt=True))
TWO_STRETCHES: tuple[Item, ...] = (SpeakAfterPrompt(WORDS), SpeakAfterPrompt(WORDS))


def asked_at_ms(call: Call, script: tuple[Item, ...]) -> int:
    """When the caller had done what must bring a person."""
    if script is KEY_0:
        return call.at_ms(KeyPressed)
    if script is TWO_SILENCES:
        return [r.at_ms for r in call.records if isinstance(r.entry, Silent)][1]
    return [entry.end_ms for entry in call.all(Heard) if entry.speaker == "caller"][1]


def reaches_a_person(folder: Path, script: tuple[Item, ...], **broken: Any) -> Call:
    """Plays a call in which the caller does no more than `script`; they reach a person in time, and hear of it."""

    async def story(town: Town) -> Call:
        call = town.ring(*script)
        await call.until(Bridged)
        since = asked_at_ms(call, script)
        assert call.at_ms(Bridged) - since <= WITHIN_MS, call.told()
        await call.hangs_up()
        assert call.longest_wait_ms(since) <= HEARS_WITHIN_MS, call.told()
        assert call.outcome == "transferred"
        return call

    agents: Mapping[str, SimAgent] = broken.pop("agents", {"ana": QUICK})
    return play(story, folder, agents=agents, **broken)


def broken_by(**parts: Any) -> Callable[[Service], None]:
    return lambda service: put_in(service, **parts)


def problems(call: Call) -> set[str]:
    return {problem.part for problem in call.all(Problem)}


ways = pytest.mark.parametrize("script", [KEY_0, TWO_SILENCES], ids=["key 0", "two silences"])


@ways
def test_nothing_is_broken(script: tuple[Item, ...], tmp_path: Path) -> None:
    assert problems(reaches_a_person(tmp_path, script)) == set()


def test_the_word_agent(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call = town.ring(SpeakAfterPrompt(WORDS))
        await call.until(Bridged)
        await call.hangs_up()
        assert call.at_ms(Bridged) - call.all(Heard)[0].end_ms <= WITHIN_MS
        return call

    assert problems(play(story, tmp_path, agents={"ana": QUICK}, lines=["agent"])) == set()


@pytest.mark.parametrize("script", [KEY_0, TWO_SILENCES, TWO_STRETCHES], ids=["key 0", "silences", "speech"])
@pytest.mark.parametrize("seconds", [None, 60.0], ids=["raises", "is too slow"])
def test_a_recogniser_that(seconds: float | None, script: tuple[Item, ...], tmp_path: Path) -> None:
    call = reaches_a_person(tmp_path, script, pool=DeafPool(seconds=seconds))
    assert problems(call) == ({"recogniser"} if script is TWO_STRETCHES else set())


@ways
def test_a_mind_that_raises(script: tuple[Item, ...], tmp_path: Path) -> None:
    """At the first key; or at the second silence, whose rule cannot be asked any more."""

    def prepare(service: Service) -> None:
        put_in(service, minds=FailingMinds(service.switchboard.house.minds, after=0 if script is KEY_0 else 1))

    call = reaches_a_person(tmp_path, script, prepare=prepare)
    assert "mind" in problems(call)
    assert [said.prompt for said in call.all(Said)].count("rescue.apology") == 1


FALLBACK = f'["twilio:{NUMBERS["front-desk"]}"]'


@pytest.fixture
def with_fallback(tmp_path: Path) -> Mapping[str, Any]:
    """The business with one telephone on its fallback list."""
    folder = tmp_path / "business"
    shutil.copytree(CONFIG, folder)
    queues = folder / "queues.toml"
    queues.write_text(re.sub(r"fallback = .*", f"fallback = {FALLBACK}", queues.read_text()))
    return {"business": {"folder": folder}}


@ways
def test_a_roster_and_a_queue_that_raise(
    script: tuple[Item, ...], with_fallback: Mapping[str, Any], tmp_path: Path
) -> None:
    """The first of the fallback list is rung, and may take the call like any agent."""
    call = reaches_a_person(
        tmp_path, script, agents={"front-desk": QUICK}, prepare=broken_by(staff=NoStaff()), **with_fallback
    )
    assert problems(call) == {"roster"}
    assert call.all(Bridged)[0].agent == NUMBERS["front-desk"]


def test_a_roster_that_raises_while_nobody_on_the_fallback_list_answers(tmp_path: Path) -> None:
    """The shipped list names desks at which nobody sits: the caller is offered a call back instead."""

    async def story(town: Town) -> Call:
        call = town.ring(*KEY_0, LetPromptPass(), Key("1", after_prompt=True), Key("1", after_prompt=True))
        await call.until(CallbackAgreed)
        await call.over()
        return call

    call = play(story, tmp_path, prepare=broken_by(staff=NoStaff()))
    assert call.outcome == "callback"


@ways
def test_a_record_that_cannot_be_written(script: tuple[Item, ...], tmp_path: Path) -> None:
    call = reaches_a_person(tmp_path, script, keeper=ForgetfulKeeper())
    assert problems(call) == {"record"}


def test_the_bank_is_not_asked_to_act_while_the_record_cannot_be_written(tmp_path: Path) -> None:
    """The caller hears that it does not work now, and two silences bring a person."""
    bank = DownBackend()

    async def story(town: Town) -> Call:
        call = town.ring(*BALANCE_BY_KEYS)
        await call.until(Bridged)
        await call.hangs_up()
        return call

    call = play(story, tmp_path, agents={"ana": QUICK}, keeper=ForgetfulKeeper(), prepare=broken_by(backend=bank))
    assert bank.asked == []
    assert [acted.error for acted in call.all(Acted)] == ["unavailable"]
    assert "identity.failed" in [said.prompt for said in call.all(Said)]
    assert problems(call) == {"record"}


def test_a_callback_is_not_promised_while_it_cannot_be_kept(tmp_path: Path) -> None:
    """The goodbye is taken back, a person is sought, and the callback is offered once more."""

    async def story(town: Town) -> Call:
        call = town.ring(*KEY_0, *CALL_ME_BACK, Key("1", after_prompt=True), Key("1", after_prompt=True))
        await call.until(CallbackAgreed, count=2)
        await call.over()
        return call

    keeper = ForgetfulKeeper(first=2, last=2)  # the call's offer is on record, the first promise is not
    call = play(story, tmp_path, keeper=keeper)
    prompts = [said.prompt for said in call.all(Said)]
    assert "callback.agreed" not in prompts
    assert "rescue.apology" in prompts
    assert prompts[-1] == "rescue.callback"
    assert call.outcome == "callback"
    assert call.all(Problem)[0].part == "record"


@ways
@pytest.mark.parametrize("odd", [False, True], ids=["says so", "breaks oddly"])
def test_a_voice_that_fails_after_the_start(odd: bool, script: tuple[Item, ...], tmp_path: Path) -> None:
    """What was rendered ahead is still said: the greeting, and every sentence on the way to a person."""

    async def nothing(town: Town) -> None:
        """Only opens, so that the prompts are rendered."""

    play(nothing, tmp_path, speaking={"prerender": True})
    call = reaches_a_person(
        tmp_path, script, voice=lambda inner: MuteVoice(TONES.voice_key, odd=odd), speaking={"prerender": False}
    )
    assert "seek.getting" in [said.prompt for said in call.all(Said)]


def test_a_bank_whose_systems_are_down(tmp_path: Path) -> None:
    """Nobody knows what was done, the caller hears so, and key 0 still brings a person."""

    async def story(town: Town) -> Call:
        call = town.ring(*BALANCE_BY_KEYS, Wait(1000), Key("0"))
        await call.until(Bridged)
        await call.hangs_up()
        return call

    call = play(story, tmp_path, agents={"ana": QUICK}, prepare=broken_by(backend=DownBackend()))
    assert "backend" in problems(call)
    assert [acted.error for acted in call.all(Acted)] == ["unknown"]
