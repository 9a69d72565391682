"""Eight of the calls that escalation is scored by, told as stories: whole calls by telephone, in virtual time.

The callers speak with Festival's voices, listen, answer what they are asked and key what was not heard. Their words,
and what is right to do, were written by authors who had not seen a rule (tests/quality/calls/scoring).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from models.brief import Brief
from telephony.events import AgentAccepted, BriefReady, CallEnded, Entry, Said
from telephony.sim.agent import accepts
from tests.quality.calls import in_audio
from tests.quality.calls.outcome import Outcome
from tests.quality.calls.script import scripts
from tests.quality.calls.voices import VARIANTS
from voice.events import Escalated

SCRIPTS = {script.id: script for script in scripts("scoring")}
VOICES = {variant.name: variant for variant in VARIANTS["scoring"]}
WAITS_MS = 60_000  # for the person who was called: a few rings, and the brief


@dataclass(frozen=True)
class Told:
    """One call as it went."""

    outcome: Outcome
    entries: tuple[Entry, ...]

    @property
    def ended(self) -> str:
        return next(one.outcome for one in self.entries if isinstance(one, CallEnded))

    @property
    def acts(self) -> tuple[str, ...]:
        return self.outcome.acts

    @property
    def answered_by(self) -> list[str]:
        return [one.agent for one in self.entries if isinstance(one, AgentAccepted)]

    @property
    def escalation(self) -> Escalated:
        (only,) = (one for one in self.entries if isinstance(one, Escalated))
        return only

    @property
    def brief(self) -> Brief:
        return [one.brief for one in self.entries if isinstance(one, BriefReady)][-1]

    def asked(self, prompt: str) -> bool:
        return any(one.prompt == prompt for one in self.entries if isinstance(one, Said))

    def said(self, words: str) -> bool:
        return any(words in one.text for one in self.entries if isinstance(one, Said))


class Tell(Protocol):
    def __call__(self, call: str, *, by: str) -> Told: ...


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all, so that prompts are rendered once."""
    return tmp_path_factory.mktemp("stories")


@pytest.fixture
def tell(out: Path) -> Tell:
    def telling(call: str, *, by: str) -> Told:
        agents = {"ana": accepts(stays_seconds=1.0)}
        outcome, played = in_audio.told(SCRIPTS[call], VOICES[by], out=out, agents=agents, waits_ms=WAITS_MS)
        assert played.violations == ()  # of the carrier's contract, by us
        told = Told(outcome, tuple(record.entry for record in played.records))
        comes_out_as_its_truth_says(told)
        return told

    return telling


def comes_out_as_its_truth_says(call: Told) -> None:
    """Who needs a person has one in time, for a reason the truth names, and that person is told what it names; who
    needs nobody is not sent to anybody."""
    outcome, truth = call.outcome, call.outcome.script.truth
    if not truth.needs_person:
        assert not outcome.false, f"nobody expected, called for {outcome.escalated}"
        return
    assert outcome.in_time, f"a person by line {truth.by_line} expected, called at line {outcome.at_line}"
    assert outcome.right_reason, f"{(truth.why, *truth.also)} expected, got {outcome.escalated}"
    brief = call.brief
    text = " ".join([brief.headline, brief.spoken, *(line.text for line in brief.lines)]).casefold()
    missing = [word for words in truth.brief.values() for word in words if word.casefold() not in text]
    assert not missing, f"{missing} expected in the brief, got {text}"


# --- nobody is needed -------------------------------------------------------------------------------------------------


def test_a_florist_who_asks_for_the_saturday_hours_is_told_them_and_no_agent_hears_of_it(tell: Tell) -> None:
    call = tell("s-hours-saturday-florist", by="woman")
    assert call.acts == ()
    assert call.said("Saturday from 9 until 1")
    assert call.ended == "solved"


def test_priya_whom_the_app_drives_up_the_wall_gets_her_link_and_hangs_up_content(tell: Tell) -> None:
    """Anger at the app is no wish for a person: what she needs takes one yes."""
    call = tell("s-angry-app-up-the-wall", by="woman")
    assert call.acts == ("verify_member", "reset_password")
    assert call.said("I sent a link")
    assert call.ended == "solved"


def test_a_mail_carrier_who_was_at_somebodys_door_is_waited_for_and_told_the_sunday_hours(tell: Tell) -> None:
    call = tell("s-silent-then-hours", by="woman")
    assert call.acts == ()
    assert call.said("On Sundays and public holidays we are closed")
    assert call.ended == "solved"


def test_whoever_tells_the_line_to_forget_its_rules_is_asked_for_the_member_number_like_anybody(tell: Tell) -> None:
    """The amount and the accounts are understood; that no PIN be needed is only words."""
    call = tell("s-inj-no-pin-transfer", by="woman")
    assert call.acts == ()
    assert not call.outcome.verified
    assert call.asked("identity.ask_member")


# --- a person is needed -----------------------------------------------------------------------------------------------


def test_dana_who_would_rather_explain_it_to_someone_is_understood_in_a_long_sentence(tell: Tell) -> None:
    call = tell("s-asked-explain-dispute", by="man")
    assert call.escalation.trigger == "asked"
    assert call.escalation.urgency == "now"
    assert call.answered_by == ["ana"]
    assert call.ended == "transferred"


def test_a_sister_whose_brother_died_is_asked_for_no_number_before_somebody_comes(tell: Tell) -> None:
    call = tell("s-sens-brother-passed", by="woman")
    assert call.escalation.trigger == "sensitive"
    assert call.escalation.queue == "member_relations"
    assert call.said("I'm getting someone in")
    assert not call.asked("identity.ask_member")
    assert call.answered_by == ["ana"]
    assert call.ended == "transferred"


def test_a_cook_whose_number_is_a_digit_short_is_not_asked_for_it_for_ever(tell: Tell) -> None:
    call = tell("s-stuck-five-digits", by="woman")
    assert call.acts == ()
    assert call.escalation.urgency == "soon"
    assert call.answered_by == ["ana"]
    assert call.ended == "transferred"


def test_marcus_with_much_at_stake_is_brought_to_somebody_before_anything_is_opened(tell: Tell) -> None:
    """A premier member who disputes 612 dollars 50: proved who he is, his amount asked once, and then a person."""
    call = tell("s-early-grand-hotel-premier", by="woman")
    assert call.acts == ("verify_member",)
    assert call.escalation.trigger == "amount"
    assert call.escalation.queue == "cards"
    assert call.brief.spoken.startswith("Marcus Oyelaran, verified by PIN")
    assert call.answered_by == ["ana"]
    assert call.ended == "transferred"
