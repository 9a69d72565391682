"""A line of the brief that says more than its turns or its record is dropped, however it is put."""

from dataclasses import replace
from datetime import date

import pytest

from models.brief import Attempt, BriefLine, Caller, Clip, Entity, Material, Part, Reason
from models.compose import compose
from models.statement import only_answers, says_something
from models.supported import supported
from models.transcript import Speaker, Transcript
from models.vouched import NOT_KNOWN

TODAY = date(2026, 11, 18)  # a Wednesday


def said(*texts: str) -> Transcript:
    transcript = Transcript()
    for number, text in enumerate(texts):
        transcript = transcript.with_(Speaker.CALLER, text, number * 5000, number * 5000 + 4000)
    return transcript


def holds(line: str, *texts: str) -> bool:
    """Whether `line` holds, citing all of `texts`."""
    turns = tuple(range(1, len(texts) + 1))
    return supported(BriefLine(Part.ISSUE, line, turns), said(*texts), {}, TODAY)


@pytest.mark.parametrize(
    ("line", "turn"),
    [
        ("charged $84.20", "they took eighty four twenty"),
        ("charged 84 dollars 20", "it was eighty four dollars and twenty cents"),
        ("charged 200 dollars", "two hundred bucks"),
        ("wants 1,250 dollars back", "twelve hundred and fifty dollars"),
        ("wants twelve hundred dollars back", "i want 1200 dollars back"),
        ("happened on November 17", "it happened yesterday"),
        ("happened yesterday", "on the seventeenth of november"),
        ("happened on Friday", "last friday"),
        ("wants to come at 2:30 p.m.", "at half past two"),
        ("wants to come at 9 a.m.", "at nine in the morning"),
        ("waits for two weeks", "i have been waiting for 2 weeks"),
        ("the third call", "this is the third time i call"),
        ("member since 2021", "i joined in 2021"),
        ("member since March", "since march"),
        ("Maria Lopez disputes it", "this is maria lopez speaking"),
        ("card ending 4242", "it ends in forty two forty two"),
        ("paid 50 percent", "i paid fifty percent"),
        ("paid 20 euros", "twenty euros"),
        ("charged twice", "you charged me twice"),
        ("“they took eighty four ...”", "they took eighty four dollars"),
    ],
)
def test_the_same_thing_in_other_words_holds(line: str, turn: str) -> None:
    assert holds(line, turn)


@pytest.mark.parametrize(
    ("line", "turn"),
    [
        ("charged 4 dollars", "eighty four dollars"),
        ("charged 84 dollars", "eighty four dollars and twenty cents"),
        ("charged 84 dollars", "i waited eighty four days"),
        ("waited 84 days", "eighty four dollars"),
        ("waited 2 weeks", "i waited two days"),
        ("charged 20 euros", "twenty dollars"),
        ("paid 84 percent", "eighty four dollars"),
        ("charged eighty five", "eighty four dollars"),
        ("charged eightyfive dollars", "eighty four dollars"),
        ("charged \N{FULLWIDTH DIGIT EIGHT}\N{FULLWIDTH DIGIT FIVE} dollars", "eighty four dollars"),
        ("charged 8\N{ZERO WIDTH SPACE}5 dollars", "eighty four dollars"),
        ("charged $85k", "eighty five dollars"),
        ("a dozen charges", "there are charges i never made"),
        ("charged twice", "you charged me"),
        ("the third call", "i call about three charges"),
        ("happened on November 16", "it happened yesterday"),
        ("happened last Thursday", "last friday"),
        ("happened in March", "it happened in april"),
        ("member since 2012", "i joined in 2021"),
        ("wants to come at 3 p.m.", "at half past two"),
        ("Gonzales disputes it", "this is maria lopez speaking"),
        ("The caller is Maria Gonzales", "this is maria lopez speaking"),
        ("mr gonzales disputes it", "this is maria lopez speaking"),
        ("Maria Silva disputes it", "this is maria lopez, i spoke to ana silva"),
        ("bought at Garden Shop", "bought at the garden, not in a shop"),
        ("“they took ninety four dollars”", "they took eighty four dollars"),
        ("“you promised me a refund”", "they took eighty four dollars"),
    ],
)
def test_a_planted_falsehood_is_found(line: str, turn: str) -> None:
    assert not holds(line, turn)


def test_a_value_said_in_another_turn_than_the_cited_one_does_not_hold() -> None:
    call = said("they took eighty four dollars", "it was last friday")
    assert not supported(BriefLine(Part.ISSUE, "charged 84 dollars", (2,)), call, {}, TODAY)


def test_a_line_that_cites_nothing_is_dropped() -> None:
    call = said("they took eighty four dollars")
    assert not supported(BriefLine(Part.ISSUE, "the caller is unhappy"), call, {}, TODAY)
    assert not supported(BriefLine(Part.ISSUE, "the caller is unhappy", (9,)), call, {}, TODAY)
    assert not supported(BriefLine(Part.ISSUE, "the caller is unhappy", record="mood"), call, {}, TODAY)


FALSE = Entity("amount", "amount", "200.00", "two hundred dollars", 1)
MATERIAL = Material(said("they took eighty four dollars from my card"), TODAY, issue_turns=(1,), recorded=True)


def test_nothing_false_is_spoken_nor_shown_in_the_headline() -> None:
    brief = compose(replace(MATERIAL, topic="you want 200 dollars back", entities=(FALSE,)))
    assert "200" not in brief.spoken + brief.headline + " ".join(line.text for line in brief.lines)
    assert "Says: they took eighty four dollars from my card." in brief.spoken


def test_an_amount_nobody_said_is_not_spoken_as_part_of_the_topic_either() -> None:
    brief = compose(replace(MATERIAL, issue_turns=(), topic="you want 200 dollars back"))
    assert [line.text for line in brief.part(Part.ISSUE)] == [NOT_KNOWN]
    assert "Issue not known." in brief.spoken


# --- the caller's own words ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "yes please",
        "No, thank you.",
        "okay",
        "hello?",
        "can I talk to a person",
        "agent",
        "that’s right",
        "please",
    ],
)
def test_answers_thanks_and_requests_for_a_person_are_no_issue(text: str) -> None:
    assert not says_something(text)


@pytest.mark.parametrize(
    "text", ["mortgage", "no, it was 94 dollars", "my card is gone", "you never called me back", "i want a transfer"]
)
def test_a_wish_or_a_complaint_is_one(text: str) -> None:
    assert says_something(text)


def test_an_answer_is_no_wish_of_its_own() -> None:
    assert only_answers("yes please")
    assert not only_answers("yes, a person please")


def test_a_bare_no_is_never_the_issue() -> None:
    brief = compose(Material(said("no", "yes please"), TODAY, issue_turns=(1, 2)))
    assert [line.text for line in brief.part(Part.ISSUE)] == [NOT_KNOWN]
    assert "Issue not known." in brief.spoken


def test_the_first_statement_and_the_latest_corrections_are_kept() -> None:
    call = said("my card is gone", "i also moved house", "and my phone is new", "no", "it was stolen on friday")
    brief = compose(Material(call, TODAY, issue_turns=(1, 2, 3, 4, 5)))
    assert [line.turns for line in brief.part(Part.ISSUE)] == [(1,), (3,), (5,)]


# --- clips -----------------------------------------------------------------------------------------------------------


def test_the_caller_s_own_sentence_can_be_played() -> None:
    brief = compose(MATERIAL)
    assert brief.part(Part.ISSUE)[0].clip == Clip(1, 0, 4000)


def test_who_is_not_recorded_is_not_played() -> None:
    assert compose(replace(MATERIAL, recorded=False)).part(Part.ISSUE)[0].clip is None


@pytest.mark.parametrize(
    "text",
    [
        "my card four two four two four two four two four two four two four two four two is gone",
        "my pin is 4821 and it does not work",
        "write to ana dot silva at example dot com about my card",
    ],
)
def test_a_sentence_with_a_number_that_must_go_is_not_played(text: str) -> None:
    brief = compose(replace(MATERIAL, transcript=said(text)))
    assert brief.part(Part.ISSUE)[0].clip is None


def test_a_card_number_given_in_pieces_is_neither_shown_nor_played() -> None:
    call = said("my card is 4242 4242", "4242 4242", "is gone")
    brief = compose(Material(call, TODAY, issue_turns=(1, 2, 3), recorded=True))
    assert "4242 4242" not in str(brief)
    assert [line.clip for line in brief.part(Part.ISSUE)[:2]] == [None, None]


# --- blank parts, value, limits --------------------------------------------------------------------------------------


def test_value_and_tenure_stand_on_the_card_and_are_spoken_where_there_is_room() -> None:
    caller = Caller("Priya Raman", "ending 21", "by PIN on the keypad", ("premier member", "member since 2010"))
    brief = compose(Material(said("hello"), TODAY, caller=caller))
    assert [line.text for line in brief.part(Part.WHO)][1:] == ["premier member", "member since 2010"]
    assert brief.spoken.startswith("Priya Raman, verified by PIN; premier member.")


def test_the_next_step_has_its_limits() -> None:
    material = replace(MATERIAL, next_step="Open a dispute.", limits="no credit before ten working days")
    lines = [line.text for line in compose(material).part(Part.NEXT)]
    assert lines == ["Open a dispute.", "Limits: no credit before ten working days"]


def test_limits_without_a_step_are_not_spoken_as_one() -> None:
    assert "Next step not known." in compose(replace(MATERIAL, limits="no credit")).spoken


def test_card_digits_are_in_no_line_and_not_spoken() -> None:
    digits = "4111 1111 1111 1111"
    material = Material(
        said(f"my card {digits} is gone"), TODAY, caller=Caller("Ana", digits, f"by card {digits}", (digits,)),
        topic=f"you lost card {digits}", issue_turns=(1,), attempts=(Attempt(f"blocked {digits}", "done", digits),),
        reason=Reason("asked", (f"said {digits}",), (1,)), next_step=f"Replace {digits}", limits=digits,
        entities=(Entity("card", "digits", digits.replace(" ", ""), digits, 1),),
    )  # fmt: skip
    brief = compose(material)
    everything = " ".join([brief.spoken, brief.headline, *(line.text for line in brief.lines)])
    assert "1111 1111" not in everything and "4111" not in everything.replace(" ", "")
