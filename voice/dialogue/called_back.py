"""A caller whom we ring as promised: whether they still want it, whether it is them, and then the person.

Whoever answers may be a stranger or a machine: until they say yes, nothing of what the call is about is said.
"""

from voice.dialogue import seeking
from voice.dialogue.hearing import Turn
from voice.dialogue.state import Place
from voice.dialogue.step import Step
from voice.events import Escalated

ANSWER_WORDS = 5  # "yes I still need someone"; a machine's greeting is longer, and may hold a yes
MOST_ATTEMPTS = 2  # without a yes or no; then it is a machine, or nobody
NOT_REACHED, NOT_WANTED = "not reached", "not wanted"  # reasons of the hang-up


def greet(step: Step) -> None:
    step.say("called_back" if step.state.recorded else "called_back.unrecorded")
    step.go(Place.CALLED_BACK)


def heard(step: Step, turn: Turn) -> None:
    if turn.answer is not None and turn.words <= ANSWER_WORDS:
        answered(step, turn.answer)
    else:
        unanswered(step)


def answered(step: Step, answer: str) -> None:
    """To "shall I get someone for you now?"."""
    step.worked()
    promise = step.state.called_back
    if answer == "no" or promise is None:
        _close(step, "called_back.not_wanted", NOT_WANTED)
    elif promise.verified and step.business.identity is not None:
        step.say("called_back.verify")
        step.go(Place.MEMBER)
    else:
        seek(step)


def unanswered(step: Step) -> None:
    """Silence, or words that are neither yes nor no: a machine has those too."""
    attempt = step.state.attempt + 1
    if attempt >= MOST_ATTEMPTS:
        _close(step, "called_back.later", NOT_REACHED)
    else:
        step.set(attempt=attempt)


def seek(step: Step) -> None:
    """The search goes on where it was."""
    promise = step.state.called_back
    if promise is not None and step.state.seeking is None:
        evidence = ("asked to be called back",)
        seeking.begin(step, Escalated("callback", "callback/1", evidence, (), promise.queue, "now"))


def _close(step: Step, prompt: str, reason: str) -> None:
    said = step.say(prompt)
    step.go(Place.CLOSING, closing_say=said.say_id, closing_reason=reason)
    step.ask = False
