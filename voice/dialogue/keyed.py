"""What a caller hears who keys a number for the person they talk with; the keys themselves never come here."""

from voice.dialogue.state import Place
from voice.dialogue.step import Step
from voice.events import Keying, KeyingStage

PROMPTS = {
    KeyingStage.ASKED: "keyed.ask",
    KeyingStage.AGAIN: "keyed.again",
    KeyingStage.UNFIT: "keyed.unfit",
    KeyingStage.TAKEN: "keyed.taken",
    KeyingStage.LEFT: "keyed.left",
}


def told(step: Step, keying: Keying) -> None:
    """They talk with a person: nothing is asked, and nothing is expected of them here."""
    step.ask = step.expect = False
    if step.state.place is not Place.GONE:
        step.say(PROMPTS[keying.stage], what=keying.what)
