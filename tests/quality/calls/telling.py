"""A script's caller talking with a mind in words: what the caller does next, and doing it."""

from collections.abc import Sequence

from tests.quality.calls.plan import Move, Plan, Sentence
from tests.quality.calls.script import Script
from tests.sim.story import Story, business
from voice import events

CONFIDENCE = 0.9  # of every word


class Telling:
    def __init__(self, script: Script, story: Story) -> None:
        self.story = story
        self.plan = Plan(script, {name: intent.title for name, intent in business().intents.items()})
        self._seen = 0

    def next(self) -> Move:
        """What the caller does, by what the system said since they were last asked."""
        new = self.story.acts[self._seen :]
        self._seen = len(self.story.acts)
        return self.plan.next([Sentence(act.prompt, act.text) for act in new if isinstance(act, events.Say)])

    def carry_out(self, move: Move) -> Sequence[events.Fact]:
        """What the mind told of it."""
        before = len(self.story.acts)
        if move.keys:
            self.story.keys(move.keys)
        elif move.silent:
            self.story.silence()
        else:
            self.story.hears(move.words, CONFIDENCE, over_prompt=move.barge_in)
        return [act.fact for act in self.story.acts[before:] if isinstance(act, events.Tell)]
