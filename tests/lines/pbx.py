"""What the stories of calls behind Asterisk share: how callers ask, who hears what, and what is left."""

from typing import Any

import numpy as np

from telephony.events import (
    Said,
)
from telephony.lines.asterisk import AsteriskLine
from telephony.sim.agent import (
    accepts_at_once,
)
from telephony.sim.script import Key, Speak, Wait
from tests.lines.stage import tone
from tests.sim.virtual import Call
from tests.sim.virtual_pbx import PbxTown
from voice.audio import RATE, Pcm

QUICK = accepts_at_once(after_seconds=1.0, ring_seconds=1.0)
TALKS = accepts_at_once(Wait(1500), Speak(tone(60_000, hz=880)), after_seconds=1.0, ring_seconds=1.0)


def asks(town: PbxTown, *then: Any, number: str = "+12025550143") -> Call:
    return town.ring(Wait(1000), Key("0"), *then, number=number, stays_ms=120_000)


def hears(frames: list[Pcm], hz: float) -> bool:
    """Whether a tone is in there."""
    sound = np.concatenate(frames).astype(np.float64)
    at = np.exp(-2j * np.pi * hz * np.arange(len(sound)) / RATE)
    return bool(len(sound)) and abs(np.sum(sound * at)) / len(sound) > 300


def line_of(town: PbxTown) -> AsteriskLine:
    line = town.service.switchboard.house.lines["asterisk"]
    assert isinstance(line, AsteriskLine)
    return line


def is_empty(town: PbxTown) -> bool:
    """Nothing is left in the PBX, and the service broke none of its rules."""
    assert town.pbx.violations == []
    return not town.pbx.channels and not town.pbx.bridges


def prompts(call: Call) -> list[str]:
    return [said.prompt for said in call.all(Said)]


def call_heard(town: PbxTown, call: Call) -> list[Pcm]:
    return town.pbx.calls[call.sid].media.heard
