"""What the brief is written from, gathered from the state: facts with the turns they rest on."""

from datetime import date

from models.brief import Attempt, Caller, Entity, Material, Reason
from voice.dialogue.business import Business
from voice.dialogue.issue import issue_line, topic, turns, values
from voice.dialogue.prompts import render
from voice.dialogue.state import Attempt as Tried
from voice.dialogue.state import State


def material(business: Business, state: State, today: date) -> Material:
    """Corrections come after the first statement of the issue, so the last turns are the latest word."""
    intent = business.intents.get(topic(state) or "")
    escalation = state.seeking.escalation if state.seeking else state.escalated
    return Material(
        transcript=state.transcript,
        today=today,
        caller=_caller(business, state),
        topic=issue_line(business, state) if intent and intent.summary else None,
        issue_turns=turns(state),
        attempts=tuple(_attempt(business, one) for one in state.tried),
        reason=Reason(escalation.trigger, escalation.evidence, escalation.turns) if escalation else None,
        next_step=intent.next_step or None if intent else None,
        limits=intent.limits or None if intent else None,
        entities=_entities(business, state),
        record=_record(state),
        recorded=state.recorded,
    )


def _caller(business: Business, state: State) -> Caller:
    member = state.member
    if member is None:
        return Caller()
    known = {"tier": member.tier, "value": member.value, "since": member.since}
    notes = [render(business.prompts, f"brief.{name}", 0, {name: value}) for name, value in known.items() if value]
    how = render(business.prompts, f"brief.{member.how}", 0, {})
    return Caller(member.name or None, member.masked, how, tuple(notes))


def _attempt(business: Business, tried: Tried) -> Attempt:
    intent = business.intents[tried.intent]
    error = (tried.error or "").replace("_", " ")
    result = render(business.prompts, f"brief.{tried.outcome}", 0, {"error": error})
    committed = tried.outcome in ("done", "unclear") and intent.confirm is not None
    asked_in = (tried.turn,) if tried.turn is not None else ()
    return Attempt(intent.attempt or intent.title, result, tried.receipt, committed, asked_in)


def _entities(business: Business, state: State) -> tuple[Entity, ...]:
    name = topic(state)
    if name is None:
        return ()
    slots = {slot.name: slot for slot in business.intents[name].slots}
    return tuple(
        Entity(name, slots[name].spec.kind, one.value, one.words, one.turn)
        for name, one in values(state).items()
        if one.turn is not None
    )


def _record(state: State) -> dict[str, str]:
    member = state.member
    if member is None:
        return {}
    return {name: value for name, value in (("tier", member.tier), ("since", member.since)) if value}
