"""A call back instead of waiting: which number, read back, and a promise that is on the record before the goodbye."""

from dataclasses import replace

from voice.dialogue.business import CALLBACK_DIGITS
from voice.dialogue.hearing import Turn
from voice.dialogue.questions import ending
from voice.dialogue.seeking import catch_up, stop
from voice.dialogue.state import Offer, Place
from voice.dialogue.step import Step
from voice.events import AgreeCallback, StopSeeking

MOST_MISREAD = 2  # numbers read back wrongly; as many wrong guesses bring a person ("not-understood")


def begin(step: Step, turn: int | None) -> None:
    """The caller wants to be called back, whether or not a person is being sought."""
    state = step.state
    queue = state.seeking.escalation.queue if state.seeking else _topic_queue(step)
    issue = state.issue or ((turn,) if turn is not None else ())
    step.worked()
    step.say("callback.topic")
    step.go(Place.CALLBACK_THIS if state.caller_number else Place.CALLBACK_NUMBER)
    step.set(callback_queue=queue, issue=issue, misread=0)


def offer_answered(step: Step, answer: str, turn: int | None) -> None:
    step.worked()
    if answer == "yes":
        begin(step, turn)
    else:
        decline(step)


def decline(step: Step) -> None:
    """Keeps waiting."""
    if step.state.seeking is None:
        step.say("back")
        step.go(Place.OPEN)
        return
    if step.state.seeking.opens is not None:  # there is nobody to wait for
        stop(step)
        return
    step.set(seeking=replace(step.state.seeking, declined_callback=True))
    step.say("seek.keep_waiting")
    step.go(Place.WAITING)
    step.ask = False
    catch_up(step)


def leave_open(step: Step) -> None:
    """No answer to the offer: the search goes on, and a "yes" still takes it."""
    decline(step)
    step.seeks(offer=Offer.CALLBACK)


def this_answered(step: Step, answer: str) -> None:
    step.worked()
    if answer == "yes":
        _agree(step, step.state.caller_number or "")
    else:
        step.go(Place.CALLBACK_NUMBER)


def number_heard(step: Step, turn: Turn) -> bool:
    found = turn.digits(CALLBACK_DIGITS)
    if found is None or found.problem is not None:
        return False
    number_given(step, found.value)
    return True


def number_given(step: Step, number: str) -> None:
    step.worked()
    step.go(Place.CALLBACK_CHECK, callback_number=number)


def check_answered(step: Step, answer: str) -> None:
    """To the number read back. Wrong twice, the caller is not asked for ever: a person comes, or is sought further."""
    step.worked()
    state, counts = step.state, step.state.counts
    if answer == "yes":
        _agree(step, state.callback_number or "")
        return
    misread = state.misread + 1
    step.set(callback_number=None, misread=misread, counts=replace(counts, wrong_guesses=counts.wrong_guesses + 1))
    if misread < MOST_MISREAD:
        step.go(Place.CALLBACK_NUMBER)
        step.set(attempt=1)
    else:
        step.say("callback.misread")
        decline(step)


def _agree(step: Step, number: str) -> None:
    queue = step.state.callback_queue or _topic_queue(step)
    step.acts.append(AgreeCallback(number, queue))
    if step.state.seeking is not None:
        step.acts.append(StopSeeking("callback"))
    said = step.say("callback.agreed", queue=step.queue_title(queue), ending=ending(number))
    step.go(Place.CLOSING, closing_say=said.say_id, closing_reason="callback", seeking=None)
    step.ask = False


def _topic_queue(step: Step) -> str:
    task, tried = step.state.task, step.state.tried
    name = task.intent if task else tried[-1].intent if tried else "callback"
    scope = step.business.scope.get(name)
    return scope.queue if scope else next(iter(step.business.queues))
