"""One question when all is said: from 1 to 5, how well were you helped? Once a call, by key or voice, and never of
somebody who spoke of a death or a fraud; whoever says nothing is let go."""

import re

from models.transcript import Speaker
from voice.dialogue.hearing import Turn
from voice.dialogue.state import Place, State
from voice.dialogue.step import Step
from voice.events import Surveyed
from voice.triggers import sensitive

SAID = ("survey.ask", "survey.noted")
"""A business with these prompts may ask (`[survey]`)."""
LEAST, MOST = 1, 5
A_WISH_WORDS = 3  # fewer are no new wish but an answer that is none of ours: "no thanks", "whatever"
LOOKED_AT = 200  # utterances of the caller, the last ones, that are searched for what nobody is asked after

_SCORES = {word: score for score, word in enumerate(("one", "two", "three", "four", "five"), start=LEAST)}
_SCORES |= {str(score): score for score in _SCORES.values()}
_HEARD = {"won": 1, "to": 2, "too": 2, "tree": 3, "for": 4, "fore": 4}  # how recognisers spell the same, alone
_BEFORE = (
    r"(?:(?:uh|um|er|oh|well|okay|ok|sure|yes|yeah|so|maybe|probably|definitely|about|around|press|number|say|just|like"
    r"|i'd|i would|i will|i'll|say|give|you|it|that|them|her|him|it's|it was|that's|that was|a|an|the|solid|full"
    r"|i think|i guess|let's|go with|rate|this|as) )*"
)
_AFTER = (
    r"(?: (?:stars?|points?|out of|of|five|5|please|thanks|thank|you|i|guess|think|suppose|would|say|for sure"
    r"|definitely|very|much|bye|goodbye))*"
)
_ANSWER = re.compile(f"{_BEFORE}({'|'.join(_SCORES)}){_AFTER}")
_OUT_OF = re.compile(r" (?:out )?of (?:five|5)\b")


def due(step: Step) -> bool:
    """Whether the caller who is leaving is asked. Who breaks off a search or a check is not held up."""
    state, survey = step.state, step.survey
    if survey is None or state.surveyed or state.deaf or not (state.tried or state.served):
        return False
    if state.seeking or state.approval or state.asking or state.pending or not survey.draws(step.call):
        return False
    return (not survey.queues or not _queues(step).isdisjoint(survey.queues)) and not _grave(step)


def ask(step: Step) -> None:
    step.set(surveyed=True)
    step.go(Place.SURVEY)
    step.ask = True


def keyed(step: Step, key: int) -> None:
    if LEAST <= key <= MOST:
        _answered(step, key, "key")
    else:
        step.say("keys.wrong")
        step.ask = False


def heard(step: Step, turn: Turn) -> bool:
    """False where the caller wants something else after all."""
    score = said(turn.raw) if turn.understood else None
    if score is not None:
        _answered(step, score, "voice")
    elif _wishes(turn):
        return False
    else:
        part(step)
    return True


def _wishes(turn: Turn) -> bool:
    return (
        turn.understood and turn.answer is None and turn.words >= A_WISH_WORDS and turn.guessed not in (None, "goodbye")
    )


def said(text: str) -> int | None:
    """ "A four", "five out of five": nothing else than one of the five, whatever politeness is around it."""
    words = " ".join(re.findall(r"[a-z0-9']+", text.casefold().replace("’", "'")))
    if words in _HEARD:
        return _HEARD[words]
    found = _ANSWER.fullmatch(words)
    rest = _OUT_OF.sub("", words)
    if found is None or sum(word in _SCORES for word in rest.split()) > 1:
        return None  # "four or five"
    return _SCORES[found[1]]


def part(step: Step) -> None:
    """The goodbye."""
    closing = step.say("goodbye")
    step.go(Place.CLOSING, closing_say=closing.say_id, closing_reason="done", seeking=None)
    step.ask = False


def _answered(step: Step, score: int, by: str) -> None:
    step.worked()
    step.tell(Surveyed(score, by, "person" if step.state.served else "goodbye"))
    step.say("survey.noted")
    part(step)


def _queues(step: Step) -> frozenset[str]:
    """Whose call it is: theirs who were asked to come, else theirs who answer for what was wanted."""
    state: State = step.state
    if state.escalated is not None:
        return frozenset({state.escalated.queue})
    return frozenset(step.scope(task.intent).queue for task in state.tried)


def _grave(step: Step) -> bool:
    """Whether the caller spoke of what is always for a person: with us, or with the person who came."""
    rules = [rule for rule in step.business.rules if isinstance(rule, sensitive.Rule)]
    if not rules:
        return False
    words = [one.text for one in step.state.transcript.by(Speaker.CALLER)]
    return any(sensitive.topic_of(text, rule) for text in words[-LOOKED_AT:] for rule in rules)
