"""Numbers as a person would say them on the telephone, and where a text may be cut."""

import unicodedata
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from num2words import num2words

from models.slots import SlotSpec, read
from voice.tts.clauses import clauses, parts, sentences
from voice.tts.plain_text import plain_text
from voice.tts.say_text import digits, say_text

DIGIT_WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


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
        ("Your reference is H L 3 0 9 F.", "Your reference is H L, three zero nine, F."),
        ("the number ending in 0 1 1 3?", "the number ending in zero one one three?"),
        ("I have: 4 2, 4 2, 1 1.", "I have: four two, four two, one one."),
        ("that is 2 0 2 5 5 5 0 1 4 3", "that is two zero two, five five five, zero one four three"),
        ("spelled KIM", "spelled K as in Kilo, I as in India, M as in Mike"),
        ("it is spelled wrong", "it is spelled wrong"),
        ("Dr. Smith, 12 Harbor St., No. 5", "Doctor Smith, 12 Harbor Street, number 5"),
        ("St. Mary's, on Harbor Ave.", "Saint Mary's, on Harbor Avenue."),
        ("on Nov. 24, the 3rd of its kind", "on November twenty-fourth, the third of its kind"),
        ("-$5.20 & $1", "minus five dollars and twenty cents and one dollar"),
        ("9 am – 5 pm, $5–$10", "nine AM to five PM, five dollars to ten dollars"),
        ("write to ann.lee@bank.example.com", "write to ann dot lee at bank dot example dot com"),
        ("say no. 2 is next", "say no. 2 is next"),
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


NUMBER_WORDS = {word: str(number) for number, word in enumerate(DIGIT_WORDS)}


def digits_in(spoken: str) -> str:
    return "".join(NUMBER_WORDS.get(word.strip(",."), "") for word in spoken.split())


@given(st.text(alphabet="0123456789", min_size=2, max_size=16))
def test_digits_said_are_the_digits_written(number):
    for written in (f"ending in {number}", f"HL-{number}", " ".join(number), digits(number)):
        assert digits_in(say_text(written)) == number


@given(st.integers(0, 9999), st.integers(0, 999), st.integers(0, 9999))
def test_a_telephone_number_loses_no_digit(area, middle, last):
    area, middle, last = f"{area % 1000:03}", f"{middle:03}", f"{last:04}"
    for written in (f"+1 {area}-{middle}-{last}", f"({area}) {middle}-{last}", f"{area}.{middle}.{last}"):
        assert digits_in(say_text(written)).endswith(area + middle + last)


@given(st.integers(0, 10_000_000))
def test_an_amount_is_heard_as_it_was_written(cents):
    written = f"${cents // 100:,}.{cents % 100:02}"
    (amount,) = read(say_text(written), [SlotSpec("amount", "amount")], date(2026, 11, 23))
    assert round(float(amount.value) * 100) == cents


@given(st.dates(date(2020, 1, 1), date(2039, 12, 31)))
def test_a_date_keeps_its_day_month_and_year(day):
    spoken = say_text(f"due {day.isoformat()}")
    assert f"{day:%B}" in spoken
    assert num2words(day.day, to="ordinal") in spoken
    assert num2words(day.year, to="year") in spoken


@given(st.text(alphabet="0123456789$£€%:-–,. +()*abAMPpmSt@#/", max_size=60))
@example("St. 9 am – 5")
def test_speaking_a_spoken_text_changes_nothing_more(text):
    once = say_text(text)
    assert say_text(once) == once


@given(st.text(max_size=80))
def test_no_character_that_an_engine_takes_for_a_command_is_left(text):
    spoken = plain_text(text)
    assert plain_text(spoken) == spoken
    assert not set("<>[]{}|\\") & set(spoken)
    assert all(unicodedata.category(one) not in ("Cc", "Cf", "Cs") for one in spoken)


def test_markup_and_commands_are_words_or_nothing():
    assert say_text("hi <voice name='de'>you</voice> [[h@l@U]] \x0199P \ud800\u202e{x}") == (
        "hi voice name='de' you /voice h@l@U nine nine, P x"
    )


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


def test_a_long_sentence_is_rendered_in_stretches_that_end_at_commas():
    text = (
        "Short start. I moved two hundred and four dollars and thirty cents from checking to savings, "
        "and your savings account now holds one thousand dollars, which you can use at once."
    )
    assert clauses(text) == [
        "Short start.",
        "I moved two hundred and four dollars and thirty cents from checking to savings,",
        "and your savings account now holds one thousand dollars,",
        "which you can use at once.",
    ]


@given(st.text(max_size=200))
def test_cutting_loses_no_word(text):
    assert " ".join(clauses(text)).split() == text.split()


def test_a_sentence_comes_apart_at_its_commas_and_colons_with_their_marks():
    assert parts("I'll tell them: you pay 1,250 dollars, today.") == [
        "I'll tell them:",
        "you pay 1,250 dollars,",
        "today.",
    ]
