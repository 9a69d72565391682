"""A supervisor whispers to the system: a few things it may be asked for, each done as policy allows or honestly not.

A whisper never does a deed: an offer is a question to the caller, and what follows their yes has its gates as always.
"""

from voice.dialogue import seeking
from voice.dialogue.business import IntentKind
from voice.dialogue.state import SENSITIVE, Place
from voice.dialogue.step import Step
from voice.events import Escalated, Whispered, WhisperHeeded, WhisperKind

TEXT_MAX = 200
"""Characters of what is said for a colleague: about 15 s of speech; longer words are a person's to say."""

TRIGGER = "supervisor"

OVER = "The call is ending."
BUSY = "The system is in the middle of something else. Try again in a moment."
ANSWERING = "The caller is giving something private. Try again in a moment."
SOUGHT = "A person is being sought already."
UNKNOWN = "There is nothing of that name to offer."

_OVER = frozenset({Place.CLOSING, Place.GONE})
_BUSY = frozenset({Place.START, Place.ACTING, Place.COMING})
_UNASKING = frozenset({Place.WAITING, Place.CHECKING})  # where no question stands
_ASKABLE = frozenset({Place.OPEN, Place.GUESS, Place.OFFER, Place.WAITING})  # no answer to another question is lost


def whispered(step: Step, event: Whispered) -> None:
    """What is not heeded changes nothing, and is not heard."""
    why = refusal(step, event)
    if why:
        step.ask = step.expect = False
        step.passing = True
    step.tell(WhisperHeeded(event.kind.value, not why, why))
    if not why:
        _heed(step, event)


def refusal(step: Step, event: Whispered) -> str:
    """Why it cannot be done now; "" when it can."""
    place = step.state.place
    if place in _OVER:
        return OVER
    if event.kind is WhisperKind.SLOWER:
        return ""
    if event.kind is WhisperKind.PERSON:
        return SOUGHT if step.state.seeking is not None else BUSY if place is Place.START else ""
    if place in _BUSY:
        return BUSY
    if place in SENSITIVE:
        return ANSWERING
    if event.kind is WhisperKind.SAY:
        return "" if event.text.strip() else UNKNOWN
    intent = step.business.intents.get(event.intent)
    if intent is None or intent.kind is IntentKind.CONTROL:
        return UNKNOWN
    return "" if place in _ASKABLE else BUSY


def _heed(step: Step, event: Whispered) -> None:
    match event.kind:
        case WhisperKind.SAY:
            step.protect(step.say("whisper.say", text=event.text[:TEXT_MAX]))
            step.ask = step.state.place not in _UNASKING
        case WhisperKind.OFFER:
            step.go(Place.GUESS, guess=event.intent, guess_turn=None)
        case WhisperKind.PERSON:
            seeking.begin(step, _escalation(step))
        case WhisperKind.SLOWER:
            step.set(slow=True)
            step.ask = step.expect = False
            step.passing = True


def _escalation(step: Step) -> Escalated:
    """To the queue of what the call is about, else the first."""
    task, queues = step.state.task, step.business.queues
    topic = step.scope(task.intent).queue if task is not None else ""
    queue = topic if topic in queues else next(iter(queues))
    turns = step.state.issue[-1:]
    return Escalated(TRIGGER, f"{TRIGGER}@1", ("a supervisor asked for a person",), turns, queue, "now")
