"""What an agent is told: all of it known, none of it made up, short enough to hear."""

from dataclasses import replace
from datetime import date

import pytest

from models.brief import Attempt, BriefLine, Caller, Entity, Material, Part, Reason
from models.compose import HEADLINE_WORDS, compose, corrected
from models.spoken import as_said, spoken_seconds, spoken_words
from models.summary import draft
from models.supported import supported
from models.transcript import Speaker, Transcript
from models.vouched import NOT_KNOWN

TODAY = date(2026, 11, 18)


def talk(*said: tuple[Speaker, str]) -> Transcript:
    transcript = Transcript()
    for number, (speaker, text) in enumerate(said):
        transcript = transcript.with_(speaker, text, number * 5000, number * 5000 + 4000)
    return transcript


CALL = talk(
    (Speaker.SYSTEM, "Hello, how can I help?"),
    (Speaker.CALLER, "there's a charge of eighty four dollars and twenty cents at Corner Market that isn't mine"),
    (Speaker.SYSTEM, "Is it the one from yesterday?"),
    (Speaker.CALLER, "yes, yesterday. this is ridiculous, I told you twice"),
)
MATERIAL = Material(
    transcript=CALL,
    today=TODAY,
    caller=Caller("Maria Lopez", "ending 21", "by PIN on the keypad", ("gold member since 2011",)),
    topic="you want to dispute a charge",
    issue_turns=(2,),
    attempts=(Attempt("looked up recent payments", "found the charge", turns=(3,)),),
    reason=Reason("frustrated", ('said "ridiculous"', "asked the same thing twice"), (4,)),
    next_step="Open a dispute case, and tell them what happens next.",
    entities=(
        Entity("amount", "amount", "84.20", "eighty four dollars and twenty cents", 2),
        Entity("merchant", "list", "Corner Market", "Corner Market", 2),
        Entity("day", "date", "2026-11-17", "yesterday", 4),
    ),
)


def test_all_six_parts_are_there_and_point_at_their_turns() -> None:
    brief = compose(MATERIAL)

    assert {part: [line.text for line in brief.part(part)] for part in Part} == {
        Part.WHO: ["Maria Lopez, member ending 21, verified by PIN on the keypad", "gold member since 2011"],
        Part.ISSUE: [
            "“there's a charge of eighty four dollars and twenty cents at Corner Market that isn't mine”",
        ],
        Part.TRIED: ["looked up recent payments: found the charge"],
        Part.WHY: ['said "ridiculous"', "asked the same thing twice"],
        Part.NEXT: ["Open a dispute case, and tell them what happens next."],
        Part.ENTITIES: [
            "amount: 84 dollars 20, said “eighty four dollars and twenty cents”",
            "merchant: Corner Market",
            "day: November 17, said “yesterday”",
        ],
    }
    assert all(line.turns or line.record for line in brief.lines)


def test_it_is_heard_in_twelve_seconds() -> None:
    brief = compose(MATERIAL)

    assert spoken_seconds(brief.spoken) <= 12
    assert brief.spoken.startswith("Maria Lopez, verified by PIN. Wants to dispute a charge: 84 dollars 20")
    assert "Next: Open a dispute case." in brief.spoken
    assert len(brief.headline.split()) <= HEADLINE_WORDS


def test_it_stays_short_whatever_is_known() -> None:
    long = "an extraordinarily long description of what happened and what somebody should do about it today, at once"
    material = replace(
        MATERIAL, topic=f"you want to {long}", next_step=long, attempts=(Attempt(long, long),),
        reason=Reason("frustrated", (long,), (4,)), caller=Caller("Maria Fernanda de la Cruz Lopez Ruiz", "1", long),
    )  # fmt: skip

    brief = compose(material)

    assert spoken_seconds(brief.spoken) <= 12
    assert len(brief.headline.split()) <= HEADLINE_WORDS


def test_what_is_too_long_to_say_is_cut_where_a_clause_ends() -> None:
    material = Material(
        transcript=Transcript(), today=TODAY, topic="your card is lost or stolen and you want it blocked",
        reason=Reason("asked", ("asked for a person",), ()),
        next_step="See that the card is blocked and a new one is on its way.",
    )  # fmt: skip

    assert compose(material).spoken == (
        "Caller not known, not verified. Their card is lost or stolen. Nothing tried. Asked for a person. "
        "Next: See that the card is blocked."
    )


def test_a_value_that_the_topic_names_is_said_once() -> None:
    topic = "you want to dispute a charge of 84 dollars 20"

    assert "Wants to dispute a charge of 84 dollars 20." in compose(replace(MATERIAL, topic=topic, entities=(
        next(entity for entity in MATERIAL.entities if entity.name == "amount"),
    ))).spoken  # fmt: skip


def test_what_nobody_knows_is_blank_and_said_as_blank() -> None:
    brief = compose(Material(transcript=Transcript(), today=TODAY))

    assert [line.text for line in brief.lines] == [NOT_KNOWN] * 6
    assert brief.spoken == (
        "Caller not known, not verified. Issue not known. Nothing tried, no details. Reason not known. "
        "Next step not known."
    )


def test_a_planted_false_line_is_dropped() -> None:
    false = Entity("amount", "amount", "200.00", "two hundred dollars", 2)

    brief = compose(replace(MATERIAL, entities=(*MATERIAL.entities, false)))

    assert not any("200" in line.text for line in brief.lines)
    assert "200" not in brief.spoken


@pytest.mark.parametrize(
    ("text", "true"),
    [
        ("Charged $84.20 at Corner Market", True),
        ("Charged 84 dollars 20", True),
        ("charged eighty four twenty dollars", True),
        ("Charged 85 dollars", False),
        ("Charged 84 dollars 50", False),
        ("a refund of 200 dollars was promised", False),
        ("Maria Gonzales disputes it", False),
        ("bought at Corner Store", False),
        ("charged on November 17", False),  # said in turn 4, not in turn 2
        ("the caller says it is not theirs", True),
    ],
)
def test_a_line_is_true_to_its_turns(text: str, true: bool) -> None:
    assert supported(BriefLine(Part.ISSUE, text, (2,)), CALL, {}, TODAY) is true


def test_a_record_vouches_for_what_the_call_does_not_say() -> None:
    line = BriefLine(Part.TRIED, "case 1042 opened", record="actions")

    assert supported(line, CALL, {"actions": "opened case 1042"}, TODAY)
    assert not supported(line, CALL, {"actions": "opened case 1043"}, TODAY)
    assert not supported(line, CALL, {}, TODAY)


def test_spoken_digits_and_numerals_are_the_same_number() -> None:
    call = talk((Speaker.CALLER, "it ends in forty two double four"))

    assert supported(BriefLine(Part.ENTITIES, "card ending 4244", (1,)), call, {}, TODAY)
    assert not supported(BriefLine(Part.ENTITIES, "card ending 4245", (1,)), call, {}, TODAY)


def test_numbers_that_must_go_are_masked_everywhere() -> None:
    call = talk((Speaker.CALLER, f"my card {'four two ' * 8}is gone"))
    material = Material(transcript=call, today=TODAY, issue_turns=(1,), topic="you lost your card")

    brief = compose(material)

    assert brief.part(Part.ISSUE)[0].text == "“my card [card ending 4242] is gone”"
    assert "four two four two" not in brief.spoken


def test_a_correction_makes_the_next_version_with_the_new_words_first() -> None:
    longer = CALL.with_(Speaker.CALLER, "no, it was at the Garden Shop", 20_000, 22_000)

    brief = corrected(compose(MATERIAL), replace(MATERIAL, transcript=longer), 5)

    assert brief.version == 2
    assert brief.part(Part.ISSUE)[0].text == "“no, it was at the Garden Shop”"
    assert brief.part(Part.ISSUE)[0].turns == (5,)


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("amount", "84.20", "84 dollars 20"), ("amount", "150.00", "150 dollars"), ("date", "2026-05-03", "May 3"),
        ("time", "14:30", "2:30 p.m."), ("time", "09:00", "9 a.m."), ("digits", "4242", "4 2 4 2"),
        ("list", "lost_card", "lost card"),
    ],
)  # fmt: skip
def test_values_are_said_as_a_person_says_them(kind: str, value: str, said: str) -> None:
    assert as_said(kind, value) == said


def test_numerals_count_as_the_words_they_become() -> None:
    assert spoken_words("$84.20 today") == 5  # "eighty four dollars twenty today"
    assert spoken_words("card 4242") == 5
    assert spoken_words("- ...") == 0


def test_the_summary_draft_keeps_issue_actions_and_promises() -> None:
    call = CALL.with_(Speaker.AGENT, "I'll credit the 84 dollars today", 20_000, 24_000)

    summary = draft(call, "dispute opened", brief=compose(MATERIAL))

    assert summary.reason[0].turns == (2,)
    assert summary.promised[0].text == "“I'll credit the 84 dollars today”"
    assert summary.promised[0].turns == (5,)
    assert summary.minutes == 0.4
    assert summary.text.endswith("Outcome: dispute opened")


def test_a_call_without_a_brief_is_summed_up_by_its_first_real_words() -> None:
    call = talk((Speaker.CALLER, "hi"), (Speaker.CALLER, "I'd like my balance"))

    assert draft(call, "answered").reason[0].turns == (2,)
    assert draft(Transcript(), "hung up").reason == ()
