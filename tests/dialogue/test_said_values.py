"""What the recogniser is told to expect of a caller who names an amount or a day, or puts one right."""

from datetime import date

from models.slots import SlotSpec, read
from tests.sim.story import business
from voice.dialogue.languages import languages, number, read_back
from voice.dialogue.said_values import amounts, days

TODAY = date(2026, 11, 18)


def test_every_way_to_say_an_amount_or_a_day_is_understood() -> None:
    for text in amounts():
        assert read(text, [SlotSpec("it", "amount")], TODAY), text
    impossible = [text for text in days() if not read(text, [SlotSpec("it", "date")], TODAY)]
    assert impossible == []


def test_an_answer_to_a_read_back_may_put_right_each_of_its_values() -> None:
    said = languages(business())[read_back(business().intents["transfer"])]
    assert {"yes", "no", "no fifteen dollars", "no i said savings", "no from checking", "agent"} <= set(said)
    assert any(" not " in sentence for sentence in said)


def test_a_number_of_a_known_length_stands_for_all_of_them() -> None:
    said = languages(business())[number(6)]
    assert {"#6", "it's #6", "agent", "yes"} <= set(said)
    assert sum("#6" in sentence for sentence in said) > 5 * sum("#6" not in sentence for sentence in said)
