"""Music while waiting: whether a caller's words ask for it or against it, and whether it plays now."""

import re

from voice.dialogue.state import Place
from voice.dialogue.step import Step
from voice.events import MusicChosen
from voice.triggers.words import bare

MOST_WORDS = 7  # more than these tell a story in which music occurs
_STOPS = re.compile(
    r"\b(?:no (?:more )?music|(?:stop|end|enough|without|not like|not want|turn off|switch off) (?:\w+ ){0,3}music"
    r"|music (?:\w+ ){0,2}(?:off|stop|stopped|out)|(?:turn|switch) (?:it|that|this) off)\b"
)
_WANTS = re.compile(r"\b(?:music|(?:play|hear|listen to) (?:a |some |me )*(?:song|tune))\b")


def asked(text: str) -> bool | None:
    """True: wants music; False: has had enough of it; None: speaks of something else."""
    words = bare(text)
    if len(words.split()) > MOST_WORDS:
        return None
    if _STOPS.search(words):
        return False
    return True if _WANTS.search(words) else None


def choose(step: Step, on: bool) -> None:
    """The caller's choice, on the record: music is no neglect then."""
    if step.state.seeking is None:
        return
    step.seeks(music=on, offer=None)
    step.tell(MusicChosen(on))
    step.say("seek.music_on" if on else "seek.music_off")
    step.ask = False


def plays(step: Step) -> bool:
    """For who chose it, for all who wait longer than the first minute, and while a colleague is asked; never into a
    question."""
    if step.state.place is Place.CHECKING:
        return True
    seeking = step.state.seeking
    if seeking is None or step.state.place is not Place.WAITING:
        return False
    return seeking.music or step.now_ms - seeking.since_ms >= step.business.staying.talk_ms
