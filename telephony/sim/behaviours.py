"""Agents' telephones by a word: what `warmline simulate` lets be answered with. Their clips lie beside this file, made
by `python -m telephony.sim.behaviours` (needs flite).
"""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import numpy as np

from telephony.sim import agent
from telephony.sim.agent import Ringing, SimAgent
from telephony.sim.leaving import Stage
from telephony.sim.script import Speak, SpeakAfterPrompt, Wait
from telephony.sim.sounds import beep, music
from telephony.sim.voices import Voices, Words, clip_name, render, write
from voice.audio import Pcm

CLIPS = Path(__file__).with_name("clips")
HELLO = Words("hello this is the person you asked for how can i help", "rms")
GREETING = Words("you have reached my voicemail i cannot take your call please leave a message after the tone", "rms")
MENU = Words("thanks for calling for sales press one for support press two or stay on the line", "slt")
HOLD = Words("all our agents are busy your call is important to us please hold", "slt")
SPOKEN = (HELLO, GREETING, MENU, HOLD)

JOINING_MS = 1200  # a breath before the first word
BRIEF_SECONDS = 3.0  # into the brief
TOGETHER_SECONDS = 20.0  # how long a person stays with the caller


@cache
def _clip(words: Words) -> Pcm:
    return Voices(CLIPS, shipped=[CLIPS]).speak(words)


def accepts() -> SimAgent:
    return agent.accepts(Wait(JOINING_MS), Speak(_clip(HELLO)), stays_seconds=TOGETHER_SECONDS)


def _voicemail() -> SimAgent:
    return agent.voicemail(np.concatenate([_clip(GREETING), beep()]))


def _person_after_hold() -> SimAgent:
    person = (Speak(_clip(HELLO)), SpeakAfterPrompt(_clip(HELLO)))
    return agent.hold_queue(_clip(HOLD), music(12.0), *person, holds_seconds=30)


BEHAVIOURS: Mapping[str, Callable[[], SimAgent]] = {
    "accepts": accepts,
    "declines": agent.declines,
    "busy": agent.is_busy,
    "no-answer": agent.never_answers,
    "fails": agent.cannot_be_reached,
    "silent": agent.silent,
    "dawdles": agent.dawdles,
    "voicemail": _voicemail,
    "menu": lambda: agent.menu(_clip(MENU)),
    "hold-queue": _person_after_hold,
    "answers-late": lambda: SimAgent(ringing=Ringing.ANSWERS, ring_seconds=18.0),
    "hangs-up-in-greeting": lambda: agent.silent().leaving(Stage.ANSWERED, 0.3),
    "hangs-up-in-brief": lambda: agent.silent().leaving(Stage.PROMPTED, BRIEF_SECONDS),
    "hangs-up-on-accept": lambda: accepts().leaving(Stage.KEYED, 0.1),
    "hangs-up-once-joined": lambda: accepts().leaving(Stage.JOINED, 2.0),
}


if __name__ == "__main__":
    CLIPS.mkdir(exist_ok=True)
    for one in SPOKEN:
        write(CLIPS / clip_name(one), render(one))
