"""A leg that has stopped for no reason goes on; one that waits for something is left alone. In virtual time."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from models.engines import EngineFactory
from models.inference import InlinePool
from tests.sim.leg import Answer, Leg, play
from tests.voice.sounds import LoudIsVoice, talk
from voice.events import (
    Accept,
    Act,
    ActionDone,
    Answered,
    Do,
    Escalated,
    Event,
    Expect,
    HangUp,
    Heard,
    Music,
    PersonNews,
    PersonStage,
    Played,
    Say,
    SeekPerson,
    Silence,
)
from voice.listening import Listening
from voice.pipeline.recognise import ENGINE
from voice.stt.scripted import ScriptedRecogniser

HELLO = Say("hello", "Hello.", "hello", "1")
AGAIN = Say("again", "Are you still there?", "again", "1")
APOLOGY = Say("apology", "Something went wrong.", "apology", "1")
SOUGHT = SeekPerson(Escalated("asked", "r", (), (), "general", "now"))
BLOCK = Do("block_card", {}, "key-1")


def after_hello(*acts: Act) -> Answer:
    """Says hello, then does this, and answers nothing else but a silence."""

    def answer(event: Event) -> Sequence[Act]:
        match event:
            case Answered():
                return [HELLO, *acts]
            case Silence():
                return [AGAIN]
            case _:
                return []

    return answer


def forgets(event: Event) -> Sequence[Act]:
    """A mind that answers nothing after its hello, a silence included."""
    return [HELLO] if isinstance(event, Answered) else []


def left_alone(seconds: float) -> Callable[[Leg], Any]:
    async def story(leg: Leg) -> None:
        await asyncio.sleep(seconds)

    return story


def told(answer: Answer, story: Callable[[Leg], Any] | None = None, seconds: float = 40, **more: Any) -> Leg:
    return play(story or left_alone(seconds), answer=answer, vad=LoudIsVoice, watched=True, **more)


def stuck(leg: Leg) -> list[str]:
    return [what for part, what in leg.office.problems if part == "stuck"]


def test_a_leg_that_waits_for_nothing_is_made_to_go_on_after_five_seconds():
    leg = told(after_hello(), seconds=10)
    assert leg.mind.all(Silence) == [Silence(5000)]
    assert Played("again", True, len("Are you still there?") * 60) in leg.mind.told
    (what,) = stuck(leg)
    assert "nothing" in what


def test_a_mind_that_does_not_go_on_gives_way_to_the_rescue():
    leg = told(forgets, rescue=lambda event: [APOLOGY, SOUGHT] if isinstance(event, Silence) else (), seconds=30)
    assert leg.rescue.took_over
    assert leg.office.acts == [SOUGHT]
    assert len(stuck(leg)) == 2


def test_a_line_without_sound_is_noticed_though_a_timer_runs():
    async def story(leg: Leg) -> None:
        await asyncio.sleep(2)
        leg.carrier.dead = True
        await asyncio.sleep(8)

    leg = told(after_hello(Expect("main", no_input_ms=4500)), story)
    assert leg.mind.all(Silence) == [Silence(5000)]
    assert "answer" in stuck(leg)[0]


class Thinking(InlinePool):
    """Takes eight seconds for an utterance."""

    def __init__(self) -> None:
        recogniser = ScriptedRecogniser(["hello"])
        super().__init__({ENGINE: EngineFactory(lambda: Listening(recogniser), shared=True)})

    async def call(self, *args: Any, **more: Any) -> Any:
        await asyncio.sleep(8)
        return await super().call(*args, **more)


async def speaks_long(leg: Leg) -> None:
    await asyncio.sleep(2)
    leg.carrier.says(talk(11_000))
    await asyncio.sleep(12)


async def speaks(leg: Leg) -> None:
    await asyncio.sleep(2)
    leg.carrier.says(talk(600))
    await asyncio.sleep(9)


async def is_bridged(leg: Leg) -> None:
    await asyncio.sleep(2)
    leg.session.listen_only(True)
    await asyncio.sleep(60)


async def is_played_to_by_the_line(leg: Leg) -> None:
    leg.session.silent(True)
    await asyncio.sleep(60)


LONG = Say("long", "A long prompt. " * 12, "long", "1")


@pytest.mark.parametrize(
    ("answer", "story", "pool"),
    [
        pytest.param(lambda event: [LONG] if isinstance(event, Answered) else [], left_alone(11), None, id="a prompt"),
        pytest.param(after_hello(Expect("main", no_input_ms=20_000)), left_alone(19), None, id="the no-input time"),
        pytest.param(after_hello(Expect("main", no_input_ms=20_000)), speaks_long, None, id="speech"),
        pytest.param(after_hello(), speaks, Thinking, id="words"),
        pytest.param(after_hello(BLOCK), left_alone(50), None, id="an action"),
        pytest.param(after_hello(SOUGHT), left_alone(300), None, id="a person"),
        pytest.param(after_hello(Music(True)), left_alone(60), None, id="music"),
        pytest.param(after_hello(HangUp("over")), left_alone(30), None, id="a hang-up"),
        pytest.param(after_hello(), is_bridged, None, id="a bridge"),
        pytest.param(after_hello(), is_played_to_by_the_line, None, id="the line's own music"),
    ],
)
def test_whoever_waits_for_something_is_left_alone(answer: Answer, story: Callable[[Leg], Any], pool: Any):
    leg = told(answer, story, pool=pool() if pool else None)
    assert stuck(leg) == []


def test_an_action_whose_answer_never_comes_is_stuck_in_the_end():
    leg = told(after_hello(BLOCK), seconds=70)
    assert "action" in stuck(leg)[0]


def test_the_answer_to_an_action_ends_the_wait_for_it():
    async def story(leg: Leg) -> None:
        await asyncio.sleep(3)
        leg.session.tell(ActionDone("block_card", "key-1", ok=True))
        await asyncio.sleep(7)

    assert len(stuck(told(after_hello(BLOCK), story))) == 1


def test_the_end_of_a_search_ends_the_wait_for_a_person():
    async def story(leg: Leg) -> None:
        await asyncio.sleep(30)
        leg.session.tell(PersonNews(PersonStage.GAVE_UP))
        await asyncio.sleep(7)

    assert len(stuck(told(after_hello(SOUGHT), story))) == 1


def test_who_was_heard_since_is_asked_again_before_the_rescue_comes():
    async def story(leg: Leg) -> None:
        await asyncio.sleep(10)
        leg.carrier.says(talk(600))
        await asyncio.sleep(9)

    leg = told(forgets, story, lines=["hello"] * 3, rescue=lambda event: [APOLOGY])
    assert len(stuck(leg)) >= 2
    assert len(leg.mind.all(Heard)) == 1
    assert not leg.rescue.took_over


def test_a_leg_with_a_remedy_of_its_own_is_left_to_that():
    told_of: list[tuple[str, bool]] = []
    leg = play(left_alone(14), answer=after_hello(), vad=LoudIsVoice, on_stuck=lambda *what: told_of.append(what))
    assert told_of == [("nothing", False), ("nothing", True)]
    assert leg.mind.all(Silence) == []


def test_an_answer_to_an_offer_is_followed_by_a_person_before_long():
    leg = told(after_hello(Accept("key")), seconds=15)
    assert stuck(leg) == []
    assert "joining" in stuck(told(after_hello(Accept("key")), seconds=25))[0]


def test_a_leg_nobody_watches_is_left_as_it_is():
    leg = play(left_alone(20), answer=after_hello(), vad=LoudIsVoice)
    assert leg.office.problems == []
