"""The conversation's next step: which part answers an event in the place where the call stands. Pure.

What the caller's words do is `turn_heard.py`; here is everything else: keys, silence, what was played, done, or told of
a person. Whatever ends a turn is answered with words: a question, a result, or a line for someone who waits.
"""

from dataclasses import replace
from datetime import date

from voice.dialogue import (
    callback,
    called_back,
    checking,
    holding,
    identity,
    keypad,
    requests,
    seeking,
    staying,
    survey,
    tasks,
)
from voice.dialogue.questions import by_keys, menu
from voice.dialogue.state import Offer, Place
from voice.dialogue.step import Step
from voice.events import ActionDone, Answered, KeyPressed, PersonNews, PersonStage, Played, Silence, TakeBack

SETTLED = frozenset({"done", "told"})
UNASKING = frozenset({Place.WAITING, Place.CHECKING, Place.COMING, Place.ACTING, Place.CLOSING})  # no question there


def answered(step: Step, event: Answered) -> None:
    """The first words: a machine, the recording, the way to a person."""
    step.set(caller_number=event.caller_number)
    if step.state.called_back is not None:
        called_back.greet(step)
        return
    step.say("greeting" if step.state.recorded else "greeting.unrecorded")
    step.go(Place.OPEN)
    step.ask = False


def never_silent(step: Step) -> None:
    """What was said and led to no words of ours, nor to a question, still gets an answer."""
    place = step.state.place
    stopping = step.state.seeking is not None and step.state.seeking.stopping  # the answer comes with the news
    if step.says or stopping or place is Place.GONE or (step.ask and place not in UNASKING):
        return
    if place is Place.WAITING:
        staying.next_line(step)
    elif place is Place.CHECKING:
        checking.company(step)
    elif place in (Place.ACTING, Place.COMING):
        step.say("still_working" if place is Place.ACTING else "seek.one_moment")
    else:
        step.ask = place is not Place.CLOSING


def key(step: Step, event: KeyPressed, today: date) -> None:
    if step.state.place is Place.GONE:
        step.ask = step.expect = False
        return
    holding.end(step)
    keypad.pressed(step, event.key, today)


def silence(step: Step, event: Silence) -> None:
    """Nothing was said. Twice in a row brings a person (voice/triggers/silent.py), and ends a call in which something
    was settled; waiting is not silence."""
    place, counts = step.state.place, step.state.counts
    if place in (Place.SURVEY, Place.CLOSING, Place.GONE):
        _silent_at_the_end(step)
    elif place in (Place.ACTING, Place.COMING):
        step.say("still_working" if place is Place.ACTING else "seek.one_moment")
        step.ask = False
    elif place is Place.CHECKING:
        checking.company(step)
    elif place is Place.CALLED_BACK:
        called_back.unanswered(step)
    elif step.state.holding and place is not Place.WAITING:
        holding.silent(step)
    elif place is Place.OPEN and (step.state.served or _done_with(step)):
        requests.goodbye(step)
    elif place is Place.WAITING:
        staying.next_line(step)
    elif step.state.keys and keypad.collecting(step):
        keypad.ready(step)
    elif keypad.collecting(step) and not step.state.patient:
        step.say("no_input.patient")
        step.set(patient=True)
        step.ask = False
    elif step.state.seeking is not None:
        _silent_while_sought(step)
    else:
        keyless = counts.keyless + step.state.deaf
        row = counts.silences_row + 1
        step.set(counts=replace(counts, silences_row=row, keyless=keyless), attempt=step.state.attempt + 1)
        step.say("no_input", attempt=row - 1)
        if place is Place.OPEN:
            menu(step)
            step.ask = False


def _done_with(step: Step) -> bool:
    """Something was settled, and they were asked twice what else there is: then silence means that nothing is."""
    settled = bool(step.state.tried) and step.state.tried[-1].outcome in SETTLED
    return settled and step.state.counts.silences_row > 0


def _silent_at_the_end(step: Step) -> None:
    if step.state.place is Place.SURVEY:
        survey.part(step)
        return
    requests.hang_up(step) if step.state.place is Place.CLOSING else None
    step.ask = step.expect = False


def _silent_while_sought(step: Step) -> None:
    place, attempt = step.state.place, step.state.attempt
    if place in (Place.BRIEF_CHECK, Place.BRIEF_TOPIC):
        step.go(Place.WAITING)
        step.seeks(offer=Offer.BRIEF if place is Place.BRIEF_CHECK else Offer.TOPIC)
        staying.next_line(step)
    elif place is Place.CALLBACK_OFFER:
        callback.leave_open(step)
    elif attempt >= staying.MOST_ATTEMPTS - 1:
        staying.leave_it(step)
    else:
        step.set(attempt=attempt + 1)


def played(step: Step, event: Played) -> None:
    step.ask = step.expect = False
    ended = event.fully and event.say_id == step.state.closing_say  # cut short: the caller has one more thing to say
    if step.state.place is Place.CLOSING and ended:
        requests.hang_up(step)


def action_done(step: Step, event: ActionDone) -> None:
    place = step.state.place
    known = identity.done(step, event) or tasks.done(step, event)
    if not known or place is Place.GONE:
        step.ask = step.expect = False
    elif place in (Place.WAITING, Place.CHECKING, Place.COMING, Place.CLOSING):
        step.ask = False
    if step.state.place is Place.WAITING:
        seeking.catch_up(step)


def person_news(step: Step, event: PersonNews) -> None:
    if event.stage is not PersonStage.ENGINE_DOWN:
        seeking.news(step, event)
        return
    step.set(deaf=True)
    if step.state.place in (Place.CLOSING, Place.GONE, Place.COMING, Place.START):
        step.ask = step.expect = False
        return
    if step.state.place is not Place.WAITING:
        step.acts.append(TakeBack())  # "sorry, please say it in a few words" is no good advice now
    step.say("engine_down")
    step.ask = by_keys(step) and step.state.place is not Place.WAITING
    if step.state.place is Place.BRIEF_TOPIC:
        step.go(Place.WAITING)
        staying.next_line(step)
