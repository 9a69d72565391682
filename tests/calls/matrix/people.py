"""What an agent who is asked does, by a word; each line has its own means of doing it."""

from collections.abc import Mapping
from enum import Enum, auto

import numpy as np

from telephony.sim.agent import (
    SimAgent,
    accepts_at_once,
    cannot_be_reached,
    declines,
    hangs_up_in_brief,
    hold_queue,
    is_busy,
    menu,
    never_answers,
    silent,
    voicemail,
)
from telephony.sim.leaving import Stage
from telephony.sim.script import HangUp, Key, Speak, SpeakAfterPrompt, Wait
from telephony.sim.sounds import music
from tests.sim.virtual import WORDS
from voice.audio import silence


class Does(Enum):
    TAKES = auto()  # by the quickest means the line has: key 1, or the button on the desk
    TAKES_BY_VOICE = auto()
    ANSWERS_AND_PROVES = auto()  # whose own yes comes from the screen; presses 1 when asked for a sign of life
    DECLINES = auto()  # by key 2, or the button
    IS_SLOW_TO_ANSWER = auto()
    IS_BUSY = auto()
    CANNOT_BE_REACHED = auto()
    DOES_NOT_ANSWER = auto()
    ANSWERS_TOO_LATE = auto()  # where it rings for five seconds
    REFUSES_THE_CALL = auto()
    HAS_VOICEMAIL = auto()
    HAS_A_MENU = auto()
    HAS_A_HOLD_QUEUE = auto()
    ANSWERS_AND_IS_SILENT = auto()
    NEVER_DECIDES = auto()
    LEAVES_IN_THE_BRIEF = auto()
    LEAVES_ON_ACCEPT = auto()
    LEAVES_WHILE_TALKING = auto()
    LISTENS_FOR_LONG = auto()


QUESTION_MS = 1200
"""Of quiet: the question was asked, and what comes now answers it."""

GREETING = np.concatenate([WORDS, silence(500), WORDS, silence(300), WORDS])

TELEPHONES: Mapping[Does, SimAgent] = {
    Does.TAKES: accepts_at_once(Wait(1500), Speak(WORDS), after_seconds=1.0, ring_seconds=1.0),
    Does.TAKES_BY_VOICE: SimAgent((SpeakAfterPrompt(WORDS, quiet_ms=QUESTION_MS),), ring_seconds=1.0),
    Does.ANSWERS_AND_PROVES: SimAgent((Key("1", after_prompt=True), Wait(1500), Speak(WORDS)), ring_seconds=2.0),
    Does.DECLINES: declines(ring_seconds=1.0),
    Does.IS_SLOW_TO_ANSWER: accepts_at_once(after_seconds=1.0, ring_seconds=15.0),
    Does.IS_BUSY: is_busy(),
    Does.CANNOT_BE_REACHED: cannot_be_reached(),
    Does.DOES_NOT_ANSWER: never_answers(),
    Does.ANSWERS_TOO_LATE: accepts_at_once(after_seconds=1.0, ring_seconds=7.0),
    Does.HAS_VOICEMAIL: voicemail(GREETING, ring_seconds=1.0),
    Does.HAS_A_MENU: menu(WORDS),
    Does.HAS_A_HOLD_QUEUE: hold_queue(WORDS, music(6.0)),
    Does.ANSWERS_AND_IS_SILENT: silent(ring_seconds=1.0),
    Does.NEVER_DECIDES: SimAgent((Key("3", after_prompt=True),) * 12, ring_seconds=1.0),
    Does.LEAVES_IN_THE_BRIEF: hangs_up_in_brief(after_seconds=3.0, ring_seconds=1.0),
    Does.LEAVES_ON_ACCEPT: accepts_at_once(after_seconds=1.0, ring_seconds=1.0).leaving(Stage.KEYED, 0.1),
    Does.LEAVES_WHILE_TALKING: accepts_at_once(Wait(4000), HangUp(), after_seconds=1.0, ring_seconds=1.0),
    Does.LISTENS_FOR_LONG: SimAgent((Wait(200_000),), ring_seconds=1.0),
}
