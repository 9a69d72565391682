"""While a colleague is asked, for a yes to an act or for an answer: proposing, keeping the caller company, ending it.

The caller stays with the system, which says honestly that it is checking; they may ask for something else, take it
back, or want a person. What comes of it is told in `checked.py`.
"""

from voice.dialogue.business import Intent
from voice.dialogue.filling import arguments, key_of
from voice.dialogue.hearing import Turn
from voice.dialogue.state import Approving, Asking, Place, Task
from voice.dialogue.step import Step
from voice.events import AskColleague, Propose, Withdraw

LEAST_WORDS = 3  # of a question that is worth a colleague's time; fewer are no question anybody could answer
STOP_KEY = 2  # as while a person is sought


def needs_yes(step: Step, intent: Intent) -> bool:
    """Whether a person has to agree before the system does it."""
    return step.scope(intent.name).mode == "approval" and step.business.approvable(intent.name)


def busy(step: Step) -> bool:
    """One proposal of a call at a time: the second is told so, and may be asked again. False when there is room."""
    if step.state.approval is None:
        return False
    step.say("approval.one_at_a_time")
    step.go(Place.CHECKING, task=None)
    step.ask = False
    return True


def propose(step: Step, task: Task, intent: Intent) -> None:
    """Asks for a person's yes; nothing is done before it."""
    key, action = key_of(step.call, task, intent), intent.action or ""
    turns = sorted({turn for turn in (task.turn, *(value.turn for value in task.values.values())) if turn is not None})
    params = arguments(task, step.state.member)
    step.say("approval.needed")
    step.acts.append(Propose(intent.name, action, params, key, tuple(turns)))
    step.set(approval=Approving(task, key), task=None)
    step.go(Place.CHECKING)
    step.ask = False


def ask_colleague(step: Step, turn: Turn) -> bool:
    """Passes on a question that nothing here answers. False where that is not offered, or another one is open."""
    if not step.consults or step.state.asking is not None or turn.words < LEAST_WORDS:
        return False
    number = step.state.questions + 1
    key = f"{step.call}-q{number}"
    said = step.state.transcript.turn(turn.number).text  # as it is kept: without what may not be
    step.say("consult.asking", filler=True, after_ms=step.business.hearing.opener_ms)  # not where nobody can be asked
    step.acts.append(AskColleague(key, said, turn.number))
    step.set(asking=Asking(key, turn.number), questions=number)
    step.go(Place.CHECKING)
    step.ask = False
    return True


def company(step: Step) -> None:
    """Still no answer: said in other words each time, so that nobody sits in silence."""
    variants = len(step.business.prompts.texts["checking.comfort"])
    step.say("checking.comfort", attempt=step.state.comforts % variants, filler=True)
    step.set(comforts=step.state.comforts + 1)
    step.ask = False


def key(step: Step, pressed: int) -> None:
    cancel(step) if pressed == STOP_KEY else company(step)


def cancel(step: Step) -> None:
    """The caller changed their mind: nothing was done, and nobody needs to decide any more."""
    _withdraw(step, "cancelled")
    step.say("cancelled")
    step.go(step.state.home)
    step.ask = step.state.place is Place.OPEN


def settle(step: Step) -> None:
    """The call goes another way: to a person, or to its end."""
    if step.state.approval is None and step.state.asking is None:
        return
    if step.state.seeking is not None:
        parked = step.state.approval.task if step.state.approval else None
        _withdraw(step, "person")
        if step.state.task is None and parked is not None:
            step.set(task=parked)  # that is what the person will be told
    elif step.state.place in (Place.CLOSING, Place.GONE):
        _withdraw(step, "left")


def _withdraw(step: Step, why: str) -> None:
    keys = [one.key for one in (step.state.approval, step.state.asking) if one is not None]
    step.acts += [Withdraw(key, why) for key in keys]
    step.set(approval=None, asking=None)
