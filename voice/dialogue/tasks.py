"""A task's way: who is calling, what is missing, read it back, do it once, say what really happened."""

from dataclasses import replace

from models.knowledge import Article
from models.slots import SlotValue
from models.statement import says_something
from voice.dialogue import checking, phrasing, questions
from voice.dialogue.business import Intent, IntentKind, Slot
from voice.dialogue.filling import answered, apart, arguments, facts_said, key_of, read, said
from voice.dialogue.hearing import STRONG, Turn
from voice.dialogue.state import Attempt, Place, Task, Value
from voice.dialogue.step import Step
from voice.events import ActionDone, Corrected, Withdraw

NOT_APPROVED = "not_approved"  # error word of the gate (telephony/approvals/gate.py): it was certainly not done
NO_ANSWER = frozenset({"timeout", "unknown"})  # error words after which nobody knows whether it was done


def begin(step: Step, name: str, turn: Turn | None) -> None:
    """Starts the task `name`; the sentence that asked for it may already hold slots."""
    intent = step.business.intents[name]
    task = _task(step, name, turn)
    leave(step, "cancelled")
    issue = (*step.state.issue, turn.number) if turn else step.state.issue
    step.set(task=task, begun=(*step.state.begun, name), issue=issue, guess=None)
    step.worked()
    if turn is not None and turn.also and step.state.home is Place.OPEN:
        _queue(step, intent, turn)
    advance(step, fresh=True)


def _task(step: Step, name: str, turn: Turn | None) -> Task:
    intent, number = step.business.intents[name], step.state.tasks + 1
    step.set(tasks=number)
    if turn is None:
        return Task(name, number, None)
    values = apart(intent, read(intent.slots, turn), {})
    sure = turn.match.confidence >= STRONG and step.state.place is Place.OPEN  # not: said into another question
    return Task(name, number, turn.number, values, sure=sure)


def _queue(step: Step, intent: Intent, turn: Turn) -> None:
    """What was wanted in the same breath comes after this; they hear that it was not missed."""
    later = tuple(
        _task(step, one.match.name, replace(turn, raw=one.words, match=one.match))
        for one in turn.also
        if one.match.name is not None and one.match.name != intent.name
    )
    if later:
        step.say("several.first", title=intent.title, next=step.business.intents[later[0].intent].title)
        step.set(queued=(*step.state.queued, *later))


def _next(step: Step) -> bool:
    """Goes on with what was wanted in the same breath. False when there is nothing more."""
    if not step.state.queued or step.state.place is not Place.OPEN:
        return False
    task, *rest = step.state.queued
    step.set(task=task, queued=tuple(rest), begun=(*step.state.begun, task.intent))
    step.say("several.next", title=step.business.intents[task.intent].title)
    step.ask = True
    advance(step, fresh=True)
    return True


def advance(step: Step, *, fresh: bool = False) -> None:
    """Goes on with the task: to the next thing missing, to the yes, or to the deed."""
    task, intent = step.state.task, step.task_intent
    if not fresh and step.state.seeking is not None and step.state.seeking.collecting:
        _collected(step)
        return
    if task is None or intent is None:
        step.go(step.state.home)
        return
    if step.scope(intent.name).mode != "automatic" and not checking.needs_yes(step, intent):
        step.ask = False  # a rule brings a person in now (voice/triggers/sensitive.py)
        return
    if checking.needs_yes(step, intent) and checking.busy(step):
        return
    if intent.verified and step.state.member is None and step.business.identity is not None:
        if fresh:
            step.say("identity.why", title=intent.title)
        step.go(Place.MEMBER)
        return
    missing = next((slot for slot in intent.slots if slot.required and slot.name not in task.values), None)
    if missing is not None:
        step.go(Place.SLOT, task=replace(task, asking=missing.name))
    elif intent.kind is IntentKind.ANSWER:
        _answer(step, intent, task)
    elif intent.confirm is not None and not (intent.cost == "harmless" and task.sure):
        step.go(Place.CONFIRM, task=replace(task, asking=None))
    else:
        act(step)


def _collected(step: Step) -> None:
    """Asked for the person who comes: they are told, and nothing is done about it here."""
    step.seeks(collecting=False)
    step.tell(Corrected(step.state.transcript.last_turn))
    step.say("seek.thanks")
    task = step.state.task
    step.go(Place.WAITING, task=replace(task, asking=None) if task else None)
    step.ask = False


def slot_heard(step: Step, turn: Turn) -> bool:
    """Takes what the sentence says about any slot of the task. False when it says nothing of the one asked for."""
    task, intent = step.state.task, step.task_intent
    if task is None or intent is None or task.asking is None:
        return False
    asked = intent.slot(task.asking)
    values = read(intent.slots, turn) | read((asked,), turn)
    values = answered(asked, values, task)
    if asked.name not in values:
        unfit = turn.unfit(asked)
        if unfit is not None:
            cannot_be(step, asked, unfit)
        return unfit is not None
    step.set(task=replace(task, values={**task.values, **values}))
    step.worked()
    advance(step)
    return True


def cannot_be(step: Step, asked: Slot, said: SlotValue) -> None:
    """Understood, but not to be meant: told why, and asked once more. It counts like words not understood."""
    counts = step.state.counts
    step.set(
        counts=replace(counts, no_matches_row=counts.no_matches_row + 1, silences_row=0), attempt=step.state.attempt + 1
    )
    questions.unfit(step, asked, said)


def slot_keyed(step: Step, value: str) -> None:
    task = step.state.task
    if task is None or task.asking is None:
        return
    turn = step.state.transcript.last_turn or None  # the question it answers
    filled = {**task.values, task.asking: Value(value, "keyed", turn)}
    intent = step.task_intent
    asked = intent.slot(task.asking) if intent else None
    if asked and asked.differs_from and filled.get(asked.differs_from, Value("", "", None)).value == value:
        step.say("keys.wrong")
        return
    step.set(task=replace(task, values=filled))
    step.worked()
    advance(step)


def act(step: Step) -> None:
    """Hands the deed to the backend: the same task always with the same key."""
    task, intent, member = step.state.task, step.task_intent, step.state.member
    if task is None or intent is None or intent.action is None:
        _end(step, "told", None)
        return
    if checking.needs_yes(step, intent) and not task.agreed:
        checking.propose(step, task, intent)
        return
    key, params = key_of(step.call, task, intent), arguments(task, member)
    task = replace(task, key=key, asking=None)
    if intent.cost == "harmless" and intent.doing is not None:
        step.say(intent.doing, said(intent, task))
    elif not step.says:
        step.opener(intent.opener)
    step.do(intent.action, params, key)
    step.go(Place.ACTING, task=task, pending=(*step.state.pending, task))
    step.ask = False


def done(step: Step, event: ActionDone) -> bool:
    """Says what the backend did, also when the caller has moved on. False when nobody asked for it."""
    task = next((one for one in step.state.pending if one.key == event.key), None)
    if task is None:
        return False
    intent = step.business.intents[task.intent]
    if event.action == phrasing.PHRASE:
        _phrased(step, event, intent, task)
        return True
    here = step.state.task is not None and step.state.task.key == event.key
    step.set(pending=tuple(one for one in step.state.pending if one is not task))
    outcome = "done" if event.ok else "unclear" if _unclear(intent, event) else "failed"
    attempt = Attempt(task.intent, outcome, task.turn, event.error, event.receipt, dict(event.facts), dict(task.values))
    step.set(tried=(*step.state.tried, attempt), task=None if here else step.state.task)
    slots = facts_said(intent, task, event)
    if event.ok:
        step.say(intent.done or "unsaid", slots)
    else:
        step.set(counts=replace(step.state.counts, failed_actions=step.state.counts.failed_actions + 1))
        known = intent.errors.get(event.error or "")
        lapsed = "approval.lapsed" if event.error == NOT_APPROVED and checking.needs_yes(step, intent) else None
        step.say(known or lapsed or ("action.unknown" if outcome == "unclear" else "action.failed"), slots)
    if not here or step.state.place is not Place.ACTING:
        return True
    if event.ok:
        after(step)
    else:
        step.go(step.state.home if step.state.seeking else Place.OFFER)
    return True


def cancel(step: Step) -> None:
    """The caller changed their mind: nothing is done."""
    leave(step, "cancelled")
    step.say("cancelled")
    step.go(step.state.home)
    step.ask = step.state.place is Place.OPEN
    _next(step)


def leave(step: Step, outcome: str) -> None:
    """Puts the present task aside, keeping it among what was tried."""
    task = step.state.task
    if task is None:
        return
    if task.granted is not None and task.key is None:
        intent = step.business.intents[task.intent]
        step.acts.append(Withdraw(key_of(step.call, task, intent), outcome))  # what was agreed to is not wanted now
    if task.key is None:
        attempt = Attempt(task.intent, outcome, task.turn, values=dict(task.values))
        step.set(tried=(*step.state.tried, attempt))
    step.set(task=None)


def back(step: Step) -> None:
    """One question back: the last slot is asked again; without one the task is left."""
    task, intent = step.state.task, step.task_intent
    if task is None or intent is None:
        step.go(step.state.home)
        return
    if step.state.place is Place.CHANGE:
        step.go(Place.CONFIRM)
        return
    filled = [slot.name for slot in intent.slots if slot.name in task.values]
    if not filled:
        cancel(step)
        return
    values = {name: value for name, value in task.values.items() if name != filled[-1]}
    step.set(task=replace(task, values=values, asking=None))
    advance(step)


def after(step: Step) -> None:
    """A task ended well: what next?"""
    step.go(step.state.home)
    step.ask = False
    if not _next(step) and step.state.place is Place.OPEN:
        step.say("anything_else")


def _answer(step: Step, intent: Intent, task: Task) -> None:
    """The article's sentence, at once; or in other words, where a language model has any for what was asked."""
    article = _article(step, intent, task)
    asked = step.state.transcript.turn(task.turn).text if task.turn is not None else ""
    if not (step.phrases and says_something(asked)):
        phrasing.say(step, article)
        _end(step, "told", None)
        return
    task = replace(task, key=f"{step.call}-{task.number}-{phrasing.PHRASE}", asking=None)
    phrasing.ask(step, article, asked, task.key or "")
    step.go(Place.ACTING, task=task, pending=(*step.state.pending, task))
    step.ask = False


def _article(step: Step, intent: Intent, task: Task) -> Article:
    name = intent.article or ""
    if intent.articles_by is not None and intent.articles_by in task.values:
        name = f"{name}_{task.values[intent.articles_by].value}"
    return step.business.articles[name]


def _phrased(step: Step, event: ActionDone, intent: Intent, task: Task) -> None:
    """Other words came, or none did. Who has moved on needs neither."""
    here = step.state.task is not None and step.state.task.key == event.key
    step.set(pending=tuple(one for one in step.state.pending if one is not task))
    if here and step.state.place is Place.ACTING:
        phrasing.say(step, _article(step, intent, task), event)
        _end(step, "told", None)


def _end(step: Step, outcome: str, error: str | None) -> None:
    task = step.state.task
    if task is not None:
        attempt = Attempt(task.intent, outcome, task.turn, error, values=dict(task.values))
        step.set(tried=(*step.state.tried, attempt), task=None)
    after(step)


def _unclear(intent: Intent, event: ActionDone) -> bool:
    return intent.confirm is not None and event.error in NO_ANSWER
