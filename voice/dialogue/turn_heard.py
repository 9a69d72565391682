"""What the words of a turn do in the place where the call stands: granted anywhere, an answer, something else, or not
understood. Pure.
"""

from dataclasses import replace

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
    survey,
    tasks,
)  # fmt: skip
from voice.dialogue.hearing import Turn
from voice.dialogue.interrupting import A_REMARK_WORDS, interrupts, says_more
from voice.dialogue.state import YES_NO, Place
from voice.dialogue.step import Step


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
    elif place in (Place.SURVEY, Place.CLOSING):
        _surveyed(step, turn) if place is Place.SURVEY else _closing(step, turn)
    elif place is Place.CALLED_BACK:
        called_back.heard(step, turn)
    elif place is Place.COMING or place is Place.ACTING:
        step.say("seek.one_moment" if place is Place.COMING else "still_working")
        step.ask = False
    elif place in (Place.WAITING, Place.BRIEF_TOPIC):
        if not (staying.answered(step, turn) or staying.told_a_detail(step, turn) or interrupts(step, turn)):
            staying.heard(step, turn)
    elif place is Place.CHECKING:
        if not (turn.understood and interrupts(step, turn)):
            checking.company(step)
    elif not turn.understood:
        _not_understood(step)
    elif place is Place.OPEN:
        requests.open_heard(step, turn)
    elif not (_expected(step, turn) or interrupts(step, turn)):
        _not_understood(step)


def _expected(step: Step, turn: Turn) -> bool:
    """Whether the words answer the question of the place. Words that surely mean something else are not its answer."""
    place = step.state.place
    if place in YES_NO and turn.words > 1 and says_more(step, turn) and interrupts(step, turn):
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


def _pin_said(step: Step, turn: Turn) -> bool:
    if step.state.claimed_how == "voice" and turn.answer is not None and turn.words <= requests.SHORT_WORDS:
        identity.check_answered(step, turn.answer)  # to the number, which was read back
        return True
    if not any(c.isdecimal() for c in turn.raw) and turn.strong is not None:
        return False
    step.say("identity.not_aloud")
    counts = step.state.counts
    step.set(counts=replace(counts, no_matches_row=counts.no_matches_row + 1), attempt=1)
    step.ask = False
    return True


def _not_understood(step: Step) -> None:
    requests.no_match(step)
    if step.state.seeking is not None and step.state.attempt >= staying.MOST_ATTEMPTS:
        staying.leave_it(step)


def _deaf(step: Step) -> None:
    """Speech after the caller was told that only keys work: a person (voice/triggers/lost.py)."""
    step.set(counts=replace(step.state.counts, deaf=step.state.counts.deaf + 1))
    step.say("engine_down")
    if step.state.place in (Place.WAITING, Place.BRIEF_TOPIC) and step.state.seeking:
        step.acts.clear()
        step.go(Place.WAITING)
        staying.next_line(step)


def _surveyed(step: Step, turn: Turn) -> None:
    """An answer to how well they were helped, or one more thing."""
    if not survey.heard(step, turn):
        step.go(Place.OPEN)
        requests.open_heard(step, turn)


def _closing(step: Step, turn: Turn) -> None:
    """ "Thanks, bye" ends the call; one more thing does not."""
    step.go(Place.OPEN)
    if turn.understood and turn.accepted is not None and turn.accepted != "goodbye":
        requests.open_heard(step, turn)
    else:
        requests.hang_up(step)
