"""Whatever comes in: a safe turn, a clear message, nothing lost."""

import shutil
import time
from pathlib import Path

import pytest

from models.transcript import Speaker
from tests.dialogue.bank import a_call
from tests.sim.story import CONFIG
from voice import events
from voice.dialogue.errors import BusinessError
from voice.dialogue.load import load_business
from voice.dialogue.state import Place


@pytest.mark.parametrize(
    "words",
    [
        "", " ", "…", "?!", "\x00\ufffd", "日本語で話してもいいですか", "quiero saber mi saldo por favor",
        "je veux parler à quelqu'un", "привет", "my saldo bitte", "🙂🙂🙂", "fuck this shit", "{amount} {0} %s",
        "one " * 300, "balance " * 300, "a" * 5000, "\n\r\t", "null", "-1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["open", "member", "slot", "confirm"])
def test_every_utterance_has_an_answer_and_does_nothing(words: str, place: str) -> None:
    call = a_call()
    if place != "open":
        call.hears("i want to transfer money" if place == "slot" else "transfer 20 dollars from checking to savings")
    if place in ("slot", "confirm"):
        call.verified()
    said = call.hears(words)
    assert said or call.ended, "never silence"
    assert "transfer" not in call.actions


def test_ten_thousand_words_are_answered_quickly_and_kept_whole() -> None:
    call = a_call()
    words = " ".join(["so i was telling my neighbour about my account and"] * 1000)
    began = time.process_time()
    assert call.hears(words)
    assert time.process_time() - began < 5, "the judgement of two minutes of talk, not of an hour"
    kept = call.mind.transcript.by(Speaker.CALLER)[0]
    assert len(kept.text.split()) == 10_000


@pytest.mark.parametrize(
    "words",
    [
        "minus fifty dollars",
        "zero dollars",
        "nine hundred million billion dollars",
        "fifty dollars or sixty or ten",
    ],
)
def test_an_amount_out_of_range_moves_nothing_without_a_yes(words: str) -> None:
    call = a_call()
    call.hears("i want to transfer money from checking to savings")
    call.verified()
    assert call.hears(words)
    assert "transfer" not in call.actions


@pytest.mark.parametrize("words", ["february thirtieth", "the forty second of march", "yesterday", "thirteenth month"])
def test_a_day_that_does_not_exist_books_nothing(words: str) -> None:
    call = a_call()
    call.hears("i'd like to make an appointment")
    call.verified()
    assert call.hears(words)
    assert "book_appointment" not in call.actions


def test_from_and_to_the_same_account_is_asked_again() -> None:
    call = a_call()
    call.hears("move fifty dollars from savings to savings")
    assert "come from" in (said := call.verified()) or "go to" in said or "savings to checking" in said
    assert "transfer" not in call.actions


def test_profanity_without_a_wish_is_met_politely() -> None:
    call = a_call()
    said = call.hears("what the fuck")
    assert said
    assert call.mind.state.place in (Place.OPEN, Place.GUESS, Place.BRIEF_CHECK, Place.BRIEF_TOPIC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(CONFIG, tmp_path / "config")
    return tmp_path / "config"


def changed(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("intents/balance.toml", '"my balance",', '"",', "balance.toml: examples: a sentence expected"),
        ("intents/balance.toml", '"my balance",', '"lost card",', "sentences of its own expected, got 'lost card'"),
        ("intents/balance.toml", '"my balance",', '"my {sum}",', r"a slot of this intent in \{\} expected"),
        ("intents/transfer.toml", 'kind = "amount"', 'kind = "money"', "transfer.toml: slots.3.kind"),
        ("intents/transfer.toml", 'cost = "costly"', 'cost = "dear"', "transfer.toml: cost"),
        ("intents/transfer.toml", 'cost = "costly"', 'cost = "lookup"', "harmless or costly expected for an act with"),
        ("intents/balance.toml", 'cost = "lookup"', 'cost = "costly"', "reads a costly act back expected"),
        ("intents/lost_card.toml", 'cost = "costly"', 'cost = "harmless"', "doing: the prompt that says what is"),
        ("knowledge/fees.md", '"what fees do you charge"', '""', "about_fees.toml: examples: a sentence expected"),
        ("knowledge/fees.md", "review_by = 2027-06-30", "", "fees.md: review_by: a value expected"),
        ("knowledge/disputes.md", 'queue = "cards"', 'queue = "moon"', r"\[about_disputes\] queue: one of"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_by_name(folder: Path, file: str, old: str, new: str, complaint: str) -> None:
    changed(folder, file, old, new)
    with pytest.raises(BusinessError, match=complaint):
        load_business(folder)


def test_the_same_example_twice_in_one_intent_is_one(folder: Path) -> None:
    changed(folder, "intents/balance.toml", '"my balance",', '"my balance", "My  Balance",')
    assert load_business(folder).intents["balance"].examples.count("my balance") == 1


def test_a_call_goes_on_after_nonsense() -> None:
    call = a_call()
    call.hears("blue seventeen of the when")
    call.hears("check my balance")
    assert "1,240 dollars" in call.verified()
    assert call.did(events.Say)
