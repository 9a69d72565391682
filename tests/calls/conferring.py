"""Callers, agents and questions for the stories of a Twilio conference."""

from telephony.events import Problem, Said
from telephony.sim.agent import accepts_at_once
from telephony.sim.carrier import CarrierCall
from telephony.sim.conference import Room
from telephony.sim.script import HangUp, Key, Speak, Wait
from tests.sim.virtual import WORDS, Call, Town

QUICK = accepts_at_once(after_seconds=1.0, ring_seconds=1.0)
TALKS = accepts_at_once(Wait(2000), Speak(WORDS), Wait(60_000), after_seconds=1.0, ring_seconds=1.0)
LEAVES = accepts_at_once(Wait(6000), HangUp(), after_seconds=1.0, ring_seconds=1.0)
MOVE = r"POST .*/Calls/CA\w+\.json"


def asks(town: Town, *then: object, stays_ms: int = 120_000) -> Call:
    return town.ring(Wait(1000), Key("0"), *then, stays_ms=stays_ms)


def move_of(call: CarrierCall) -> str:
    return rf"POST .*/Calls/{call.sid}\.json"


def problems(call: Call) -> list[str]:
    return [f"{problem.part}: {problem.what}" for problem in call.all(Problem)]


def after(call: Call, kind: type) -> list[str]:
    """Prompts said after the first entry of `kind`."""
    at = next(record.seq for record in call.records if isinstance(record.entry, kind))
    return [record.entry.prompt for record in call.records if isinstance(record.entry, Said) and record.seq > at]


def room(town: Town) -> Room:
    (one,) = town.carrier.rooms.values()
    return one


def fine(town: Town) -> None:
    """Neither REST nor TwiML nor a media stream broke Twilio's rules."""
    assert town.rest.violations == []
    assert [wrong for call in town.carrier.calls.values() for wrong in call.violations] == []
