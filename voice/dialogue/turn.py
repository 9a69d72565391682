"""The caller's mind: each event is redacted, understood, judged and looked at by the rules, and answered.

This is the one place where models, rules and policy meet. It stays pure: the same events give the same acts.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol

from models.brief import Material
from models.frustration import Evidence, FrustrationState, Judgement
from models.redact import redact
from models.slots import corrects
from models.transcript import Speaker, Transcript
from voice import events
from voice.dialogue import checked, checking, holding, late, phrasing, policy, seeking, turn_heard
from voice.dialogue.business import Business
from voice.dialogue.handed_back import handed_back, passed_on
from voice.dialogue.hearing import Turn
from voice.dialogue.looking import glance, signals
from voice.dialogue.material import material
from voice.dialogue.questions import finish
from voice.dialogue.state import DIGITS, SENSITIVE, CalledBack, Place, State
from voice.dialogue.step import Step
from voice.dialogue.survey_draw import Survey
from voice.dialogue.understanding import Intents, Understanding
from voice.dialogue.whispered import whispered
from voice.triggers import registry
from voice.triggers.signals import Glance

NEWS = (
    events.Played, events.PersonNews, events.ApprovalNews, events.ColleagueNews, events.Answered, events.Whispered,
)  # fmt: skip
"""Events in which the caller did nothing: no rule looks at them, but where a question of theirs had nobody to go to."""


class Judge(Protocol):
    def judge(self, state: FrustrationState, evidence: Evidence) -> tuple[FrustrationState, Judgement]: ...


class CallerMind:
    """Implements `voice.conversation.Mind` for a caller. `call` begins every idempotency key."""

    def __init__(
        self,
        *,
        business: Business,
        intents: Intents,
        judge: Judge,
        call: str,
        today: date,
        recorded: bool = True,
        called_back: CalledBack | None = None,
        phrases: bool = False,
        consults: bool = False,
        survey: Survey | None = None,
    ) -> None:
        self._business = business
        self._judge = judge
        self._call = call
        self._today = today
        self._phrases = phrases
        self._consults = consults
        self._survey = survey
        self._understanding = Understanding(business=business, intents=intents, today=today)
        self._state = State(recorded=recorded, called_back=called_back)
        self._mood = FrustrationState()
        self._judged = Judgement(0.0, False, (), {}, {})
        self._glances: tuple[Glance, ...] = ()
        self._says: dict[str, events.Say] = {}

    @property
    def transcript(self) -> Transcript:
        return self._state.transcript

    @property
    def state(self) -> State:
        """Where the conversation stands, for desks and tests."""
        return self._state

    def go_on(self, transcript: Transcript) -> None:
        """`transcript` goes on from ours, with what was said while we did not listen."""
        self._state = replace(self._state, transcript=transcript)

    def material(self) -> Material:
        """All that the brief is written from, as it stands now."""
        return material(self._business, self._state, self._today)

    def on(self, event: events.Event, now_ms: int) -> Sequence[events.Act]:
        if isinstance(event, events.SpeechBegan):
            return ()
        if isinstance(event, events.Played):
            self._spoken(event, now_ms)
        told: list[events.Act] = []
        turn = self._turn(event, told) if isinstance(event, events.Heard) else None
        before = self._state
        step = self._step(now_ms)
        self._policy(step, event, turn, now_ms)
        checked.catch_up(step)
        self._feel(step, event, turn, told)
        self._escalate(step, event, turn, before)
        checking.settle(step)
        if turn is not None:
            policy.never_silent(step)
        if not isinstance(event, events.KeyPressed):
            late.owed(step, before.place, turn)
        acts = (*told, *holding.patient(step, finish(step)))
        self._state = replace(step.state, last=before.last) if step.passing else step.state
        self._says.update({act.say_id: act for act in acts if isinstance(act, events.Say)})
        return acts

    def _step(self, now_ms: int) -> Step:
        return Step(
            self._business, self._state, call=self._call, now_ms=now_ms, today=self._today, phrases=self._phrases,
            consults=self._consults, survey=self._survey,
        )  # fmt: skip

    def _policy(self, step: Step, event: events.Event, turn: Turn | None, now_ms: int) -> None:
        match event:
            case events.Answered():
                policy.answered(step, event)
            case events.Heard() if turn is not None:
                turn_heard.heard(step, turn)
            case events.KeyPressed():
                policy.key(step, event, self._today)
            case events.Silence():
                policy.silence(step, event)
            case events.Played():
                policy.played(step, event)
            case events.ActionDone(action=phrasing.PHRASE):
                policy.action_done(step, event)  # nothing was done: no fact to tell
            case events.ActionDone():
                facts = {name: redact(value) for name, value in event.facts.items()}
                step.tell(events.Acted(event.action, event.ok, event.receipt, event.error, facts))
                policy.action_done(step, event)
            case events.PersonNews(stage=events.PersonStage.LEFT) if event.to or (event.notes or "").strip():
                self._given_back(step, event, now_ms)
            case events.PersonNews():
                policy.person_news(step, event)
            case events.ApprovalNews() | events.ColleagueNews():
                checked.told(step, event)
            case events.Whispered():
                whispered(step, event)
            case _:
                step.ask = step.expect = False

    def _turn(self, heard: events.Heard, told: list[events.Act]) -> Turn:
        """Keeps the redacted words and works out what they may mean."""
        self._keep(heard)
        turn = self._understanding.read(heard, self._state)
        if turn.understood:
            told.append(events.Tell(self._understanding.understood(turn, self._state)))
        return turn

    def _given_back(self, step: Step, event: events.PersonNews, now_ms: int) -> None:
        note = self._note(step, event.notes, now_ms) if event.notes else None
        if event.to:
            passed_on(step, event, note.number if note is not None else None)
        elif note is not None:
            handed_back(step, event, note)

    def _note(self, step: Step, notes: str, now_ms: int) -> Turn:
        """An agent's written note, as a turn of the call."""
        transcript = step.state.transcript.with_(Speaker.AGENT, redact(notes), now_ms, now_ms)
        step.set(transcript=transcript)
        return self._understanding.note(notes, transcript.last_turn)

    def _keep(self, heard: events.Heard) -> None:
        place = self._state.place
        text = redact(heard.text, expecting_number=place in DIGITS or place in SENSITIVE)
        transcript = self._state.transcript.with_(Speaker.CALLER, text, heard.start_ms, heard.end_ms, heard.confidence)
        self._state = replace(self._state, transcript=transcript)

    def _spoken(self, event: events.Played, now_ms: int) -> None:
        say = self._says.get(event.say_id)
        if say is None or event.played_ms == 0:
            return
        text = (say.shown or "") if say.private else say.text
        transcript = self._state.transcript.with_(Speaker.SYSTEM, redact(text), *event.span(now_ms))
        self._state = replace(self._state, transcript=transcript)

    def _feel(self, step: Step, event: events.Event, turn: Turn | None, told: list[events.Act]) -> None:
        """Frustration after a turn or a silence of the caller."""
        waited = self._state.holding or step.state.place in (Place.WAITING, Place.CHECKING, Place.GONE)
        waited = waited or self._state.place is Place.SURVEY  # who does not answer it is not upset by us
        silent = isinstance(event, events.Silence) and not waited
        if turn is None and not silent:
            return
        before = self._state.counts
        after = step.state.counts
        heard = event if isinstance(event, events.Heard) else None
        missed = after.no_matches_row > before.no_matches_row or after.outside > before.outside
        evidence = Evidence(
            text=turn.raw if turn is not None and turn.understood else "",
            confidence=heard.confidence if heard else 1.0,
            over_prompt=bool(heard and heard.over_prompt),
            no_match=missed,
            no_input=silent,
            correction=turn is not None and turn.understood and corrects(turn.raw),
            prosody=heard.prosody if heard else None,
            asked_person=step.person is not None or bool(turn and turn.asks),
            turn=turn.number if turn is not None else 0,
        )
        self._mood, self._judged = self._judge.judge(self._mood, evidence)
        if turn is None:
            return
        self._glances = (*self._glances, glance(step, self._state, turn, self._judged))
        told.append(
            events.Tell(events.Judged(turn.number, self._judged.level, self._judged.reasons, self._judged.terms))
        )

    def _escalate(self, step: Step, event: events.Event, turn: Turn | None, before: State) -> None:
        """Lets every rule look once, unless a person is sought already or the call is ending."""
        if step.state.seeking is not None or step.state.place in (Place.CLOSING, Place.GONE, Place.START):
            return
        if isinstance(event, NEWS) and getattr(event, "stage", None) is not events.ColleagueStage.NOBODY:
            return
        seen = signals(self._business, step, turn, self._judged, self._glances)
        found = registry.most_urgent(seen, self._business.rules)
        if found is None:
            return
        if not isinstance(event, events.ActionDone):
            _drop(step, before)
        seeking.begin(step, found)


def _drop(step: Step, before: State) -> None:
    """What the policy would have said is not said: the person comes instead. Nothing unsaid may count as done."""
    kept = (events.StopRecording, events.Tell)  # no Notice: what it was about is not said
    step.acts = [act for act in step.acts if isinstance(act, kept)]
    pending = tuple(task for task in step.state.pending if task in before.pending)
    task = step.state.task
    if task is not None and task.key is not None and task not in before.pending:
        task = replace(task, key=None)
    step.set(pending=pending, tried=before.tried, task=task, checks=before.checks, closing_say=None)
    _unask(step, before)
    if step.state.place is not before.place and step.state.place in (Place.ACTING, Place.CHECKING):
        step.state = replace(step.state, place=before.place)


def _unask(step: Step, before: State) -> None:
    """A colleague who was about to be asked is not: the person who comes is told of it instead."""
    now = step.state.approval
    if now is not None and (before.approval is None or before.approval.key != now.key):
        step.set(task=now.task)
    step.set(approval=before.approval, asking=before.asking, questions=before.questions)
