"""What each place asks, with which keys it can be answered, and what it expects to hear."""

from collections.abc import Callable

from models.slots import SlotValue
from voice.dialogue import music, prompts
from voice.dialogue.business import CALLBACK_DIGITS, Slot
from voice.dialogue.issue import issue_line
from voice.dialogue.languages import SCORES, number, read_back
from voice.dialogue.state import DIGITS, SENSITIVE, YES_NO, Place, Seeking
from voice.dialogue.step import Step
from voice.events import Act, Expect, Music

MORE_KEY = 8  # turns the menu's page


def finish(step: Step) -> tuple[Act, ...]:
    """Asks the place's question, remembers what was said for "again", and says what is expected next."""
    if step.ask:
        _ask(step)
    if lasting := tuple(say for say in step.says if not say.after_ms):
        step.set(last=lasting)
    if (playing := music.plays(step)) != step.state.music:
        step.set(music=playing)
        step.acts.append(Music(playing))
    if step.expect and step.state.place is not Place.GONE:
        step.acts.append(expected(step))
    return tuple(step.acts)


def expected(step: Step) -> Expect:
    state, hearing = step.state, step.business.hearing
    place, sensitive = state.place, state.place in SENSITIVE
    answer_ms = _answer_ms(step)
    if place in DIGITS:
        count = wanted(step, place)
        return Expect(number(count), "digits", count, hearing.digits_no_input_ms, sensitive)
    if place in YES_NO:
        intent = step.task_intent if place is Place.CONFIRM else None
        return Expect(read_back(intent) if intent else "yes_no", "yes_no", None, answer_ms, sensitive)
    if place is Place.CHANGE and step.task_intent is not None:
        return Expect(read_back(step.task_intent), "free", None, answer_ms)
    if place is Place.SLOT and state.task and state.task.asking:
        slot = step.business.intents[state.task.intent].slot(state.task.asking)
        language = f"slot:{state.task.intent}.{slot.name}"
        shape = {"digits": "digits", "choice": "choice"}.get(slot.kind, "free")
        no_input_ms = answer_ms if state.seeking else hearing.digits_no_input_ms
        answers = tuple(way for value, ways in slot.choices.items() for way in (value, *ways))
        return Expect(language, shape, slot.digits, no_input_ms, answers=answers)
    if place is Place.SURVEY:
        return Expect("survey", "choice", None, answer_ms, answers=SCORES)
    if place is Place.WAITING:
        return Expect("waiting", "free", None, _pause_ms(step))
    if place is Place.CHECKING:
        return Expect("waiting", "free", None, step.business.staying.checking_ms)
    if place is Place.COMING:
        return Expect("waiting", "free", None, hearing.no_input_ms)
    return Expect("main", "free", None, answer_ms)


def _answer_ms(step: Step) -> int:
    """For an answer to begin. While a person is sought an answer still counts later, but nobody is left in silence."""
    seeking = step.state.seeking
    if seeking is None or seeking.music:
        return step.business.hearing.no_input_ms
    first = step.now_ms - seeking.since_ms < step.business.staying.talk_ms
    return step.business.staying.answer_ms if first else step.business.hearing.no_input_ms


def _pause_ms(step: Step) -> int:
    """Between two sentences to a caller who waits."""
    seeking, staying = step.state.seeking, step.business.staying
    if seeking is None or (not seeking.music and step.now_ms - seeking.since_ms < staying.talk_ms):
        return staying.pause_ms
    return staying.music_ms if seeking.music else staying.later_ms


def menu(step: Step) -> None:
    """Reads the present page of the keypad menu."""
    pages, page = step.business.menu, step.state.page
    if not step.state.deaf:  # "you can tell me what you need" would not be true
        step.say("menu.intro")
    for key, name in enumerate(pages[page], start=1):
        intent = step.business.intents[name]
        step.say("menu.item", title=intent.menu or intent.title, key=str(key))
    if len(pages) > 1:
        step.say("menu.more", key=str(MORE_KEY))
    step.say("menu.always")


def _ask(step: Step) -> None:
    asked = _QUESTIONS.get(step.state.place)
    if asked is not None:
        asked(step)


def wanted(step: Step, place: Place) -> int:
    """How many digits the number asked for in `place` has."""
    identity = step.business.identity
    if place is Place.CALLBACK_NUMBER or identity is None:
        return CALLBACK_DIGITS
    return identity.member_digits if place is Place.MEMBER else identity.pin_digits


def unfit(step: Step, slot: Slot, value: SlotValue) -> None:
    """Says why what was said for `slot` cannot be meant, instead of "I didn't get that"."""
    if value.problem is None:
        return
    bounds = {
        name: prompts.money(f"{bound:.2f}") for name, bound in (("least", slot.least), ("most", slot.most)) if bound
    }
    count = str(sum(map(str.isdecimal, value.value)))
    step.say(f"problem.{value.problem}", {**bounds, "count": count, "wanted": str(slot.digits or "")})


def answered_by_keys(step: Step) -> bool:
    """Whether keys answer what is asked of the task now."""
    intent, task = step.task_intent, step.state.task
    if step.state.place is not Place.SLOT or intent is None or task is None or task.asking is None:
        return False
    slot = intent.slot(task.asking)
    return bool(slot.keys or slot.choices) or slot.kind in ("digits", "amount")


def by_keys(step: Step) -> bool:
    """Whether to say the keys: the caller keys, was not understood before, or cannot be heard."""
    return step.state.by_keys or step.state.attempt > 0 or step.state.deaf


def _plain(prompt: str) -> Callable[[Step], None]:
    def ask(step: Step) -> None:
        step.say(prompt, attempt=step.state.attempt)

    return ask


def _yes_no(step: Step) -> None:
    if by_keys(step):
        step.say("keys.yes_no")


def _open(step: Step) -> None:
    if step.state.deaf or step.state.by_keys or step.state.attempt > 1:
        menu(step)
    else:
        step.say("how_can_i_help", attempt=step.state.attempt)


def _guess(step: Step) -> None:
    step.say("confirm_intent", attempt=step.state.attempt, title=step.business.intents[step.state.guess or ""].title)
    _yes_no(step)


def _slot(step: Step) -> None:
    intent, task = step.task_intent, step.state.task
    if intent is None or task is None or task.asking is None:
        return
    slot = intent.slot(task.asking)
    step.say(slot.ask, attempt=step.state.attempt)
    if not by_keys(step):
        return
    if slot.keys:
        step.say(slot.keys)
    for key, value in enumerate(slot.choices, start=1):
        step.say("keys.choice", value=slot.said(value), key=str(key))


def _confirm(step: Step) -> None:
    intent, task = step.task_intent, step.state.task
    if intent is None or task is None or intent.confirm is None:
        return
    values = {name: prompts.spoken(intent.slot(name), value.value) for name, value in task.values.items()}
    step.say(intent.confirm, values, attempt=step.state.attempt)
    _yes_no(step)


def _change(step: Step) -> None:
    step.say("confirm.change", attempt=step.state.attempt)
    intent, task = step.task_intent, step.state.task
    if intent is None or task is None or not by_keys(step):
        return
    for key, name in enumerate(task.values, start=1):
        said = prompts.spoken(intent.slot(name), task.values[name].value)
        step.say("keys.choice", value=said, key=str(key))


def _offer(step: Step) -> None:
    step.say("offer_person", attempt=step.state.attempt)
    _yes_no(step)


def _brief_check(step: Step) -> None:
    seeking = step.state.seeking
    if seeking is not None:
        queue, prompt = step.queue_title(seeking.escalation.queue), _as_staffed("seek.check", seeking)
        step.say(prompt, queue=queue, issue=issue_line(step.business, step.state))
        _yes_no(step)


def _brief_topic(step: Step) -> None:
    seeking = step.state.seeking
    if seeking is not None:
        step.say(_as_staffed("seek.topic", seeking), queue=step.queue_title(seeking.escalation.queue))


def _as_staffed(prompt: str, seeking: Seeking) -> str:
    """ "I'm getting someone" is not said where nobody is there to be got."""
    return f"{prompt}_later" if seeking.told_nobody else prompt


def _callback_this(step: Step) -> None:
    step.say("callback.this_number", attempt=step.state.attempt, ending=ending(step.state.caller_number))
    _yes_no(step)


def _callback_check(step: Step) -> None:
    number = step.state.callback_number or ""
    step.say("callback.read_back", attempt=step.state.attempt, private=True, digits=prompts.digits(number))
    _yes_no(step)


def ending(number: str | None) -> str:
    """The last four digits, one by one."""
    return " ".join((number or "")[-4:])


_QUESTIONS: dict[Place, Callable[[Step], None]] = {
    Place.OPEN: _open,
    Place.CALLED_BACK: _plain("called_back.question"),
    Place.GUESS: _guess,
    Place.MEMBER: _plain("identity.ask_member"),
    Place.PIN: _plain("identity.ask_pin"),
    Place.SLOT: _slot,
    Place.CONFIRM: _confirm,
    Place.CHANGE: _change,
    Place.OFFER: _offer,
    Place.BRIEF_CHECK: _brief_check,
    Place.BRIEF_TOPIC: _brief_topic,
    Place.CALLBACK_OFFER: _plain("seek.offer_callback"),
    Place.SURVEY: _plain("survey.ask"),
    Place.CALLBACK_THIS: _callback_this,
    Place.CALLBACK_NUMBER: _plain("callback.ask_number"),
    Place.CALLBACK_CHECK: _callback_check,
}
