"""How we talk, as the caller wishes it: once more, slower, with patience, one question back. Never a failure."""

from voice.dialogue import holding, keypad, requests
from voice.dialogue.hearing import Turn
from voice.dialogue.state import Place
from voice.dialogue.step import Step
from voice.dialogue.wishes import Wish

_UNDER_WAY = frozenset({Place.COMING, Place.ACTING, Place.CLOSING, Place.GONE})  # no question to go back to
_TOLD_PEOPLE = frozenset({Place.WAITING, Place.BRIEF_CHECK, Place.BRIEF_TOPIC})


def heard(step: Step, turn: Turn) -> bool:
    """False where the words are something else, or mean something else here."""
    place = step.state.place
    match turn.wish:
        case Wish.SLOWER if place is not Place.GONE:
            step.set(slow=True)
            _again(step)
        case Wish.FASTER if step.state.slow and place is not Place.GONE:
            step.set(slow=False)
            _again(step)
        case Wish.WAIT if place not in holding.UNHEEDED and place not in _TOLD_PEOPLE:
            holding.begin(step)
        case Wish.AGAIN if place not in _UNDER_WAY and place is not Place.CALLED_BACK:
            _again(step)
        case Wish.BACK if place not in _UNDER_WAY and place not in _TOLD_PEOPLE:
            _back(step)
        case _:
            return False
    return True


def _again(step: Step) -> None:
    step.worked()
    requests.again(step)
    step.ask = step.ask or not step.says


def _back(step: Step) -> None:
    step.worked()
    if step.state.place is Place.OPEN:
        step.say("back")
    else:
        keypad.back(step)
