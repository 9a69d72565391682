"""Staying with the caller while a person is sought: what they will be told, how long it takes, that nobody is free."""

from dataclasses import replace

from voice.dialogue import keyed, tasks
from voice.dialogue.hearing import STRONG, Turn
from voice.dialogue.issue import issue_line
from voice.dialogue.state import Counts, Place, Seeking, Task, Value
from voice.dialogue.step import Step
from voice.events import Corrected, Escalated, PersonNews, PersonStage, SeekPerson, StopSeeking, TakeBack, Tell

QUIET = frozenset({Place.BRIEF_CHECK, Place.BRIEF_TOPIC, Place.CALLBACK_THIS, Place.CALLBACK_NUMBER,
                   Place.CALLBACK_CHECK, Place.CALLBACK_OFFER, Place.MEMBER, Place.PIN,
                   Place.SLOT, Place.CONFIRM, Place.ACTING, Place.GUESS, Place.OFFER, Place.CLOSING})  # fmt: skip
A_STATEMENT_WORDS = 4  # more words than this after a "no" say what is right instead


_UNCHECKED = ("silent", "passed_on")
"""Who says nothing is asked nothing; and what a colleague wrote down is not the caller's to put right."""


def begin(step: Step, escalation: Escalated, person: str = "") -> None:
    """A trigger fired: tell the caller at once, and let them put right what the person will hear."""
    step.acts[:0] = [Tell(escalation), SeekPerson(escalation, person)]
    seeking = Seeking(escalation, since_ms=step.now_ms)
    step.set(seeking=seeking, escalated=escalation, guess=None, resume=None)
    step.ask = True
    if escalation.trigger in _UNCHECKED or step.state.deaf:
        _getting(step)
    elif issue_line(step.business, step.state):
        step.go(Place.BRIEF_CHECK)
    elif step.state.by_keys:
        _getting(step)
    else:
        step.go(Place.BRIEF_TOPIC)


def check_heard(step: Step, turn: Turn) -> None:
    """To "I'll tell them ..., is that right?"."""
    if turn.answer == "yes":
        check_answered(step, "yes")
    elif turn.answer == "no" and turn.words <= A_STATEMENT_WORDS:
        check_answered(step, "no")
    else:
        step.set(confirmed=False)
        note(step, turn)


def check_answered(step: Step, answer: str) -> None:
    step.worked()
    if answer == "yes":
        step.set(confirmed=True)
        step.say("seek.thanks")
        _wait_on(step)
        return
    step.set(confirmed=False)
    if step.state.by_keys:
        step.say("seek.noted")
        _wait_on(step)
        return
    step.say("seek.correct")
    step.go(Place.BRIEF_TOPIC)
    step.ask = False


def note(step: Step, turn: Turn) -> None:
    """Keeps what the caller adds or corrects, for the brief."""
    step.worked()
    step.set(noted=(*step.state.noted, turn.number))
    _learn(step, turn)
    step.tell(Corrected(turn.number))
    step.say("seek.thanks" if step.state.place is not Place.WAITING else "seek.noted")
    _wait_on(step)


def already(step: Step) -> None:
    seeking = step.state.seeking
    if seeking is None:
        return
    step.say("seek.already", queue=step.queue_title(seeking.escalation.queue))
    wait(step, asked=True)
    if step.state.place in (Place.OPEN, Place.BRIEF_CHECK, Place.BRIEF_TOPIC):
        step.go(Place.WAITING)
    step.ask = step.state.place is not Place.WAITING


def wait(step: Step, *, asked: bool) -> None:
    """The truth about the wait: when asked for always, else only when it changed."""
    seeking = step.state.seeking
    if seeking is None:
        return
    minutes = seeking.wait_minutes
    if minutes is None:
        if asked:
            step.say("seek.wait_unknown")
        return
    if not asked and minutes == seeking.told_wait:
        return
    if minutes[1] <= 1:
        step.say("seek.wait_one")
    elif minutes[0] <= 1:
        step.say("seek.wait_up_to", to=str(minutes[1]))
    else:
        step.say("seek.wait", {"from": str(minutes[0]), "to": str(minutes[1])})
    step.set(seeking=replace(seeking, told_wait=minutes))


def stop(step: Step) -> None:
    """The caller does not want a person any more. Whether that came in time, the news tells: they may be joined."""
    step.acts.append(StopSeeking("cancelled"))
    if step.state.place in (Place.BRIEF_CHECK, Place.BRIEF_TOPIC):
        step.go(Place.WAITING)
    step.seeks(stopping=True, offer=None)
    step.ask = False


def _stopped(step: Step) -> None:
    step.set(seeking=None, confirmed=None)
    step.say("no_longer_sought")
    step.go(Place.OPEN)
    step.ask = True


def news(step: Step, event: PersonNews) -> None:
    """How far the search has come. A caller in the middle of an answer hears it when they are done."""
    seeking = step.state.seeking
    step.ask = False
    if event.stage in _WITH_A_PERSON:
        _with_a_person(step, event)
        return
    if event.stage in (PersonStage.LEFT, PersonStage.GAVE_UP) and step.state.place is not Place.GONE:
        left = event.stage is PersonStage.LEFT
        step.set(served=step.state.served or left)
        _back(step, "seek.left" if left else "seek.gave_up")
        return
    if step.state.place is Place.GONE:
        return
    if event.stage is PersonStage.COMING:
        _coming(step, event)
        return
    if seeking is None:
        return  # the caller has a promise instead; the news was under way
    if event.stage is PersonStage.STOPPED:
        _stopped(step)
        return
    was = seeking.stage
    wait_minutes = event.wait_minutes or seeking.wait_minutes
    seeking = replace(seeking, stage=event.stage, name=event.name, wait_minutes=wait_minutes, opens=event.opens)
    seeking = replace(seeking, deferred=False)
    step.set(seeking=seeking)
    if event.first and step.state.place in (Place.BRIEF_CHECK, Place.BRIEF_TOPIC, Place.WAITING):
        step.acts.append(TakeBack())  # "I'm getting someone" is not true
        _nobody_from_the_start(step)
    elif step.state.place in QUIET:
        step.set(seeking=replace(seeking, deferred=True))
    else:
        _tell(step, was)


_WITH_A_PERSON = frozenset({
    PersonStage.KEYING, PersonStage.BESIDE, PersonStage.LINE_LOST, PersonStage.HELD, PersonStage.BACK,
})  # fmt: skip


def _with_a_person(step: Step, event: PersonNews) -> None:
    """On a bridge: nothing is asked of the caller here."""
    if event.keying is not None:
        keyed.told(step, event.keying)
    elif event.stage is PersonStage.BESIDE:
        if step.state.place is not Place.GONE:
            step.say("beside", name=event.name or "", host=event.host)
    elif event.stage is PersonStage.LINE_LOST:
        step.say("seek.line_lost", name=event.name) if event.name else step.say("seek.line_lost_unnamed")
    else:
        _held(step, event)


def _held(step: Step, event: PersonNews) -> None:
    """On a bridge: the person is away for a moment, and the caller hears so at once, and again while it lasts."""
    seeking = step.state.seeking
    if seeking is None or step.state.place is Place.GONE:
        return
    again = seeking.stage is PersonStage.HELD
    step.set(seeking=replace(seeking, stage=event.stage))
    if event.stage is PersonStage.HELD:
        name = event.name or seeking.name
        prompt = "held.again" if again else "held"
        step.say(prompt, name=name) if name else step.say(f"{prompt}_unnamed")


def nobody(step: Step) -> None:
    """That no person can come now, when one will be there again, how long it may take: once."""
    seeking = step.state.seeking
    if seeking is None or seeking.told_nobody:
        return
    queue = step.queue_title(seeking.escalation.queue)
    step.say("seek.closed", queue=queue, opens=seeking.opens) if seeking.opens else step.say("seek.nobody", queue=queue)
    step.set(seeking=replace(seeking, told_nobody=True))
    wait(step, asked=False)


def _coming(step: Step, event: PersonNews) -> None:
    """They are being joined. Who took it back a moment ago hears that it was too late, not that nobody comes."""
    seeking = step.state.seeking
    taken_back = seeking is None or seeking.stopping
    again = step.state.place is Place.COMING
    tasks.leave(step, "cancelled")
    step.seeks(stage=PersonStage.COMING, name=event.name, stopping=False, deferred=False, music=False)
    if taken_back:
        step.say("seek.too_late")
    if not again:
        queue = step.queue_title(step.state.escalated.queue) if step.state.escalated else ""
        step.say("seek.coming", name=event.name) if event.name else step.say("seek.coming_unnamed", queue=queue)
    step.go(Place.COMING)


def _nobody_from_the_start(step: Step) -> None:
    """The truth comes first; what it is about is asked all the same, for whoever will call back."""
    seeking = step.state.seeking
    if seeking is not None:
        step.set(seeking=replace(seeking, told_wait=None))  # taken back with the rest
        if seeking.preface:
            step.say(seeking.preface)
    nobody(step)
    seeking = step.state.seeking
    if step.state.place is Place.WAITING:
        _tell(step, PersonStage.SOUGHT)
    elif seeking is not None:
        step.set(seeking=replace(seeking, deferred=True))
        step.ask = True


def _wait_on(step: Step) -> None:
    """To WAITING, with the news that came meanwhile."""
    step.go(Place.WAITING)
    step.ask = False
    catch_up(step)


def catch_up(step: Step) -> None:
    seeking = step.state.seeking
    if seeking is None or step.state.place is not Place.WAITING:
        return
    if seeking.deferred:
        step.set(seeking=replace(seeking, deferred=False))
        _tell(step, PersonStage.SOUGHT)
    else:
        wait(step, asked=False)


def _tell(step: Step, was: PersonStage) -> None:
    seeking = step.state.seeking
    if seeking is None:
        return
    if step.state.place is Place.COMING:  # the one who accepted was lost on the way
        step.say("seek.next")
        step.go(Place.WAITING)
    if seeking.stage is PersonStage.RINGING and seeking.name:
        if was is PersonStage.RINGING:
            step.say("seek.next")
        step.say("seek.ringing", name=seeking.name)
    elif seeking.stage is PersonStage.UNAVAILABLE and was is not PersonStage.UNAVAILABLE:
        nobody(step)
        if not seeking.declined_callback:
            step.seeks(told=(*seeking.told, "callback"))
            step.go(Place.CALLBACK_OFFER)
            step.ask = True
            return
    elif seeking.stage is PersonStage.SOUGHT:
        wait(step, asked=False)


def _back(step: Step, news: str) -> None:
    """The person is gone, or none came, and the caller is still here."""
    step.set(seeking=None, confirmed=None, task=None, counts=Counts())
    step.say(news)
    step.say("anything_else")
    step.go(Place.OPEN)


def _getting(step: Step) -> None:
    seeking = step.state.seeking
    if seeking is not None:
        step.say("seek.getting", queue=step.queue_title(seeking.escalation.queue))
        _wait_on(step)


def _adds_to_last(step: Step, turn: Turn) -> bool:
    """ "Eighty four dollars" is a detail of what was left for the person, whatever else it sounds like."""
    last = step.state.tried[-1]
    found = turn.values(step.business.intents[last.intent].slots)
    if found:
        values = {one.name: Value(one.value, one.words, turn.number) for one in found}
        step.set(tried=(*step.state.tried[:-1], replace(last, values={**last.values, **values})))
    return bool(found)


def _learn(step: Step, turn: Turn) -> None:
    """A correction may name another intent or other values: the brief is about those then."""
    task, intent = step.state.task, step.task_intent
    if intent is not None and task is not None:
        found = {one.name: one for one in turn.values(intent.slots)}
        if found:
            values = {name: Value(one.value, one.words, turn.number) for name, one in found.items()}
            step.set(task=replace(task, values={**task.values, **values}))
            return
    if task is None and step.state.tried and _adds_to_last(step, turn):
        return
    name = turn.match.name
    if name is None or not turn.match.in_scope or turn.match.confidence < STRONG:
        return
    other = step.business.intents[name]
    if other.summary and other.name != (task.intent if task else None) and other.kind != "control":
        values = {one.name: Value(one.value, one.words, turn.number) for one in turn.values(other.slots)}
        step.set(task=Task(name, step.state.tasks + 1, turn.number, values), tasks=step.state.tasks + 1)
