"""The scripted calls that escalation is scored by: what they hold, how their callers behave, that readers agree."""

import tomllib
from collections import Counter
from collections.abc import Sequence

import pytest

from tests.quality.calls import in_text, score
from tests.quality.calls.outcome import Outcome
from tests.quality.calls.plan import Plan, Sentence
from tests.quality.calls.script import FOLDER, Line, Script, Truth, scripts
from voice.events import Escalated

KINDS = frozenset({
    "contained", "asked", "escalate_early", "polite_but_stuck", "angry_but_solvable", "angry_and_needs", "vulnerable",
    "sensitive", "injection", "out_of_scope", "noisy", "slow", "second_language", "silent",
})  # fmt: skip


def a_call(*lines: Line, **more: object) -> Script:
    return Script("a-call", "contained", "A caller", lines or (Line("what is my balance", "balance"),),
                  Truth(needs_person=False), **{"member": "204713", **more})  # fmt: skip


def plan(script: Script) -> Plan:
    return Plan(script, {"balance": "your balance"})


def said(*prompts: str) -> list[Sentence]:
    return [Sentence(prompt, "") for prompt in prompts]


@pytest.mark.parametrize("part", ["scoring", "tuning"])
def test_each_part_has_sixty_scripts_of_every_kind_about_half_of_which_need_a_person(part: str) -> None:
    found = scripts(part)
    assert len(found) >= 60
    assert len({one.id for one in found}) == len(found)
    assert {one.kind for one in found} == KINDS
    assert 0.4 <= sum(one.truth.needs_person for one in found) / len(found) <= 0.6


def test_no_line_is_both_tuned_on_and_scored_by() -> None:
    tuned, scored = ({line.say for one in scripts(part) for line in one.lines} for part in ("tuning", "scoring"))
    assert (tuned & scored) <= {""}


def test_a_second_reader_agrees_who_needs_a_person_and_which_lines_are_annoyed() -> None:
    second = tomllib.loads((FOLDER / "second_labels.toml").read_text(encoding="utf-8"))
    first = {one.id: one for one in scripts("scoring")}
    assert set(second) == set(first)
    needs = [(first[id].truth.needs_person, read["needs_person"]) for id, read in second.items()]
    annoyed = [
        (line.frustrated, number in read["frustrated"])
        for id, read in second.items()
        for number, line in enumerate(first[id].lines, 1)
    ]
    print(f"\nkappa: needs a person {kappa(needs):.2f}, annoyed lines {kappa(annoyed):.2f}")
    assert kappa(needs) >= 0.8
    assert kappa(annoyed) >= 0.6


def kappa(pairs: Sequence[tuple[object, object]]) -> float:
    """Cohen's: agreement beyond chance."""
    one, other = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    agreed = sum(a == b for a, b in pairs) / len(pairs)
    by_chance = sum(one[label] * other[label] for label in one) / len(pairs) ** 2
    return (agreed - by_chance) / (1 - by_chance)


def test_a_caller_answers_what_is_asked_and_then_goes_on_with_what_they_want() -> None:
    caller = plan(a_call(Line("what is my balance", "balance"), Line("and my payments", "recent_payments"),
                         answers={"member_number": "two oh four", "pin": "keys"}))  # fmt: skip
    assert caller.next(said("greeting")).words == "what is my balance"
    assert caller.next(said("identity.why", "identity.ask_member")).words == "two oh four"
    assert caller.next(said("identity.read_back")).words == "yes"
    assert caller.next(said("identity.ask_pin")).keys == "4821"
    assert caller.next(said("balance.done", "anything_else")).words == "and my payments"
    assert caller.next(said("recent_payments.done", "anything_else")).words == "no that's all thank you"
    assert caller.next(said("goodbye")).over


def test_a_caller_who_was_not_understood_says_it_in_other_words_three_times_at_most() -> None:
    caller = plan(a_call(Line("my money", "balance", again=("how much have i got", "my balance"))))
    caller.next(said("greeting"))
    again = [caller.next(said("no_match.open")).words for _ in range(3)]
    assert again == ["how much have i got", "my balance", "my balance"]
    assert caller.next(said("no_match.open")).over


def test_a_caller_says_yes_only_to_the_guess_that_is_right() -> None:
    caller = plan(a_call())
    caller.next(said("greeting"))
    assert caller.next([Sentence("confirm_intent", "Would you like your loan?")]).words == "no"
    assert caller.next([Sentence("confirm_intent", "Would you like your balance?")]).words == "yes please"


def test_a_caller_who_wants_what_this_line_does_not_do_says_no_to_every_guess() -> None:
    caller = plan(a_call(Line("do you sell stamps", "out_of_scope")))
    caller.next(said("greeting"))
    assert caller.next([Sentence("confirm_intent", "Would you like your balance?")]).words == "no"


def test_a_person_called_after_the_line_that_the_truth_names_is_late() -> None:
    lines = (Line("one"), Line("two", frustrated=True), Line("three", frustrated=True))
    script = Script("late", "polite_but_stuck", "Late", lines, Truth(needs_person=True, why="stuck", by_line=2))
    called = Escalated("stuck", "going-in-circles@1", ("said it again",), (3,), "cards", "soon")
    outcome = Outcome(script, "text", called, at_line=3, lines_said=3)
    assert (outcome.in_time, outcome.late, outcome.false) == (False, True, False)
    assert outcome.frustrated_before == 1
    assert score.recall([outcome]).value == 0.0


def test_no_caller_of_the_tuning_calls_gets_anything_changed_without_proof() -> None:
    outcomes = [in_text.play(script) for script in scripts("tuning")]
    assert not score.acts_unverified(outcomes)
