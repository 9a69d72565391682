"""Plays a script without audio: the caller's words reach the dialogue as if every one had been recognised.

Milliseconds a call, so rules can be tuned on it; the difference to the calls by audio is what the recogniser costs.
"""

from models.intent import IntentModel
from telephony.backends.demo_bank import DemoBank
from tests.quality.calls.outcome import Judged, Outcome
from tests.quality.calls.plan import Move, Plan, Sentence
from tests.quality.calls.script import Script
from tests.sim.story import TODAY, Story, business
from voice import events
from voice.dialogue.business import Business

CONFIDENCE = 0.9


class _Call:
    def __init__(self, script: Script, story: Story) -> None:
        titles = {name: intent.title for name, intent in business().intents.items()}
        self.plan = Plan(script, titles)
        self.story = story
        self._seen = 0
        self.judged: list[Judged] = []

    def said(self) -> list[Sentence]:
        """What the system said since this was last asked."""
        new = self.story.acts[self._seen :]
        self._seen = len(self.story.acts)
        return [Sentence(act.prompt, act.text) for act in new if isinstance(act, events.Say)]

    def carry_out(self, move: Move) -> None:
        before = len(self.story.acts)
        if move.keys:
            self.story.keys(move.keys)
        elif move.silent:
            self.story.silence()
        else:
            self.story.hears(move.words, CONFIDENCE, over_prompt=move.barge_in)
            self._keep(move, [act.fact for act in self.story.acts[before:] if isinstance(act, events.Tell)])

    def _keep(self, move: Move, facts: list[events.Fact]) -> None:
        understood = next((fact for fact in facts if isinstance(fact, events.Understood)), None)
        judged = next((fact for fact in facts if isinstance(fact, events.Judged)), None)
        self.judged.append(
            Judged(
                move.line,
                move.words,
                understood.intent if understood else None,
                understood.in_scope if understood else False,
                understood.slots if understood else {},
                judged.frustration if judged else 0.0,
                judged.terms if judged else {},
            )
        )


def play(script: Script, known: Business | None = None, *, intents: IntentModel | None = None) -> Outcome:
    """`known`, `intents`: another business or model than the demo's own."""
    call = _Call(script, Story(deed=DemoBank(today=TODAY).perform_now, intents=intents, known=known))
    story = call.story
    while not story.ended and not story.facts(events.Escalated):
        move = call.plan.next(call.said())
        if move.over:
            break
        call.carry_out(move)
    escalated = story.facts(events.Escalated)
    return Outcome(
        script=script,
        variant="text",
        escalated=escalated[0] if escalated else None,
        at_line=call.plan.line if escalated else 0,
        lines_said=call.plan.line,
        judged=tuple(call.judged),
        acts=tuple(done.action for done in story.done),
        verified=bool(story.facts(events.Verified)),
        seconds=story.now_ms / 1000,
    )
