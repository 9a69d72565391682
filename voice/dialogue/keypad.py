"""The whole journey by keys: 0 a person, 9 back, * again, # done; 1 and 2 for yes and no; menus and digits."""

from dataclasses import replace
from datetime import date, timedelta

from models.slots import read
from voice.dialogue import (
    callback,
    called_back,
    checking,
    correcting,
    identity,
    late,
    music,
    requests,
    seeking,
    staying,
    survey,
    tasks,
)
from voice.dialogue.questions import MORE_KEY, menu, wanted
from voice.dialogue.state import DIGITS, YES_NO, Place
from voice.dialogue.step import Step

PERSON, BACK, AGAIN, READY = "0", "9", "*", "#"
MUSIC_KEY, IDENTITY_KEY = 3, 4  # while a person is sought
LONGEST_AMOUNT = 7  # digits: below ten million whole dollars


def pressed(step: Step, key: str, today: date) -> None:
    step.set(by_keys=True, counts=replace(step.state.counts, silences_row=0))
    if late.swallowed(step, key):
        return
    if step.state.place is Place.CLOSING:
        step.go(Place.OPEN)
    if collecting(step):
        _digit(step, key)
    elif key == PERSON:
        _person(step)
    elif key == BACK:
        back(step)
    elif key in (AGAIN, READY):
        _again(step)
    else:
        _choice(step, int(key), today)


def collecting(step: Step) -> bool:
    """Whether keys are digits of one number now."""
    return step.state.place in DIGITS or _slot_kind(step) in ("digits", "amount")


def ready(step: Step) -> None:
    """The caller stopped keying (# or a pause)."""
    keys, wanted = step.state.keys, _wanted(step)
    step.set(keys="")
    if keys and (wanted is None or len(keys) == wanted):
        _complete(step, keys)
        return
    requests.no_match(step)
    if keys:
        step.acts.pop()  # say what came instead of "I didn't get that"
        step.say("identity.too_few", count=str(len(keys)), wanted=str(wanted))


def _digit(step: Step, key: str) -> None:
    """A number never begins with 0 here, so a first 0 is a person; the first # goes back."""
    keys = step.state.keys
    if key == AGAIN:
        step.set(keys="")
    elif not keys and key == PERSON:
        _person(step)
    elif not keys and key == READY:
        back(step)
    elif key == READY:
        ready(step)
    else:
        step.set(keys=keys + key)
        if len(step.state.keys) == (_wanted(step) or LONGEST_AMOUNT):
            ready(step)
        else:
            step.ask = step.expect = False


def _complete(step: Step, number: str) -> None:
    match step.state.place:
        case Place.MEMBER:
            identity.member_keyed(step, number)
        case Place.PIN:
            identity.pin_keyed(step, number)
        case Place.CALLBACK_NUMBER:
            callback.number_given(step, number)
        case _:
            _slot_number(step, number)


def _slot_number(step: Step, number: str) -> None:
    """A number or an amount of a task; out of bounds or with a wrong check digit it is told why, as when it is said."""
    intent, task = step.task_intent, step.state.task
    if intent is None or task is None or task.asking is None:
        return
    slot = intent.slot(task.asking)
    value = f"{number}.00" if slot.kind == "amount" else number
    unfit = next((one for one in read(value, [slot.spec], date.min) if one.problem is not None), None)
    if unfit is not None:
        tasks.cannot_be(step, slot, unfit)
    else:
        tasks.slot_keyed(step, value)


def _choice(step: Step, key: int, today: date) -> None:
    place = step.state.place
    if place in YES_NO:
        _yes_no(step, key)
    elif place is Place.SLOT:
        _slot_choice(step, key, today)
    elif place is Place.CHANGE:
        correcting.change_keyed(step, key)
    elif place is Place.ACTING:
        step.say("still_working")
        step.ask = False
    elif place is Place.COMING:
        step.say("seek.one_moment")
        step.ask = False
    elif place in (Place.WAITING, Place.BRIEF_TOPIC):
        _waiting(step, key)
    elif place is Place.CHECKING:
        checking.key(step, key)
    elif place is Place.SURVEY:
        survey.keyed(step, key)
    else:
        _menu(step, key)


def _yes_no(step: Step, key: int) -> None:
    if key not in (1, 2):
        step.say("keys.wrong")
        return
    answered(step, "yes" if key == 1 else "no")


def answered(step: Step, answer: str) -> None:
    """A plain yes or no, keyed or said, to the question of the place."""
    match step.state.place:
        case Place.CALLED_BACK:
            called_back.answered(step, answer)
        case Place.GUESS:
            requests.guess_answered(step, answer, None)
        case Place.CONFIRM:
            step.worked()
            tasks.act(step) if answer == "yes" else tasks.cancel(step)
        case Place.OFFER:
            offer_answered(step, answer)
        case Place.BRIEF_CHECK:
            seeking.check_answered(step, answer)
        case Place.CALLBACK_OFFER:
            callback.offer_answered(step, answer, None)
        case Place.CALLBACK_THIS:
            callback.this_answered(step, answer)
        case _:
            callback.check_answered(step, answer)


def offer_answered(step: Step, answer: str) -> None:
    """To "would you like to talk to someone about it?"."""
    step.worked()
    if answer == "yes":
        step.person = "wanted to talk to someone about it"
    else:
        tasks.leave(step, "cancelled")
        tasks.after(step)


def _slot_choice(step: Step, key: int, today: date) -> None:
    intent, task = step.task_intent, step.state.task
    if intent is None or task is None or task.asking is None:
        return
    slot = intent.slot(task.asking)
    choices = list(slot.choices)
    if slot.kind == "date" and key <= 7:
        ahead = (key - 1 - today.weekday()) % 7 or 7  # 1 is Monday; today's own name means a week from now
        tasks.slot_keyed(step, (today + timedelta(days=ahead)).isoformat())
    elif 1 <= key <= len(choices):
        tasks.slot_keyed(step, choices[key - 1])
    else:
        step.say("keys.wrong")


def _waiting(step: Step, key: int) -> None:
    sought = step.state.seeking
    if key == 1:
        callback.begin(step, None)
    elif key == 2:
        requests.stop(step)
    elif key == MUSIC_KEY and sought is not None:
        music.choose(step, not sought.music)
    elif key == IDENTITY_KEY and staying.unknown(step):
        staying.identify(step)
    else:
        seeking.already(step)
        staying.tell_keys(step)


def _menu(step: Step, key: int) -> None:
    pages, page = step.business.menu, step.state.page
    step.ask = False
    if key == MORE_KEY and len(pages) > 1:
        step.set(page=(page + 1) % len(pages))
        menu(step)
    elif key <= len(pages[page]):
        step.ask = True
        step.set(page=0)
        requests.wanted(step, pages[page][key - 1], None)
    else:
        step.say("keys.wrong")
        menu(step)


def _again(step: Step) -> None:
    if step.state.place is Place.OPEN:
        menu(step)
        step.ask = False
    else:
        requests.again(step)


def back(step: Step) -> None:
    """One step back, as far as there is one."""
    place = step.state.place
    if place in (Place.SLOT, Place.CONFIRM, Place.CHANGE):
        tasks.back(step)
    elif place is Place.PIN:
        step.go(Place.MEMBER, claimed=None)
    elif place in (Place.ACTING, Place.COMING, Place.WAITING, Place.CHECKING):
        requests.again(step)
    elif place is Place.OPEN:
        step.set(page=0)
        menu(step)
        step.ask = False
    elif place in (Place.CALLBACK_THIS, Place.CALLBACK_NUMBER, Place.CALLBACK_CHECK, Place.CALLBACK_OFFER):
        callback.decline(step)
    elif place in (Place.BRIEF_CHECK, Place.BRIEF_TOPIC):
        requests.stop(step)
    else:
        tasks.leave(step, "cancelled")
        step.say("back")
        step.go(step.state.home)


def _person(step: Step) -> None:
    if step.state.seeking is not None:
        seeking.already(step)
    else:
        step.person = "pressed 0"


def _slot_kind(step: Step) -> str | None:
    intent, task = step.task_intent, step.state.task
    if step.state.place is not Place.SLOT or intent is None or task is None or task.asking is None:
        return None
    return intent.slot(task.asking).kind


def _wanted(step: Step) -> int | None:
    """How many digits make the number whole; None when # or a pause ends it."""
    if step.state.place in DIGITS:
        return wanted(step, step.state.place)
    intent, task = step.task_intent, step.state.task
    return intent.slot(task.asking).digits if intent and task and task.asking else None
