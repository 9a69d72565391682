"""A whole call that ends with the question how well the caller was helped."""

from pathlib import Path

from telephony.events import CallEnded, Said
from telephony.sim.script import Key, LetPromptPass, SpeakAfterPrompt, Wait
from tests.sim.virtual import WORDS, Call, Town, play
from voice.events import Surveyed

SPEAKS = SpeakAfterPrompt(WORDS)


def test_a_caller_who_was_told_what_they_asked_is_asked_in_turn_and_presses_a_four(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call = town.ring(SPEAKS, SPEAKS, LetPromptPass(), Wait(500), Key("4"), stays_ms=90_000)
        await call.until(CallEnded)
        return call

    call = play(story, tmp_path, agents={}, lines=["when do you open on saturday", "no thank you"])
    assert call.all(Surveyed) == [Surveyed(4, "key", "goodbye")]
    prompts = [said.prompt for said in call.all(Said)]
    assert prompts[-3:] == ["survey.ask", "survey.noted", "goodbye"]
    (ended,) = call.all(CallEnded)
    assert (ended.outcome, ended.by) == ("solved", "system")
