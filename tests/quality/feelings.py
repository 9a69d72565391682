"""The tuning calls as labelled turns: `python -m tests.quality.feelings` fits frustration's numbers on them anew.

Each script is talked through to its last line with a mind that never brings in a person, so that every line is judged
with the behaviour (repeats, silences, what was not understood) that the dialogue really met.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace

from models.frustration import Evidence, FrustrationState, Judgement
from models.training.frustration import Call, Turn, fitted, written
from telephony.backends.demo_bank import DemoBank
from tests.quality.calls.script import Part, Script, Truth, scripts
from tests.quality.calls.telling import Telling
from tests.sim.story import TODAY, Story, business
from tests.sim.story import fitted as intents
from voice import events
from voice.dialogue.turn import CallerMind


class Listener:
    """Keeps the evidence of each turn. Implements `voice.dialogue.turn.Judge`."""

    def __init__(self) -> None:
        self.heard: list[Evidence] = []

    def judge(self, state: FrustrationState, evidence: Evidence) -> tuple[FrustrationState, Judgement]:
        self.heard.append(evidence)
        return state, Judgement(0.0, False, (), {}, {})


class Patient(CallerMind):
    """Goes on with the caller whatever they say."""

    def _escalate(self, *_: object) -> None:
        pass


def call_of(script: Script) -> Call:
    """The turns of one script; a line has its label the first time it is said, answers to our questions have none."""
    listener = Listener()
    story = Story(deed=DemoBank(today=TODAY).perform_now, answered=False)
    story.mind = Patient(business=business(), intents=intents(), judge=listener, call="story", today=TODAY)
    story.happens(events.Answered("+14155550123"))
    alone = replace(script, truth=Truth(needs_person=False))  # "no thank you" to every offer of a person
    told = Telling(alone, story)
    labels: dict[int, bool] = {}
    line = 0
    while not story.ended:
        move = told.next()
        if move.over:
            break
        if move.line > line:
            line = move.line
            labels[len(listener.heard)] = script.lines[line - 1].frustrated
        told.carry_out(move)
    return [Turn(evidence, labels.get(at)) for at, evidence in enumerate(listener.heard)]


def calls(part: Part) -> Sequence[Call]:
    return [call_of(script) for script in scripts(part)]


def main() -> None:
    tuned = calls("tuning")
    made, report = fitted(tuned)
    written(made, report, f"{len(tuned)} tuning calls of tests/quality/calls, spoken to the dialogue in text")
    print(json.dumps(asdict(report), indent=2))


if __name__ == "__main__":
    main()
