"""A person gives the caller back with a note of what is left to do: the system goes on with that, or finds another."""

from models.redact import redact
from voice.dialogue import requests, seeking
from voice.dialogue.business import IntentKind
from voice.dialogue.hearing import Turn
from voice.dialogue.state import Counts, Place
from voice.dialogue.step import Step
from voice.events import Escalated, PersonNews

PASSED_ON = "passed_on"  # the trigger of a search that a person asked for


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


def passed_on(step: Step, event: PersonNews, note_turn: int | None) -> None:
    """The caller hears who passes them on; the next person reads the note first. `note_turn`: where it stands."""
    if step.state.place is Place.GONE:
        step.ask = step.expect = False
        return
    name = event.name or (step.state.seeking.name if step.state.seeking else None)
    step.set(seeking=None, confirmed=None, served=True)  # what it is about stays: the next brief tells it too
    step.protect(step.say("seek.passed_on", name=name) if name else step.say("seek.passed_on_unnamed"))
    notes = redact(event.notes.strip()) if event.notes else ""
    by = f"passed on by {name}" if name else "passed on by a colleague"
    turns = (note_turn,) if note_turn is not None else step.state.issue[-1:]
    evidence = f"{by}: {notes}" if notes else by
    seeking.begin(step, Escalated(PASSED_ON, f"{PASSED_ON}@1", (evidence,), turns, event.to, "now"), event.person)
