"""A person is always within reach: whatever is broken, key 0, two silences or two stretches of speech bring one.

Whole calls through the real service in virtual time; one part is exchanged for a broken one in each.
"""

from pathlib import Path

import pytest

from telephony.events import Bridged, CallbackAgreed, Problem, Said
from telephony.service import Service
from telephony.sim.agent import accepts_at_once
from telephony.sim.script import Item, Key, LetPromptPass, SpeakAfterPrompt, Wait
from tests.calls.guaranteed import OFF, QUICK, cells, reach
from tests.sim.broken import DownBackend, ForgetfulKeeper, MuteVoice, NoStaff, put_in
from tests.sim.virtual import NUMBERS, TONES, WORDS, Call, Town, play
from voice.events import Acted

WITHIN_MS = 8000  # from the key, or the end of the second silence or stretch of speech
ALONE_MS = 5000

SLOW = accepts_at_once(after_seconds=5.0, ring_seconds=4.0)
KEY_0: tuple[Item, ...] = (Wait(1500), Key("0"))
BALANCE_BY_KEYS: tuple[Item, ...] = (
    Wait(1000), Key("*"), Wait(1000), Key("1"), *(Key(k) for k in "204713"), *(Key(k) for k in "4821"), Wait(3000),
)  # fmt: skip
CALL_ME_BACK: tuple[Item, ...] = (LetPromptPass(), Key("1", after_prompt=True), Key("1", after_prompt=True))
SPEAKS = SpeakAfterPrompt(WORDS)


def no_staff(service: Service) -> None:
    put_in(service, staff=NoStaff())


def problems(call: Call) -> set[str]:
    return {problem.part for problem in call.all(Problem)}


@pytest.mark.parametrize(("part", "way"), list(cells()), ids=lambda word: word)
def test_a_person_is_reached_without(part: str, way: str, tmp_path: Path) -> None:
    reached = reach(part, way, tmp_path)
    assert reached.within_ms <= WITHIN_MS, reached.call.told()
    assert reached.call.company.alone_max_ms <= ALONE_MS, reached.call.told()
    assert reached.call.outcome == "transferred"
    assert OFF[part].problems <= problems(reached.call)


def test_nothing_is_a_problem_where_nothing_is_broken(tmp_path: Path) -> None:
    assert problems(reach("nothing", "the word agent", tmp_path).call) == set()


def test_a_mind_that_raises_apologises_once(tmp_path: Path) -> None:
    call = reach("the mind", "key 0", tmp_path).call
    assert [said.prompt for said in call.all(Said)].count("rescue.apology") == 1


def test_the_first_of_the_fallback_list_takes_the_call_like_any_agent(tmp_path: Path) -> None:
    call = reach("queue and roster", "key 0", tmp_path).call
    assert call.all(Bridged)[0].agent == NUMBERS["front-desk"]


def test_a_roster_that_raises_while_nobody_on_the_fallback_list_answers(tmp_path: Path) -> None:
    """The shipped list names desks at which nobody sits: the caller is offered a call back instead."""

    async def story(town: Town) -> Call:
        call = town.ring(*KEY_0, LetPromptPass(), Key("1", after_prompt=True), Key("1", after_prompt=True))
        await call.until(CallbackAgreed)
        await call.over()
        return call

    call = play(story, tmp_path, prepare=no_staff)
    assert call.outcome == "callback"


def test_the_bank_is_not_asked_to_act_while_the_record_cannot_be_written(tmp_path: Path) -> None:
    """The caller hears that it does not work now, and two silences bring a person."""
    bank = DownBackend()

    async def story(town: Town) -> Call:
        call = town.ring(*BALANCE_BY_KEYS)
        await call.until(Bridged)
        await call.hangs_up()
        return call

    call = play(
        story,
        tmp_path,
        agents={"ana": QUICK},
        keeper=ForgetfulKeeper(),
        prepare=lambda service: put_in(service, backend=bank),
    )
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


def test_words_that_no_voice_can_say_are_replaced_by_what_was_rendered_ahead(tmp_path: Path) -> None:
    """The caller's own words, said back to them, are rendered by nobody when every voice is down."""

    async def nothing(town: Town) -> None:
        """Only opens, so that the prompts are rendered."""

    async def story(town: Town) -> Call:
        call = town.ring(SPEAKS, SPEAKS, stays_ms=20_000)
        await call.until(Bridged)
        await call.hangs_up()
        return call

    play(nothing, tmp_path, speaking={"prerender": True})
    call = play(
        story, tmp_path, agents={"ana": SLOW}, lines=["i want to dispute a charge of ninety dollars", "agent"],
        voice=lambda inner: MuteVoice(TONES.voice_key),
    )  # fmt: skip
    check = next(said for said in call.all(Said) if said.prompt == "seek.check")
    in_full = 60 * len("I'm getting someone in cards and disputes.")
    assert check.end_ms - check.start_ms > in_full + 300  # the queue was known at the start; then the plain words began
    assert call.company.alone_max_ms <= ALONE_MS


def test_a_bank_whose_systems_are_down(tmp_path: Path) -> None:
    """Nobody knows what was done, the caller hears so, and key 0 still brings a person."""

    async def story(town: Town) -> Call:
        call = town.ring(*BALANCE_BY_KEYS, Wait(1000), Key("0"))
        await call.until(Bridged)
        await call.hangs_up()
        return call

    call = play(story, tmp_path, agents={"ana": QUICK}, prepare=lambda service: put_in(service, backend=DownBackend()))
    assert "backend" in problems(call)
    assert [acted.error for acted in call.all(Acted)] == ["unknown"]
