"""Numbers as a person would say them on the telephone, and where a text may be cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.tts.clauses import clauses, sentences
from voice.tts.say_text import digits, say_text


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("You owe $12.50.", "You owe twelve dollars and fifty cents."),
        ("Only $0.99 today", "Only ninety-nine cents today"),
        ("$1 and £1.01", "one dollar and one pound and one penny"),
        ("£3.20", "three pounds and twenty pence"),
        ("a total of $1,250", "a total of one thousand two hundred and fifty dollars"),
        ("due 2026-12-03.", "due December third, twenty twenty-six."),
        ("on November 21", "on November twenty-first"),
        ("on November 3, 2026", "on November third, twenty twenty-six"),
        ("not 2026-13-40", "not 2026-13-40"),
        ("at 14:30", "at two thirty PM"),
        ("at 9:05 am", "at nine oh five AM"),
        ("at 9:00 a.m. sharp", "at nine AM sharp"),
        ("from 9 am to 5 pm", "from nine AM to five PM"),
        ("at 00:15", "at twelve fifteen AM"),
        ("Call 415-555-0142", "Call four one five, five five five, zero one four two"),
        ("(415) 555-0142", "four one five, five five five, zero one four two"),
        ("+1 415-555-0142", "one, four one five, five five five, zero one four two"),
        ("order WL-48213", "order W L, four eight two one three"),
        ("member 12345678", "member one two three four, five six seven eight"),
        ("number 4711 0815", "number four seven one one, zero eight one five"),
        ("the card ending in 4242", "the card ending in four two four two"),
        ("card ****4242", "card ending in four two four two"),
        ("5.5% off", "five point five percent off"),
        ("12,500 points", "twelve thousand five hundred points"),
        ("room 12, open 24/7", "room 12, open 24/7"),
        ("two  spaces\nand a line", "two spaces and a line"),
    ],
)
def test_text_is_written_out_as_it_is_spoken(written, spoken):
    assert say_text(written) == spoken


@pytest.mark.parametrize(
    ("number", "groups"),
    [
        ("42", ["four two"]),
        ("123456", ["one two three", "four five six"]),
        ("1234567", ["one two three", "four five six seven"]),
        ("12345678", ["one two three four", "five six seven eight"]),
    ],
)
def test_digits_come_in_groups_a_person_can_write_down(number, groups):
    assert digits(number) == ", ".join(groups)


@given(st.text(alphabet="0123456789$£€%:-,. +()*abAMPpm/", max_size=60))
def test_speaking_a_spoken_text_changes_nothing_more(text):
    once = say_text(text)
    assert say_text(once) == once


def test_sentences_end_at_full_stops_but_not_at_abbreviations():
    assert sentences("Hello. Mr. Smith will call at 5 p.m. today! Right? Yes") == [
        "Hello.",
        "Mr. Smith will call at 5 p.m. today!",
        "Right?",
        "Yes",
    ]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Short enough.", "Short enough."),
        ("I have found your order, and it will be with you on Thursday.", "I have found your order,"),
        ("I will connect you to someone in the team who can help", "I will connect you"),
        ("Supercalifragilistic expialidocious pneumonoultramicroscopic words", "Supercalifragilistic expialidocious"),
        ("It is up to us to do it or to let it be", "It is up to us to do it or to let it be"),
        ("It is up to us to do so or to be late at 9", "It is up to us"),
        ("x" * 60, "x" * 60),
    ],
)
def test_the_first_clause_is_short_where_a_place_to_breathe_allows(text, first):
    assert clauses(text)[0] == first


@given(st.text(max_size=200))
def test_cutting_loses_no_word(text):
    assert " ".join(clauses(text)).split() == text.split()
