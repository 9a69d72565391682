"""What a colleague decided, or answered: told to the caller as soon as they are in the middle of nothing else."""

from dataclasses import replace

from voice.dialogue import requests, seeking, tasks
from voice.dialogue.state import Approving, Asking, Attempt, Place, Task, Value
from voice.dialogue.step import Step
from voice.events import ApprovalNews, ApprovalStage, ColleagueNews, ColleagueStage, Escalated

CHANGED = "changed by a colleague"
RULE = "approval"

Stage = ApprovalStage
_TO_A_PERSON = {
    Stage.TAKEN: ("approval.taken", "a colleague wants to talk about it in person"),
    Stage.TIMED_OUT: ("approval.timed_out", "nobody decided in time"),
    Stage.NOBODY: ("approval.nobody", "nobody was there who could decide"),
}


def told(step: Step, event: ApprovalNews | ColleagueNews) -> None:
    _approval(step, event) if isinstance(event, ApprovalNews) else _colleague(step, event)


def _approval(step: Step, event: ApprovalNews) -> None:
    open_one = step.state.approval
    if open_one is None or open_one.key != event.key:
        step.ask = step.expect = False  # taken back while the answer was under way
        return
    if event.stage is not Stage.ASKED:
        step.set(approval=replace(open_one, news=event))
    _come(step, "approval.asked", asked=event.stage is Stage.ASKED)


def _colleague(step: Step, event: ColleagueNews) -> None:
    open_one = step.state.asking
    if open_one is None and event.stage is ColleagueStage.ANSWERED and step.state.place is not Place.GONE:
        step.set(asking=Asking(event.key, None))  # asked by somebody at a desk, not by us
        open_one = step.state.asking
    if open_one is None or open_one.key != event.key:
        step.ask = step.expect = False
        return
    if event.stage is not ColleagueStage.ASKED:
        step.set(asking=replace(open_one, news=event))
    if open_one.turn is None and step.state.place is Place.OPEN:
        step.go(Place.CHECKING)
    _come(step, "consult.asked", asked=event.stage is ColleagueStage.ASKED)


def _come(step: Step, prompt: str, *, asked: bool) -> None:
    """Told now, or once the caller is done with what they are in the middle of."""
    if step.state.place is not Place.CHECKING:
        step.ask = step.expect = False
        return
    step.ask = False
    if asked:
        step.say(prompt)
    else:
        catch_up(step)


def catch_up(step: Step) -> None:
    """Tells what came while the caller was busy with something else."""
    asking = step.state.asking
    if asking is not None and asking.news is not None and _may_hear(step):
        _answered(step, asking.news)
    approving = step.state.approval
    if approving is not None and approving.news is not None and _may_hear(step):
        _decided(step, approving, approving.news)


def _may_hear(step: Step) -> bool:
    return step.state.place is Place.CHECKING and step.state.seeking is None


# --- a yes, or none ---------------------------------------------------------------------------------------------------


def _decided(step: Step, approving: Approving, news: ApprovalNews) -> None:
    task = approving.task
    step.set(approval=None)
    match news.stage:
        case Stage.APPROVED:
            step.say("approval.approved")
            step.set(task=replace(task, granted=task.terms))
            tasks.act(step)
        case Stage.EDITED:
            _changed(step, task, news)
        case Stage.REJECTED:
            step.say("approval.rejected", reason=step.business.approvals.reasons.get(news.reason, ""))
            _keep(step, task, "a colleague did not agree")
            step.go(Place.OFFER, task=None)
            step.ask = True
        case _:
            _to_a_person(step, task, news.stage)


def _changed(step: Step, task: Task, news: ApprovalNews) -> None:
    """It is not what they asked for any more: read back, and not done without their own yes."""
    values = {name: Value(value, CHANGED, None) for name, value in news.values.items() if name in task.values}
    task = replace(task, values={**task.values, **values})
    step.say("approval.edited")
    step.go(Place.CONFIRM, task=replace(task, granted=task.terms, asking=None))
    step.ask = True


def _to_a_person(step: Step, task: Task, stage: ApprovalStage) -> None:
    """The safe end of a question nobody answered: never done, and a person, or a call back where none is free."""
    prompt, why = _TO_A_PERSON[stage]
    _keep(step, task, why)
    step.set(task=task)
    turns = () if task.turn is None else (task.turn,)
    scope = step.scope(task.intent)
    evidence = (f"{step.business.intents[task.intent].title}: {why}",)
    seeking.begin(step, Escalated(RULE, f"{RULE} {step.business.version}", evidence, turns, scope.queue, "now"))
    step.seeks(preface=prompt)
    step.say(prompt)


def _keep(step: Step, task: Task, error: str) -> None:
    attempt = Attempt(task.intent, "failed", task.turn, error, values=dict(task.values))
    step.set(tried=(*step.state.tried, attempt))


# --- an answer, or none -----------------------------------------------------------------------------------------------


def _answered(step: Step, news: ColleagueNews) -> None:
    turn = step.state.asking.turn if step.state.asking else None
    step.set(asking=None)
    if news.stage is ColleagueStage.ANSWERED:
        step.say("consult.answer", text=news.text)
        step.worked()
        tasks.after(step)
    elif turn is None:
        step.go(step.state.home)
    elif news.stage is ColleagueStage.NOBODY:
        step.go(step.state.home)
        requests.outside(step, turn)
    else:
        step.say("consult.unanswered")
        step.go(Place.OFFER if step.state.approval is None else Place.CHECKING)
        step.ask = step.state.place is Place.OFFER
