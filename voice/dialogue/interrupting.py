"""Whether words break into the question that was asked: another task, "again", "stop", "call me back"."""

from voice.dialogue import requests
from voice.dialogue.business import IntentKind
from voice.dialogue.hearing import Turn
from voice.dialogue.state import Offer, Place
from voice.dialogue.step import Step

A_SHORT_ANSWER_WORDS = 3
A_REMARK_WORDS = 7  # more words than this are a story
SHORT_CONTROLS = frozenset({"repeat", "goodbye", "menu"})
SURELY_OFF_TOPIC = 0.9  # of an intent heard where another answer was expected and could be read


def interrupts(step: Step, turn: Turn) -> bool:
    """Takes words that surely mean something else than was asked: another task, "again", "stop"."""
    name = turn.accepted if step.state.place is Place.WAITING else turn.strong
    task = step.state.task
    if name is None or (task is not None and name == task.intent and step.state.place is not Place.WAITING):
        return False
    if name == "callback" and step.state.place in (Place.CALLBACK_OFFER, Place.CALLBACK_THIS):
        return False
    if name == "talk_to_person":
        return False  # only a request that the rule knows may be granted here
    if name == "goodbye" and (turn.match.confidence < SURELY_OFF_TOPIC or turn.answer is not None):
        return False  # never hang up on a guess, nor on a plain "no" to another question
    if name in SHORT_CONTROLS and turn.words >= A_REMARK_WORDS:
        return False  # "tell her it leaked again" is no wish to hear something again
    sought = step.state.seeking
    topic = step.state.place is Place.BRIEF_TOPIC or (sought is not None and sought.offer is Offer.TOPIC)
    if topic and not _about_the_call(step, turn, name):
        return False  # this is what the person will be told
    requests.wanted(step, name, turn)
    return True


def says_more(step: Step, turn: Turn) -> bool:
    """ "Never mind", "how long will it take?", "call me back": not a yes or no, though one may be read into it."""
    name = turn.strong
    if name is None or turn.match.confidence < SURELY_OFF_TOPIC:
        return False
    if turn.answer is not None and turn.words <= A_SHORT_ANSWER_WORDS:
        return False  # "yes please do"
    return name in ("wait_time", "callback", "repeat", "menu") or (
        name == "cancel" and step.state.place not in (Place.CONFIRM, Place.CALLBACK_OFFER)
    )


def _about_the_call(step: Step, turn: Turn, name: str) -> bool:
    """ "Never mind" or "how long?", not a story in which someone never called back."""
    control = step.business.intents[name].kind is IntentKind.CONTROL
    return control and turn.match.confidence >= SURELY_OFF_TOPIC and turn.words <= A_REMARK_WORDS
