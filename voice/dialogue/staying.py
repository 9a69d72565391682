"""Keeping a caller company while a person is sought: the next useful thing to say, and what a bare "yes" to it takes.

What helps the person who comes is asked first; then what the caller may choose; then things worth knowing. Each is
said once, and after that a word that the search goes on.
"""

from collections.abc import Callable
from dataclasses import replace

from models.knowledge import Article
from voice.dialogue import callback, music, seeking, tasks
from voice.dialogue.hearing import PLAIN_ANSWER_WORDS, Turn
from voice.dialogue.issue import about, issue_line
from voice.dialogue.state import Offer, Place
from voice.dialogue.step import Step

MOST_ATTEMPTS = 2  # of one question while a person is sought; then it is left to them
SPARED = frozenset({"silent", "lost", "frustrated", "failed"})  # triggers after which no more questions are asked
EARNEST = frozenset({"sensitive", "frustrated"})  # ... and after which nobody wants to hear of opening hours


def next_line(step: Step) -> None:
    """To a caller who waits and has said nothing: the next thing not yet said."""
    sought = step.state.seeking
    if sought is None:
        return
    step.ask = False
    step.seeks(collecting=False)
    seeking.catch_up(step)
    if step.says or step.state.place is not Place.WAITING:
        return  # there was news
    if not sought.music:
        for name, line in _AGENDA.items():
            if name not in sought.told and line(step):
                step.seeks(told=(*sought.told, name))
                return
        if _tip(step):
            return
    comfort(step)


def comfort(step: Step) -> None:
    """The search goes on; each time in other words."""
    sought = step.state.seeking
    if sought is None:
        return
    variants = len(step.business.prompts.texts["seek.comfort"])
    queue = step.queue_title(sought.escalation.queue)
    step.say("seek.comfort", attempt=sought.comforts % variants, filler=True, queue=queue)
    step.seeks(comforts=sought.comforts + 1)
    if step.state.by_keys or step.state.deaf:
        tell_keys(step)
    step.ask = False


def tell_keys(step: Step) -> None:
    """What a waiting caller may press; their number only while nobody has it."""
    step.say("seek.keys")
    if unknown(step):
        step.say("seek.keys.identity")


def unknown(step: Step) -> bool:
    """Whether the business knows its callers, and not yet this one."""
    return step.business.identity is not None and step.state.member is None


def heard(step: Step, turn: Turn) -> None:
    """Whatever a waiting caller says has an answer; nothing counts as a failure."""
    if turn.asks:
        seeking.already(step)
    elif not turn.understood:
        next_line(step)
    else:
        seeking.note(step, turn)


def answered(step: Step, turn: Turn) -> bool:
    """A plain yes or no to what was offered last. False when it is neither, or nothing was offered."""
    sought = step.state.seeking
    if sought is None or sought.offer is None or turn.words > PLAIN_ANSWER_WORDS or turn.answer is None:
        return False
    if turn.answer == "no" and turn.words > 1 and turn.strong == "cancel":
        return False  # "never mind" is no answer to an offer
    offer, answer = sought.offer, turn.answer
    step.seeks(offer=None)
    if offer is Offer.BRIEF:
        seeking.check_answered(step, answer)
    elif answer == "yes":
        take(step, offer)
    else:
        step.say("back")
        step.ask = False
    return True


def leave_it(step: Step) -> None:
    """While a person is sought no question is asked a third time."""
    step.acts.clear()
    if step.state.seeking is None or not step.state.seeking.collecting:
        tasks.leave(step, "cancelled")
    step.go(Place.WAITING)
    next_line(step)


def take(step: Step, offer: Offer) -> None:
    match offer:
        case Offer.CALLBACK:
            callback.begin(step, None)
        case Offer.MUSIC:
            music.choose(step, True)
        case Offer.IDENTITY:
            identify(step)
        case _:  # a plain yes tells nothing of the topic
            next_line(step)


def told_a_detail(step: Step, turn: Turn) -> bool:
    """A few words that hold a value the topic still lacks are that value, whatever wish they also sound like."""
    task, intent = step.state.task, step.task_intent
    if task is None or intent is None or turn.words > PLAIN_ANSWER_WORDS:
        return False
    lacking = {slot.name for slot in intent.slots if slot.name not in task.values}
    if not any(one.name in lacking for one in turn.values(intent.slots)):
        return False
    seeking.note(step, turn)
    return True


def identify(step: Step) -> None:
    """Collects who is calling, for the person: number and PIN, then on with the waiting."""
    if not unknown(step):
        next_line(step)
        return
    step.worked()
    step.go(Place.MEMBER)
    step.seeks(collecting=True, offer=None)


# --- what there is to say: each says its line, or is not for this caller ----------------------------------------------


def _detail(step: Step) -> bool:
    """The first thing the topic's task does not know yet."""
    task, intent, sought = step.state.task, step.task_intent, step.state.seeking
    spared = sought is None or step.state.deaf or sought.escalation.trigger in SPARED
    if task is None or intent is None or spared:
        return False
    missing = next((slot for slot in intent.slots if slot.required and slot.name not in task.values), None)
    if missing is None:
        return False
    step.go(Place.SLOT, task=replace(task, asking=missing.name))
    step.seeks(collecting=True)
    step.ask = True
    return True


def _identity(step: Step) -> bool:
    intent = step.business.intents.get(about(step.state) or "")
    if not unknown(step) or intent is None or not intent.verified:
        return False
    return _offer(step, "seek.identity", Offer.IDENTITY)


def _ready(step: Step) -> bool:
    if issue_line(step.business, step.state):
        step.say("seek.ready", filler=True)
        return True
    return _offer(step, "seek.topic_hint", Offer.TOPIC)


def _music(step: Step) -> bool:
    return _offer(step, "seek.music_hint", Offer.MUSIC)


def _callback(step: Step) -> bool:
    sought = step.state.seeking
    if sought is None or sought.declined_callback:
        return False
    return _offer(step, "seek.callback_hint", Offer.CALLBACK)


def _about(step: Step) -> bool:
    """What the knowledge says of the topic."""
    intent = step.business.intents.get(about(step.state) or "")
    article = step.business.articles.get(intent.article or "") if intent else None
    told = any(one.intent == (intent.name if intent else "") and one.outcome == "told" for one in step.state.tried)
    return article is not None and not told and _say_tip(step, article)


def _asking(step: Step) -> bool:
    step.say("seek.ask_hint", filler=True)
    return True


def _cancelling(step: Step) -> bool:
    step.say("seek.cancel_hint", filler=True)
    return True


def _tip(step: Step) -> bool:
    """Something of the operator's choice that was not told yet; not to who came with a grave matter."""
    sought = step.state.seeking
    if sought is None or sought.escalation.trigger in EARNEST:
        return False
    for name in step.business.staying.tips:
        if name not in sought.told:
            return _say_tip(step, step.business.articles[name])
    return False


def _say_tip(step: Step, article: Article) -> bool:
    step.say("seek.tip", text=article.spoken, filler=True)
    if step.state.seeking is not None:
        step.seeks(told=(*step.state.seeking.told, article.name))
    return True


def _offer(step: Step, prompt: str, offer: Offer) -> bool:
    step.say(prompt)
    step.seeks(offer=offer)
    return True


_AGENDA: dict[str, Callable[[Step], bool]] = {
    "ready": _ready,  # first, and no question: a yes that comes now is to the brief
    "detail": _detail,
    "identity": _identity,
    "music": _music,
    "callback": _callback,
    "about": _about,
    "asking": _asking,
    "cancelling": _cancelling,
}
