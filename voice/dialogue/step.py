"""One answer in the making: the state as it changes and the acts as they come. Thrown away after one event.

The question that belongs to the place is not said here but when the step ends (`questions.py`), because a trigger may
still bring the call to another place.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from voice.dialogue.business import Business, Intent, Scope
from voice.dialogue.prompts import plain, render
from voice.dialogue.state import Counts, Place, State, move
from voice.dialogue.survey_draw import Survey
from voice.events import Act, Do, Fact, Say, Tell


class Step:
    """`ask`: whether the place's question follows; `person`: the caller asks for a person (why, in their words)."""

    def __init__(
        self,
        business: Business,
        state: State,
        *,
        call: str,
        now_ms: int,
        today: date,
        phrases: bool = False,
        consults: bool = False,
        survey: Survey | None = None,
    ) -> None:
        self.business = business
        self.state = state
        self.call = call
        self.now_ms = now_ms
        self.today = today
        self.consults = consults  # colleagues may be asked what nothing here answers
        self.survey = survey  # what callers are asked at the end, if anything
        self.phrases = phrases  # a language model may put answers in other words
        self.acts: list[Act] = []
        self.ask = True
        self.expect = True
        self.person: str | None = None
        self.passing = False  # what is said now is nothing that "say that again" could mean

    def set(self, **changes: Any) -> None:
        """Changes fields of the state; the place moves by `go` alone."""
        self.state = replace(self.state, **changes)

    def seeks(self, **changes: Any) -> None:
        """Changes fields of the search, while there is one."""
        if self.state.seeking is not None:
            self.set(seeking=replace(self.state.seeking, **changes))

    def go(self, place: Place, **changes: Any) -> None:
        self.state = replace(
            self.state, place=move(self.state.place, place), attempt=0, keys="", patient=False, **changes
        )

    def say(
        self,
        prompt: str,
        filled: Mapping[str, str] | None = None,
        *,
        attempt: int = 0,
        private: bool = False,
        filler: bool = False,
        after_ms: int = 0,
        **more: str,
    ) -> Say:
        """`private`: the slot `digits` is replaced by its end in what is recorded."""
        slots = {**(filled or {}), **more}
        text = render(self.business.prompts, prompt, attempt, slots)
        shown = None
        if private:
            ending = "".join(c for c in slots["digits"] if c.isdecimal())[-2:]
            shown = render(self.business.prompts, prompt, attempt, {**slots, "digits": f"••{ending}"})
        number = self.state.says + 1
        say = Say(
            f"s{number}", text, prompt, self.business.prompts.version, private=private, shown=shown,
            filler=filler, after_ms=after_ms, plain=plain(self.business.prompts, prompt), slow=self.state.slow,
        )  # fmt: skip
        self.state = replace(self.state, says=number)
        self.acts.append(say)
        return say

    def opener(self, prompt: str) -> Say:
        """Bridges a wait for the backend, if there is one; in other words than the last time."""
        variant = self.state.openers % len(self.business.prompts.texts[prompt])
        self.set(openers=self.state.openers + 1)
        return self.say(prompt, attempt=variant, filler=True, after_ms=self.business.hearing.opener_ms)

    def protect(self, say: Say) -> None:
        """It is said to its end whatever the caller says meanwhile: it tells whom they are talking with."""
        self.acts = [replace(act, interruptible=False) if act is say else act for act in self.acts]

    def say_again(self, say: Say) -> None:
        number = self.state.says + 1
        self.state = replace(self.state, says=number)
        self.acts.append(replace(say, say_id=f"s{number}", slow=self.state.slow))

    def tell(self, fact: Fact) -> None:
        self.acts.append(Tell(fact))

    def do(self, action: str, params: dict[str, str], key: str) -> None:
        self.acts.append(Do(action, params, key))

    def worked(self) -> None:
        """The caller was understood: failures in a row begin anew."""
        counts: Counts = replace(self.state.counts, silences_row=0, no_matches_row=0)
        self.state = replace(self.state, counts=counts)

    @property
    def says(self) -> tuple[Say, ...]:
        return tuple(act for act in self.acts if isinstance(act, Say))

    @property
    def task_intent(self) -> Intent | None:
        task = self.state.task
        return self.business.intents[task.intent] if task else None

    def scope(self, intent: str) -> Scope:
        return self.business.scope[intent]

    def queue_title(self, queue: str) -> str:
        return self.business.queues[queue].title
