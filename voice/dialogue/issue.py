"""What the call is about in one line: said back to the caller before a person hears it."""

from models.statement import says_something
from voice.dialogue import prompts
from voice.dialogue.business import Business
from voice.dialogue.state import State, Task, Value

LONGEST_WORDS = 24  # of the caller's own, said back; about eight seconds


def _present(state: State) -> Task | None:
    return state.task or (state.approval.task if state.approval else None)


def about(state: State) -> str | None:
    """The intent that the call is about: the present one, else the last that was tried."""
    if (task := _present(state)) is not None:
        return task.intent
    return state.tried[-1].intent if state.tried else None


def topic(state: State) -> str | None:
    """The intent that a person is told of; None where none fits what was wanted last."""
    return None if _strange(state) else about(state)


def turns(state: State) -> tuple[int, ...]:
    """Those in which the caller said what a person is told of, first statement first."""
    since = _begun(state) if _strange(state) else 0
    return tuple(turn for turn in dict.fromkeys((*state.issue, *state.noted)) if turn > since)


def _strange(state: State) -> bool:
    """What was wanted last is nothing that this line does, whatever was done before."""
    return _present(state) is None and state.strange is not None and state.strange > _begun(state)


def _begun(state: State) -> int:
    """The turn that began what was tried last."""
    return (state.tried[-1].turn or 0) if state.tried else 0


def values(state: State) -> dict[str, Value]:
    """What the caller said about it."""
    if (task := _present(state)) is not None:
        return dict(task.values)
    return dict(state.tried[-1].values) if state.tried else {}


def own_words(state: State) -> str:
    """The caller's last statement of it, shortened; a bare "no" is none."""
    said = [state.transcript.turn(turn).text for turn in turns(state)]
    words = next((text for text in reversed(said) if says_something(text)), "").split()
    return " ".join(words[:LONGEST_WORDS]) + (" …" if len(words) > LONGEST_WORDS else "")


def issue_line(business: Business, state: State) -> str:
    """ "you want to dispute a charge of 84 dollars"; the caller's own words where no intent fits; "" when unknown."""
    name = topic(state)
    intent = business.intents.get(name or "")
    if name is None and state.called_back is not None and not turns(state):
        return state.called_back.topic
    if intent is None or not intent.summary:
        words = own_words(state)
        return f"you said: “{words}”" if words else ""
    said = values(state)
    phrases = [
        slot.phrase.format(value=prompts.spoken(slot, said[slot.name].value))
        for slot in intent.slots
        if slot.name in said
    ]
    return " ".join([intent.summary, *phrases])
