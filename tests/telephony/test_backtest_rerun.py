"""A recorded call run again with other rules: what is known of it, and where knowing ends."""

import pytest

from telephony.backtest.rerun import Run, Stopped
from telephony.backtest.tape import Tape, of_records
from telephony.events import CallingBack, NoRoom
from tests.sim.journaled import Journaled
from tests.sim.story import Story
from tests.telephony.backtest_calls import Tells, ruleless, run, tape, with_rule, without
from voice.dialogue.survey_draw import Survey


def complains(story: Story) -> None:
    story.hears("your staff in the branch were rude to me")


def asks_for_a_person(story: Story) -> None:
    story.hears("what are your opening hours")
    story.hears("i want to speak to a person")


def presses_zero(story: Story) -> None:
    story.keys("0")


def says_nothing(story: Story) -> None:
    story.silence()
    story.silence()


def presses_zero_for_the_member_number(story: Story) -> None:
    story.hears("what is my balance")
    story.keys("0")


def asks_while_the_number_is_wanted(story: Story) -> None:
    story.hears("what is my balance")
    story.hears("i want to speak to a person")


def fails_to_prove_who_they_are(story: Story) -> None:
    story.hears("what is my balance")
    for _ in range(2):
        story.keys("204713")
        story.keys("1111")


def disputes_a_large_charge(story: Story) -> None:
    story.hears("i want to dispute a charge")
    story.hears("two zero four seven one three")
    story.hears("yes")
    story.keys("4821")
    story.hears("three thousand dollars")


BROUGHT_TO_A_PERSON = [
    complains, asks_for_a_person, presses_zero, says_nothing, presses_zero_for_the_member_number,
    asks_while_the_number_is_wanted, fails_to_prove_who_they_are, disputes_a_large_charge,
]  # fmt: skip


@pytest.mark.parametrize("tells", BROUGHT_TO_A_PERSON)
def test_the_rules_that_ran_fire_again_where_they_fired_then(tells: Tells) -> None:
    call = tape(tells)
    then = call.escalated
    again = run(call)
    assert then is not None and again.fired is not None, again
    assert (again.fired.rule, list(again.fired.turns)) == (then.fields["rule"], then.fields["turns"])


def gets_a_balance(story: Story) -> None:
    story.hears("what is my balance")
    story.hears("two zero four seven one three")
    story.hears("yes")
    story.keys("4821")
    story.hears("checking")
    story.hears("no that's all thank you")


def test_a_call_in_which_nobody_is_called_is_known_to_its_end_though_its_numbers_are_withheld() -> None:
    call = tape(gets_a_balance)
    assert all("4821" not in str(line.fields) and "seven one three" not in str(line.fields) for line in call.lines)
    assert run(call).stopped is Stopped.ENDED


def test_a_turn_is_an_utterance_a_silence_or_keys_pressed_one_after_the_other() -> None:
    def tells(story: Story) -> None:
        story.hears("what is my balance")
        story.silence()
        story.keys("204713")
        story.keys("4821")

    assert run(tape(tells)).turn == 4


def test_rules_that_wait_longer_than_the_call_went_on_are_not_known_beyond_it() -> None:
    waits = run(tape(says_nothing), with_rule("silent", silences=3))
    assert (waits.stopped, waits.turn, waits.known) == (Stopped.ESCALATED, 2, False)


def test_rules_that_fire_earlier_than_those_that_ran_stop_there() -> None:
    call = tape(lambda story: [story.silence() for _ in range(3)], known=with_rule("silent", silences=3))
    early = run(call, with_rule("silent", silences=2))
    assert (early.stopped, early.turn) == (Stopped.FIRED, 2)


def test_a_call_that_was_had_without_rules_shows_both_sets_all_they_want() -> None:
    call = tape(lambda story: [story.silence() for _ in range(3)], known=ruleless())
    assert [run(call, with_rule("silent", silences=times)).turn for times in (2, 3)] == [2, 3]


def test_a_rule_that_is_gone_fires_nowhere() -> None:
    call = tape(complains, known=ruleless())
    assert run(call).fired is not None
    assert run(call, without("sensitive", "frustrated")).stopped is Stopped.ENDED


def test_a_journal_that_breaks_off_says_nothing_of_what_came_after() -> None:
    cut = run(tape(lambda story: story.hears("what are your opening hours"), ends=False))
    assert (cut.stopped, cut.known) == (Stopped.CUT, False)


def test_where_the_mind_says_something_else_than_was_said_then_the_evidence_ends() -> None:
    call = tape(gets_a_balance)
    changed = [
        line
        if line.prompt != "identity.read_back"
        else type(line)(line.at_ms, line.type, {**line.fields, "prompt": "x"})
        for line in call.lines
    ]
    other = run(Tape(call.call, call.name, tuple(changed), call.answered_wall, call.number))
    assert (other.stopped, other.known) == (Stopped.DIVERGED, False)
    assert "“x” was said after turn 2" in other.why


def test_the_mood_is_the_recorded_one_because_no_journal_holds_the_voice() -> None:
    def mood(level: float) -> Run:
        lines = (
            line if line.type != "Judged" else type(line)(line.at_ms, line.type, _judged(line.fields["turn"], level))
            for line in call.lines
        )
        return run(Tape(call.call, call.name, tuple(lines), call.answered_wall, call.number))

    def tells(story: Story) -> None:
        for question in ("what are your opening hours", "and on saturday", "and on sunday", "thank you"):
            story.hears(question)

    call = tape(tells, known=ruleless())
    angry = mood(0.99).fired
    assert mood(0.0).fired is None
    assert angry is not None and angry.trigger == "frustrated"


def _judged(turn: int, level: float) -> dict[str, object]:
    return {"turn": turn, "frustration": level, "reasons": ["shouts"], "terms": {"words": 1.2 * turn, "prosody": 0.2}}


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (NoRoom("draining"), "there was no room for it"),
        (CallingBack("c-1", "c-1-h1", 1), "it keeps a promise of an earlier call"),
    ],
)
def test_calls_that_no_rule_looked_at_are_left_out_with_the_reason(entry: NoRoom | CallingBack, why: str) -> None:
    story = Story(answered=False)
    journaled = Journaled(story, "call")
    journaled.journal.append(entry)
    assert of_records("call", journaled.ended()).unusable == why


def test_a_call_that_ended_with_the_question_how_well_the_caller_was_helped_is_followed_to_its_end() -> None:
    story = Story(answered=False, known=ruleless(), survey=Survey())
    journaled = Journaled(story, "call")
    story.hears("what are your opening hours")
    story.hears("no thank you")
    story.keys("4")
    again = run(of_records("call", journaled.ended()))
    assert (again.stopped, again.fired) == (Stopped.ENDED, None)
