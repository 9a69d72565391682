"""The signals of one turn, gathered from the state for the rules of `voice/triggers`."""

from models.frustration import Judgement
from models.slots import corrects
from models.transcript import Speaker
from voice.dialogue.business import Business
from voice.dialogue.hearing import Turn
from voice.dialogue.issue import about, values
from voice.dialogue.questions import answered_by_keys
from voice.dialogue.state import YES_NO, Place, State
from voice.dialogue.step import Step
from voice.events import Do
from voice.triggers.price import Price
from voice.triggers.signals import Glance, Signals

VOICE = frozenset({"prosody"})  # terms of frustration that are the voice's alone


def signals(
    business: Business, step: Step, turn: Turn | None, judged: Judgement, glances: tuple[Glance, ...]
) -> Signals:
    state = step.state
    topic = about(state)
    scope = business.scope.get(topic or "")
    present = state.task.intent if state.task else None
    counts, match = state.counts, turn.match if turn else None
    heard = turn is not None and turn.understood
    return Signals(
        turn=turn.number if turn else None,
        words=_words(step, turn) if heard else "",
        person=_taken(step, turn),
        intent=match.name if match else None,
        confidence=match.confidence if match else 0.0,
        in_scope=match.in_scope if match else True,
        topic=topic,
        topic_title=business.intents[topic].title if topic else "",
        topic_queue=scope.queue if scope else None,
        mode=_mode(business, present),
        silences_row=counts.silences_row,
        no_matches_row=counts.no_matches_row,
        by_keys=_by_keys(step),
        no_matches=sum(one.missed and not one.unheard for one in glances),
        unheard=sum(one.unheard for one in glances),
        outside=counts.outside,
        wrong_identities=counts.wrong_identities,
        failed_actions=counts.failed_actions,
        wrong_guesses=counts.wrong_guesses,
        deaf=counts.deaf,
        keyless=counts.keyless,
        begun=state.begun,
        solved=frozenset(one.intent for one in state.tried if one.outcome in ("done", "told")),
        said=tuple((one.turn, one.text) for one in state.transcript.by(Speaker.CALLER)),
        level=judged.level,
        shown=shown(judged),
        reasons=judged.reasons,
        judged=len(state.transcript.by(Speaker.CALLER)),
        glances=glances,
        price=price_of(business, state),
        amounts=_amounts(business, state),
        tier=state.member.tier if state.member else None,
        value=state.member.value if state.member else None,
        acting=any(isinstance(act, Do) for act in step.acts),
    )


def _by_keys(step: Step) -> bool:
    """Whether the caller got somewhere before and may go on by keys: a yes or no, a choice, the menu. A number is asked
    for by keys from the start: who talks instead is lost."""
    state = step.state
    keyed = state.place is Place.OPEN or state.place in YES_NO or answered_by_keys(step)
    return bool(state.task or state.tried) and keyed


def _mode(business: Business, present: str | None) -> str:
    """Who settles the present task: one that waits for a yes is settled here, once the yes is there."""
    mode = business.scope[present].mode if present else "automatic"
    return "automatic" if mode == "approval" and business.approvable(present or "") else mode


def glance(step: Step, before: State, turn: Turn, judged: Judgement) -> Glance:
    """What this turn showed, for the turns to come."""
    counts, earlier = step.state.counts, before.counts
    missed = counts.no_matches_row > earlier.no_matches_row
    guessed = step.state.place is Place.GUESS and step.state.guess_turn == turn.number
    return Glance(
        turn=turn.number,
        level=judged.level,
        shown=shown(judged),
        missed=missed,
        unheard=missed and (not turn.understood or turn.confidence < step.business.hearing.doubted_words),
        doubted=missed or guessed or counts.outside > earlier.outside,
        corrected=turn.understood and corrects(turn.raw),
    )


def shown(judged: Judgement) -> float:
    """Log-odds of frustration that words and behaviour alone have shown."""
    return round(sum(value for name, value in judged.terms.items() if name not in VOICE), 3)


def price_of(business: Business, state: State) -> Price:
    """What going on in a call that stands there may lose, and what a person costs, by the prices of `business`."""
    member = state.member
    amount = max((amount for amount, _ in _amounts(business, state).values()), default=0.0)
    tier, value = (member.tier, member.value) if member else (None, None)
    return business.price(about(state), amount=amount, tier=tier, value=value)


def _taken(step: Step, turn: Turn | None) -> str | None:
    """How the caller asked for a person: in the redacted words of the turn, by the 0 key, by a yes to an offer."""
    if step.person is None:
        return None
    return _words(step, turn) if turn is not None and turn.asks else step.person


def _words(step: Step, turn: Turn | None) -> str:
    """The turn as it is kept: evidence is read out, shown and stored."""
    return step.state.transcript.turn(turn.number).text if turn is not None else ""


def _amounts(business: Business, state: State) -> dict[str, tuple[float, int | None]]:
    topic = about(state)
    if topic is None or state.task is None:
        return {}
    kinds = {slot.name: slot.kind for slot in business.intents[topic].slots}
    return {
        name: (float(value.value), value.turn) for name, value in values(state).items() if kinds.get(name) == "amount"
    }
