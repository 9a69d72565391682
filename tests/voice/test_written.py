"""Who writes instead of speaking is answered as if they had spoken, may break in, and is given time."""

import asyncio
from collections.abc import Sequence
from typing import Any

from pipecat.frames.frames import InputTextRawFrame

from tests.sim.leg import Answer, Leg, play, says
from tests.voice.sounds import LoudIsVoice
from voice.events import TYPED, Answered, Event, Heard, Played, Say, Silence

LONG = "The first clause has been said by now. Then comes a second one, and a third which nobody wants to miss."
QUESTION = "Which day?"


def asks(text: str, *, interruptible: bool = True) -> Answer:
    def answer(event: Event) -> Sequence[Any]:
        match event:
            case Answered():
                return says(text, shape="free", interruptible=interruptible)
            case Heard(text=words):
                return [Say("answer", f"You wrote {words}.", "answer", "1")]
            case _:
                return []

    return answer


async def writes(leg: Leg, text: str) -> None:
    await leg.session._parts.transport.input().push_frame(InputTextRawFrame(text=text))


def test_what_is_written_is_an_utterance_that_is_certain() -> None:
    async def story(leg: Leg) -> None:
        await leg.until(3000)
        await writes(leg, "  tuesday afternoon ")
        await asyncio.sleep(6)

    leg = play(story, answer=asks(QUESTION), vad=LoudIsVoice)
    (heard,) = leg.mind.all(Heard)
    assert (heard.text, heard.confidence, heard.engine) == ("tuesday afternoon", 1.0, TYPED)
    assert Played("answer", True, leg.mind.all(Played)[-1].played_ms) == leg.mind.all(Played)[-1]


def test_who_writes_over_a_prompt_breaks_in() -> None:
    async def story(leg: Leg) -> None:
        await leg.until(2000)
        await writes(leg, "my balance")
        await asyncio.sleep(8)

    leg = play(story, answer=asks(LONG), vad=LoudIsVoice)
    assert len(leg.carrier.clears) == 1
    assert [played.fully for played in leg.mind.all(Played)] == [False, True]
    assert leg.mind.all(Heard)[0].over_prompt


def test_a_protected_prompt_is_said_to_its_end() -> None:
    async def story(leg: Leg) -> None:
        await leg.until(1000)
        await writes(leg, "my balance")
        await asyncio.sleep(12)

    leg = play(story, answer=asks(LONG, interruptible=False), vad=LoudIsVoice)
    assert leg.carrier.clears == []
    assert [heard.text for heard in leg.mind.all(Heard)] == ["my balance"]


def test_who_is_still_writing_is_not_taken_for_silent() -> None:
    async def story(leg: Leg) -> None:
        for _ in range(6):
            await asyncio.sleep(2)
            await writes(leg, "")

    leg = play(story, answer=asks(QUESTION), vad=LoudIsVoice)
    assert leg.mind.all(Silence) == []
    assert leg.mind.all(Heard) == []
