"""What a caller keys to prove who they are stays out of the journal, also when it comes at the wrong moment."""

from pathlib import Path

from telephony.events import KeyPressed, Said
from telephony.sim.script import Key, SpeakAfterPrompt, Wait
from tests.sim.virtual import WORDS, Call, Town, play

SPEAKS = SpeakAfterPrompt(WORDS)


async def late_with_the_pin(town: Town) -> Call:
    """Asked who they are, this caller says what is not understood until a person is sought, and then keys the PIN."""
    call = town.ring(SPEAKS, SPEAKS, SPEAKS, Wait(9_000), *(Key(digit) for digit in "4821"), stays_ms=3_000)
    await call.over()
    return call


def test_a_pin_keyed_after_its_question_was_given_up_is_withheld(tmp_path: Path) -> None:
    call = play(late_with_the_pin, tmp_path, lines=["what is my balance", "hm", "hm"])
    assert any(said.prompt.startswith("identity.") for said in call.all(Said))
    assert [pressed.key for pressed in call.all(KeyPressed)] == ["•"] * 4


def test_a_pin_keyed_late_chooses_nothing(tmp_path: Path) -> None:
    """1 is the key for a callback by then, 2 ends the search, and 3 is music."""

    async def story(town: Town) -> Call:
        late = (Wait(3_000), *(Key(digit) for digit in "1213"))
        call = town.ring(SPEAKS, SPEAKS, SPEAKS, *late, stays_ms=6_000)
        await call.over()
        return call

    call = play(story, tmp_path, lines=["what is my balance", "hm", "hm"])
    prompts = [said.prompt for said in call.all(Said)]
    assert "identity.late" in prompts
    assert not {"callback.topic", "no_longer_sought", "seek.music_on"} & set(prompts)
