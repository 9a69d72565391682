"""What the call is about in one line: said back to the caller before a person hears it."""

from voice.dialogue import prompts
from voice.dialogue.business import Business
from voice.dialogue.state import State, Value

LONGEST_WORDS = 24  # of the caller's own, said back; about eight seconds


def about(state: State) -> str | None:
    """The intent that the call is about: the present one, else the last that was tried."""
    if state.task is not None:
        return state.task.intent
    return state.tried[-1].intent if state.tried else None


def values(state: State) -> dict[str, Value]:
    """What the caller said about it."""
    if state.task is not None:
        return dict(state.task.values)
    return dict(state.tried[-1].values) if state.tried else {}


def own_words(state: State) -> str:
    """The caller's last statement of it, shortened."""
    turns = (*state.issue, *state.noted)
    if not turns:
        return ""
    words = state.transcript.turn(turns[-1]).text.split()
    return " ".join(words[:LONGEST_WORDS]) + (" …" if len(words) > LONGEST_WORDS else "")


def issue_line(business: Business, state: State) -> str:
    """ "you want to dispute a charge of 84 dollars"; the caller's own words where no intent fits; "" when unknown."""
    name = about(state)
    intent = business.intents.get(name or "")
    if name is None and state.called_back is not None and not (*state.issue, *state.noted):
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
