"""A person gives the caller back with a note of what is left to do: the system goes on with that."""

from voice.dialogue import requests
from voice.dialogue.business import IntentKind
from voice.dialogue.hearing import Turn
from voice.dialogue.state import Counts, Place
from voice.dialogue.step import Step
from voice.events import PersonNews


def handed_back(step: Step, event: PersonNews, note: Turn) -> None:
    """`note` is read as a wish of the caller's; words that name no task of ours are kept, and the caller is asked."""
    if step.state.place is Place.GONE:
        step.ask = step.expect = False
        return
    name = event.name or (step.state.seeking.name if step.state.seeking else None)
    step.set(seeking=None, confirmed=None, task=None, counts=Counts(), served=True)
    step.protect(step.say("seek.handed_back", name=name) if name else step.say("seek.handed_back_unnamed"))
    step.go(Place.OPEN)
    wish = note.accepted
    if wish is not None and step.business.intents[wish].kind is not IntentKind.CONTROL:
        requests.wanted(step, wish, note)
    else:
        step.say("how_can_i_help")
        step.ask = False
