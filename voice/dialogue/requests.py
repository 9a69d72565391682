"""The open question: what the caller may want, what is a guess, what this line does not serve; and words about the
conversation itself (again, stop, goodbye, how long)."""

from dataclasses import replace

from voice.dialogue import callback, checking, seeking, survey, tasks
from voice.dialogue.business import IntentKind
from voice.dialogue.hearing import Turn
from voice.dialogue.questions import menu
from voice.dialogue.state import YES_NO, Place
from voice.dialogue.step import Step
from voice.events import HangUp, RecordingDeclined, StopRecording, StopSeeking
from voice.triggers.words import bare

SHORT_WORDS = 3  # "no", "no thank you": nothing more is wanted


def open_heard(step: Step, turn: Turn) -> None:
    """An answer to "how can I help?" or "anything else?"."""
    name = turn.accepted
    if not bare(turn.raw):  # "hello?"
        step.set(counts=replace(step.state.counts, silences_row=step.state.counts.silences_row + 1))
    elif turn.answer == "no" and _helped(step) and _no_more(turn):
        goodbye(step)
    elif turn.answer is not None and turn.words <= 2 and name in (None, "goodbye"):
        counts = step.state.counts  # a bare yes or no to an open question says nothing yet
        step.set(counts=replace(counts, no_matches_row=counts.no_matches_row + 1, silences_row=0))
    elif name == "goodbye" and turn.strong is None:
        step.go(Place.GUESS, guess=name, guess_turn=turn.number)  # never hang up on a guess
    elif name is not None:
        wanted(step, name, turn)
    elif (guess := turn.guessed) is not None:
        step.go(Place.GUESS, guess=guess, guess_turn=turn.number)
    elif not turn.match.in_scope:
        if not checking.ask_colleague(step, turn):
            outside(step, turn.number)
    else:
        no_match(step)


def _helped(step: Step) -> bool:
    """Whether "no" can mean that nothing more is wanted."""
    return bool(step.state.tried) or step.state.served


def _no_more(turn: Turn) -> bool:
    """ "No", or "no, that's all" however badly it was heard: its no and its goodbye say the same."""
    if turn.words <= SHORT_WORDS:
        return turn.accepted != "cancel"
    return turn.match.name == "goodbye" and turn.match.confidence >= turn.bars.accept_confidence


def wanted(step: Step, name: str, turn: Turn | None) -> None:
    """The caller wants `name`."""
    if step.business.intents[name].kind is IntentKind.CONTROL:
        control(step, name, turn)
    else:
        tasks.begin(step, name, turn)


def guess_heard(step: Step, turn: Turn) -> bool:
    if turn.answer is not None and turn.words <= SHORT_WORDS:
        guess_answered(step, turn.answer, turn)
        return True
    if turn.accepted is not None:
        wanted(step, turn.accepted, turn)
        return True
    return False


def guess_answered(step: Step, answer: str, turn: Turn | None) -> None:
    name, said_in = step.state.guess or "", step.state.guess_turn
    step.set(guess=None)
    if answer == "yes":
        step.go(step.state.home)
        if name == "talk_to_person":
            step.person = step.business.intents[name].title
            return
        wanted(step, name, None)
        task = step.state.task
        if task is not None and said_in is not None:
            step.set(task=replace(task, turn=said_in), issue=(*step.state.issue, said_in))
        return
    if name == "goodbye" and _helped(step):  # who stays on has something else, and nothing went wrong
        step.go(step.state.home)
        return
    counts = step.state.counts
    step.set(counts=replace(counts, wrong_guesses=counts.wrong_guesses + 1, silences_row=0, no_matches_row=0))
    step.say("wrong_guess")
    step.go(step.state.home)
    step.ask = False


def control(step: Step, name: str, turn: Turn | None) -> None:
    """Words about the conversation itself; each is answered and none is a failure."""
    step.worked()
    match name:
        case "talk_to_person":
            step.person = turn.raw if turn else step.business.intents[name].title
        case "repeat":
            again(step)
        case "goodbye":
            goodbye(step)
        case "cancel":
            stop(step)
        case "callback":
            callback.begin(step, turn.number if turn else None)
        case "wait_time":
            wait_time(step)
        case "stop_recording":
            unrecorded(step, turn.number if turn else step.state.transcript.last_turn)
        case _:  # menu
            show_menu(step)


def again(step: Step) -> None:
    """The last words once more."""
    for say in step.state.last:
        step.say_again(say)
    step.ask = not step.state.last


def show_menu(step: Step) -> None:
    if step.state.place is not Place.WAITING:
        tasks.leave(step, "cancelled")
        step.go(step.state.home)
    menu(step)
    step.ask = False


def stop(step: Step) -> None:
    if step.state.task is not None and step.state.place not in (Place.WAITING, Place.BRIEF_CHECK, Place.BRIEF_TOPIC):
        tasks.cancel(step)
    elif step.state.seeking is not None:
        tasks.leave(step, "cancelled")
        seeking.stop(step)
    elif step.state.place is Place.CHECKING:
        checking.cancel(step)
    else:
        step.say("nothing_to_cancel")
        step.go(Place.OPEN)


def wait_time(step: Step) -> None:
    if step.state.place is Place.CHECKING:
        checking.company(step)
        return
    if step.state.seeking is None:
        step.say("one_moment" if step.state.place is Place.ACTING else "back")
        return
    seeking.wait(step, asked=True)
    if step.state.place in (Place.BRIEF_CHECK, Place.BRIEF_TOPIC):
        step.go(Place.WAITING)
    step.ask = step.state.place is not Place.WAITING


def unrecorded(step: Step, turn: int) -> None:
    """Honoured at once, in any place; what was asked is asked again."""
    if step.state.recorded:
        step.acts.append(StopRecording())
        step.tell(RecordingDeclined(turn))
    step.set(recorded=False)
    step.worked()
    step.say("recording.stopped")
    step.ask = step.state.place is not Place.WAITING


def goodbye(step: Step) -> None:
    if step.state.seeking is not None:
        step.acts.append(StopSeeking("cancelled"))
    asked = survey.due(step)
    tasks.leave(step, "cancelled")
    survey.ask(step) if asked else survey.part(step)


def hang_up(step: Step) -> None:
    step.acts.append(HangUp(step.state.closing_reason))
    step.go(Place.GONE)
    step.ask = step.expect = False


def outside(step: Step, turn: int) -> None:
    """Nothing of ours: said so once, honestly. The second time a rule brings a person, who is told these words."""
    counts, state = step.state.counts, step.state
    step.set(counts=replace(counts, outside=counts.outside + 1, silences_row=0))
    step.set(issue=(*state.issue, turn), strange=turn)
    step.say("out_of_scope", attempt=counts.outside)
    step.ask = False


def no_match(step: Step) -> None:
    """Not understood: the same question, better put."""
    counts, attempt = step.state.counts, step.state.attempt
    step.set(counts=replace(counts, no_matches_row=counts.no_matches_row + 1, silences_row=0), attempt=attempt + 1)
    place = step.state.place
    if place in (Place.OPEN, Place.WAITING):
        step.say("no_match.open", attempt=attempt)
        step.ask = False
    elif place in YES_NO:
        step.say("no_match.yes_no", attempt=attempt)
    else:
        step.say("no_match.slot", attempt=attempt)
