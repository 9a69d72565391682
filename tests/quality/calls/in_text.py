"""Plays a script without audio: the caller's words reach the dialogue as if every one had been recognised.

Milliseconds a call, so rules can be tuned on it; the difference to the calls by audio is what the recogniser costs.
"""

from models.intent import IntentModel
from telephony.backends.demo_bank import DemoBank
from tests.quality.calls.outcome import Judged, Outcome
from tests.quality.calls.script import Script
from tests.quality.calls.telling import Telling
from tests.sim.story import TODAY, Story
from voice import events
from voice.dialogue.business import Business


def play(script: Script, known: Business | None = None, *, intents: IntentModel | None = None) -> Outcome:
    """`known`, `intents`: another business or model than the demo's own."""
    story = Story(deed=DemoBank(today=TODAY).perform_now, intents=intents, known=known)
    told = Telling(script, story)
    judged: list[Judged] = []
    while not story.ended and not story.facts(events.Escalated):
        move = told.next()
        if move.over:
            break
        facts = told.carry_out(move)
        if move.words:
            judged.append(Judged.of(move.line, move.words, facts))
    escalated = story.facts(events.Escalated)
    return Outcome(
        script=script,
        variant="text",
        escalated=escalated[0] if escalated else None,
        at_line=told.plan.line if escalated else 0,
        lines_said=told.plan.line,
        judged=tuple(judged),
        acts=tuple(done.action for done in story.done),
        verified=bool(story.facts(events.Verified)),
        seconds=story.now_ms / 1000,
    )
