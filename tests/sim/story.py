"""Tells a caller's conversation as a story, in virtual time and without a pipeline: says, keys, silences, news.

The system's sentences are played to their end before the caller goes on; deeds are done by a backend at once.
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path

from models.frustration import Frustration
from models.intent import IntentModel
from models.prosody import Prosody
from voice import events
from voice.dialogue.business import Business
from voice.dialogue.languages import training_examples
from voice.dialogue.load import load_business
from voice.dialogue.state import CalledBack
from voice.dialogue.survey_draw import Survey
from voice.dialogue.turn import CallerMind
from voice.events import Act, ActionDone, Event, PersonStage

TODAY = date(2026, 11, 18)  # a Wednesday
CONFIG = Path(__file__).parents[2] / "config"
MS_A_CHARACTER = 60  # of speech, about 1000 characters a minute

Deed = Callable[[str, Mapping[str, str], str], ActionDone]


@cache
def business(folder: Path = CONFIG) -> Business:
    return load_business(folder)


@cache
def fitted(folder: Path = CONFIG) -> IntentModel:
    known = business(folder)
    return IntentModel.fit(training_examples(known), known.outside)


@cache
def judge() -> Frustration:
    return Frustration.shipped()


class Story:
    """One call. Each method is one thing that happens and returns what the system then said."""

    def __init__(
        self, *, deed: Deed | None = None, number: str | None = "+14155550123", folder: Path = CONFIG,
        recorded: bool = True, answered: bool = True, called_back: CalledBack | None = None,
        intents: IntentModel | None = None, known: Business | None = None, phrases: bool = False,
        consults: bool = False, survey: Survey | None = None,
    ) -> None:  # fmt: skip
        self.mind = CallerMind(
            business=known or business(folder), intents=intents or fitted(folder), judge=judge(), call="story",
            today=TODAY, recorded=recorded, called_back=called_back, phrases=phrases,
            consults=consults, survey=survey,
        )  # fmt: skip
        self.deed = deed
        self.now_ms = 0
        self.acts: list[Act] = []
        self.done: list[events.Do] = []
        if answered:
            self.happens(events.Answered(number))

    def hears(
        self, text: str, confidence: float = 0.9, *, over_prompt: bool = False, prosody: Prosody | None = None
    ) -> str:
        """The caller says `text`."""
        start = self.now_ms
        self.now_ms += 300 + MS_A_CHARACTER * len(text)
        return self.happens(
            events.Heard(text, confidence, start, self.now_ms, "scripted", over_prompt=over_prompt, prosody=prosody)
        )

    def keys(self, keys: str) -> str:
        said = ""
        for key in keys:
            self.now_ms += 400
            said = self.happens(events.KeyPressed(key))
        return said

    def silence(self, ms: int = 4500) -> str:
        self.now_ms += ms
        return self.happens(events.Silence(ms))

    def news(
        self, stage: PersonStage, name: str | None = None, wait: tuple[int, int] | None = None, notes: str | None = None
    ) -> str:
        return self.happens(events.PersonNews(stage, name, wait, notes=notes))

    def verified(self) -> str:
        """Member number and PIN on the keypad."""
        self.keys("204713")
        return self.keys("4821")

    def happens(self, event: Event) -> str:
        """Lets the mind answer, plays what it says and does what it asks."""
        acts = list(self.mind.on(event, self.now_ms))
        self.acts += acts
        said = [act.text for act in acts if isinstance(act, events.Say)]
        for act in acts:
            if isinstance(act, events.Say):
                ms = MS_A_CHARACTER * len(act.text)
                self.now_ms += ms
                said += [self.happens(events.Played(act.say_id, True, ms))]
            elif isinstance(act, events.StopSeeking) and act.reason == "cancelled" and not self.ended:
                said.append(self.news(PersonStage.STOPPED))
            elif isinstance(act, events.Do):
                self.done.append(act)
                if self.deed is not None:
                    said.append(self.happens(self.deed(act.action, act.params, act.key)))
        return " ".join(part for part in said if part)

    def did(self, kind: type[Act]) -> list[Act]:
        return [act for act in self.acts if isinstance(act, kind)]

    def facts(self, kind: type) -> list:
        return [act.fact for act in self.acts if isinstance(act, events.Tell) and isinstance(act.fact, kind)]

    @property
    def actions(self) -> list[str]:
        return [do.action for do in self.done]

    @property
    def escalation(self) -> events.Escalated | None:
        found = self.facts(events.Escalated)
        return found[-1] if found else None

    @property
    def expected(self) -> events.Expect:
        return self.did(events.Expect)[-1]

    @property
    def ended(self) -> str | None:
        found = self.did(events.HangUp)
        return found[-1].reason if found else None
