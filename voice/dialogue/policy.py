"""The conversation's next step: which part answers an event in the place where the call stands. Pure.

Whatever ends a turn is answered with words: a question, a result, or a line for someone who waits.
"""

from dataclasses import replace
from datetime import date

from voice.dialogue import (
    callback,
    called_back,
    checking,
    correcting,
    holding,
    identity,
    keypad,
    manner,
    music,
    requests,
    seeking,
    staying,
    tasks,
)
from voice.dialogue.business import IntentKind
from voice.dialogue.hearing import Turn
from voice.dialogue.questions import by_keys, menu
from voice.dialogue.state import YES_NO, Offer, Place
from voice.dialogue.step import Step
from voice.events import ActionDone, Answered, HangUp, KeyPressed, PersonNews, PersonStage, Played, Silence, TakeBack

MOST_ATTEMPTS = 2  # of one question while a person is sought; then it is left to them
A_SHORT_ANSWER_WORDS = 3
A_REMARK_WORDS = 7  # more words than this are a story
SHORT_CONTROLS = frozenset({"repeat", "goodbye", "menu"})
UNASKING = frozenset({Place.WAITING, Place.CHECKING, Place.COMING, Place.ACTING, Place.CLOSING})  # no question there
SURELY_OFF_TOPIC = 0.9  # of an intent heard where another answer was expected and could be read


def answered(step: Step, event: Answered) -> None:
    """The first words: a machine, the recording, the way to a person."""
    step.set(caller_number=event.caller_number)
    if step.state.called_back is not None:
        called_back.greet(step)
        return
    step.say("greeting" if step.state.recorded else "greeting.unrecorded")
    step.go(Place.OPEN)
    step.ask = False


def heard(step: Step, turn: Turn) -> None:
    place = step.state.place
    if place is Place.GONE:
        step.ask = step.expect = False
        return
    if step.state.deaf and not turn.understood:
        _deaf(step)
        return
    if step.state.deaf:
        step.say("engine_back")
    step.set(deaf=False, by_keys=False, counts=replace(step.state.counts, deaf=0, keyless=0))
    missed = step.state.counts.no_matches_row
    if turn.understood:
        holding.end(step)
    if not (_at_any_time(step, turn) or manner.heard(step, turn)):
        _in_place(step, turn)
    if turn.lost:  # once more, but no failure to understand: two of those would bring a person before the keys
        step.set(counts=replace(step.state.counts, no_matches_row=missed))


def _at_any_time(step: Step, turn: Turn) -> bool:
    """What is granted wherever the call stands: not to be recorded, and a person."""
    wish = music.asked(turn.raw) if step.state.place is Place.WAITING and step.state.seeking else None
    if turn.unrecorded:
        requests.unrecorded(step, turn.number)
    elif wish is not None:
        music.choose(step, wish)
    elif turn.asks and step.state.seeking is None:
        step.person = turn.raw
    elif turn.asks and step.state.place is not Place.COMING:
        seeking.already(step)
    else:
        return False
    return True


def _in_place(step: Step, turn: Turn) -> None:
    place = step.state.place
    pressed = turn.spoken_key
    if pressed is not None and (place in YES_NO or place is Place.SLOT) and not keypad.collecting(step):
        keypad.pressed(step, pressed, turn.today)
        step.set(by_keys=False)
    elif place is Place.CLOSING:
        _closing(step, turn)
    elif place is Place.CALLED_BACK:
        called_back.heard(step, turn)
    elif place is Place.COMING or place is Place.ACTING:
        step.say("seek.one_moment" if place is Place.COMING else "still_working")
        step.ask = False
    elif place in (Place.WAITING, Place.BRIEF_TOPIC):
        if not (staying.answered(step, turn) or staying.told_a_detail(step, turn) or _interrupts(step, turn)):
            staying.heard(step, turn)
    elif place is Place.CHECKING:
        if not (turn.understood and _interrupts(step, turn)):
            checking.company(step)
    elif not turn.understood:
        _not_understood(step)
    elif place is Place.OPEN:
        requests.open_heard(step, turn)
    elif not (_expected(step, turn) or _interrupts(step, turn)):
        _not_understood(step)


def _expected(step: Step, turn: Turn) -> bool:
    """Whether the words answer the question of the place. Words that surely mean something else are not its answer."""
    place = step.state.place
    if place in YES_NO and turn.words > 1 and _says_more(step, turn) and _interrupts(step, turn):
        return True
    match place:
        case Place.GUESS:
            return requests.guess_heard(step, turn)
        case Place.MEMBER:
            return identity.member_heard(step, turn)
        case Place.PIN:
            return _pin_said(step, turn)
        case Place.SLOT:
            return tasks.slot_heard(step, turn)
        case Place.CONFIRM:
            return correcting.confirm_heard(step, turn)
        case Place.CHANGE:
            return correcting.change_heard(step, turn)
        case Place.BRIEF_CHECK:
            seeking.check_heard(step, turn)
            return True
        case Place.CALLBACK_NUMBER:
            return callback.number_heard(step, turn)
        case _:
            if turn.answer is None or (place is Place.OFFER and turn.answer == "no" and turn.words > A_REMARK_WORDS):
                return False  # "no, that is not right, I told you ..." declines nobody's help
            keypad.answered(step, turn.answer)
            return True


def _says_more(step: Step, turn: Turn) -> bool:
    """ "Never mind", "how long will it take?", "call me back": not a yes or no, though one may be read into it."""
    name = turn.strong
    if name is None or turn.match.confidence < SURELY_OFF_TOPIC:
        return False
    if turn.answer is not None and turn.words <= A_SHORT_ANSWER_WORDS:
        return False  # "yes please do"
    return name in ("wait_time", "callback", "repeat", "menu") or (
        name == "cancel" and step.state.place not in (Place.CONFIRM, Place.CALLBACK_OFFER)
    )


def _interrupts(step: Step, turn: Turn) -> bool:
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


def _about_the_call(step: Step, turn: Turn, name: str) -> bool:
    """ "Never mind" or "how long?", not a story in which someone never called back."""
    control = step.business.intents[name].kind is IntentKind.CONTROL
    return control and turn.match.confidence >= SURELY_OFF_TOPIC and turn.words <= A_REMARK_WORDS


def _pin_said(step: Step, turn: Turn) -> bool:
    if not any(c.isdecimal() for c in turn.raw) and turn.strong is not None:
        return False
    step.say("identity.not_aloud")
    counts = step.state.counts
    step.set(counts=replace(counts, no_matches_row=counts.no_matches_row + 1), attempt=1)
    step.ask = False
    return True


def _not_understood(step: Step) -> None:
    requests.no_match(step)
    if step.state.seeking is not None and step.state.attempt >= MOST_ATTEMPTS:
        _leave_it(step)


def _leave_it(step: Step) -> None:
    """While a person is sought no question is asked a third time."""
    step.acts.clear()
    if step.state.seeking is None or not step.state.seeking.collecting:
        tasks.leave(step, "cancelled")
    step.go(Place.WAITING)
    staying.next_line(step)


def _deaf(step: Step) -> None:
    """Speech after the caller was told that only keys work: a person (voice/triggers/lost.py)."""
    step.set(counts=replace(step.state.counts, deaf=step.state.counts.deaf + 1))
    step.say("engine_down")
    if step.state.place in (Place.WAITING, Place.BRIEF_TOPIC) and step.state.seeking:
        step.acts.clear()
        step.go(Place.WAITING)
        staying.next_line(step)


def _closing(step: Step, turn: Turn) -> None:
    """ "Thanks, bye" ends the call; one more thing does not."""
    step.go(Place.OPEN)
    if turn.understood and turn.accepted is not None and turn.accepted != "goodbye":
        requests.open_heard(step, turn)
    else:
        hang_up(step)


def hang_up(step: Step) -> None:
    step.acts.append(HangUp(step.state.closing_reason))
    step.go(Place.GONE)
    step.ask = step.expect = False


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
    """Nothing was said. Twice in a row brings a person (voice/triggers/silent.py); waiting is not silence."""
    place, counts = step.state.place, step.state.counts
    if place in (Place.CLOSING, Place.GONE):
        hang_up(step) if place is Place.CLOSING else None
        step.ask = step.expect = False
    elif place in (Place.ACTING, Place.COMING):
        step.say("still_working" if place is Place.ACTING else "seek.one_moment")
        step.ask = False
    elif place is Place.CHECKING:
        checking.company(step)
    elif place is Place.CALLED_BACK:
        called_back.unanswered(step)
    elif step.state.holding and place is not Place.WAITING:
        holding.silent(step)
    elif place is Place.OPEN and step.state.served:
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


def _silent_while_sought(step: Step) -> None:
    place, attempt = step.state.place, step.state.attempt
    if place in (Place.BRIEF_CHECK, Place.BRIEF_TOPIC):
        step.go(Place.WAITING)
        step.seeks(offer=Offer.BRIEF if place is Place.BRIEF_CHECK else Offer.TOPIC)
        staying.next_line(step)
    elif place is Place.CALLBACK_OFFER:
        callback.leave_open(step)
    elif attempt >= MOST_ATTEMPTS - 1:
        _leave_it(step)
    else:
        step.set(attempt=attempt + 1)


def played(step: Step, event: Played) -> None:
    step.ask = step.expect = False
    ended = event.fully and event.say_id == step.state.closing_say  # cut short: the caller has one more thing to say
    if step.state.place is Place.CLOSING and ended:
        hang_up(step)


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
