"""A wrong business is refused with file, section and key, what was expected and what came."""

import re
import shutil
from pathlib import Path

import pytest

from tests.sim.story import CONFIG
from voice.dialogue.errors import BusinessError
from voice.dialogue.languages import languages, training_examples
from voice.dialogue.load import load_business, with_rules
from voice.dialogue.wishes import SAID, wished


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "business.toml",
            "no_input_ms",
            "no_input_seconds",
            r"\[hearing\]: no_input_seconds: a known key .*no_input_ms",
        ),
        (
            "business.toml",
            "member_digits = 6",
            'member_digits = "six"',
            r"\[identity\]: member_digits: .*integer.*'six'",
        ),
        ("business.toml", '"balance",', '"balanse",', r"business.toml: menu: intents .* got 'balanse'"),
        ("escalation.toml", 'queue = "cards"', 'queue = "kards"', r"queue: one of cards, .* expected, got 'kards'"),
        ("escalation.toml", 'kind = "silent"', 'kind = "quiet"', r"silent: kind: one of amount, asked, .* got 'quiet'"),
        ("escalation.toml", "silences = 2", "silence = 2", r"\[\[rule\]\] silent: silence"),
        (
            "escalation.toml",
            'queue = "member_services"\n',
            "",
            r"asked-for-a-person: queue: a value expected, got none",
        ),
        ("scope.toml", "[balance]", "[ballance]", r"scope.toml: \[balance\]: an entry for every intent expected"),
        ("scope.toml", 'mode = "automatic"', 'mode = "auto"', r"\[opening_hours\]: mode: 'automatic', 'approval' or"),
        ("prompts/en.toml", "one_moment =", "one_momentt =", r"\[prompts\] one_moment: a sentence expected"),
        ("prompts/en.toml", '"One moment, please.", ', "", r"\[prompts\] one_moment: two or more sentences expected"),
        ("intents/balance.toml", '"opener.look_up"', '"opener.none"', r"opener: a prompt of prompts/en.toml expected"),
        ("prompts/en.toml", '"balance.done"', '"balance.doen"', r"balance.toml: done: a prompt .* got 'balance.done'"),
        ("intents/transfer.toml", 'kind = "amount"', 'kind = "money"', r"transfer.toml: slots.3.kind: .* got 'money'"),
        ("intents/balance.toml", "title =", "tittle =", r"balance.toml: tittle: a known key .*title"),
        ("intents/balance.toml", '"what\'s my balance"', '"goodbye"', r"sentences of its own expected, got 'goodbye'"),
        ("intents/balance.toml", '"what\'s my balance"', '"  "', r"balance.toml: examples: a sentence expected"),
        ("intents/opening_hours.toml", 'article = "opening_hours"', 'article = "x"', r"knowledge/x.md expected"),
        ("knowledge/fees.md", "updated = 2026-09-15", "updated = 2026-19-15", r"fees.md: front matter: TOML expected"),
        ("queues.toml", "[cards]", "[cards", r"queues.toml: TOML expected"),
        ("queues.toml", 'closes = "17:00"', 'closes = "08:00"', r"\[lending\] closes: a time after opens = '09:00' .*"),
        ("queues.toml", 'opens = "09:00"', 'opens = "9 AM"', r"\[lending\] opens: a time from 00:00 to 24:00 .*'9 AM'"),
        ("queues.toml", 'opens = "09:00"', 'opens = "25:00"', r"\[lending\] opens: a time from 00:00 .*'25:00'"),
        ("queues.toml", '"fri", "sat"]', '"fri", "sonday"]', r"\[member_services\]: days.6: .* got 'sonday'"),
        ("queues.toml", "2026-11-26", "2026-11-31", r"queues.toml: TOML expected"),
        ("queues.toml", "2026-11-26", '"Thanksgiving"', r"\[member_services\]: holidays.1: .*date.*'Thanksgiving'"),
        ("queues.toml", 'overflow = "cards"', 'overflow = "kards"', r"\[member_services\] overflow: one of cards, .*"),
        (
            "queues.toml",
            'overflow = "cards"',
            'overflow = "member_relations"',
            r"\[member_services\] overflow: a chain that ends expected, got member_services → member_relations → mem",
        ),
        ("queues.toml", "wrap_up_seconds = 120", "wrap_up_seconds = 0", r"wrap_up_seconds: .*greater than 0"),
        ("queues.toml", "priority = 1", "priority = 99", r"\[cards\]: priority: .*less than or equal to 10"),
        (
            "business.toml",
            "America/New_York",
            "America/NewYork",
            r"time_zone: the name of a time zone .*'America/NewYork'",
        ),
        ("business.toml", "sticky_days = 30", "sticky_weeks = 4", r"\[routing\]: sticky_weeks: a known key"),
        ("business.toml", "shown = 4", "shown = 5", r"\[keypad.card\] shown: 0 to 4, .* got 5"),
        ("business.toml", 'PIN"\ndigits = 4', 'PIN"\ndigits = 40', r"\[keypad.pin\] digits: 1 to 19 expected, got 40"),
        ("business.toml", "shown = 4", "shows = 4", r"\[keypad.card\]: shows: a known key"),
        ("prompts/en.toml", '"keyed.ask"', '"keyed.aks"', r"\[prompts\] keyed.ask: a sentence expected"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    folder = shutil.copytree(CONFIG, tmp_path / "config")
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(BusinessError, match=message):
        load_business(folder)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    folder = shutil.copytree(CONFIG, tmp_path / "config")
    (folder / "queues.toml").unlink()
    with pytest.raises(BusinessError, match=r"queues.toml: a TOML file expected here"):
        load_business(folder)


def test_every_intent_has_twenty_examples_or_more_and_an_article_nine() -> None:
    for intent in load_business(CONFIG).intents.values():
        assert len(intent.examples) >= (9 if intent.asked else 20), intent.name


def test_every_state_can_hear_a_request_for_a_person() -> None:
    business = load_business(CONFIG)
    for language, sentences in languages(business).items():
        assert "i want to talk to a person" in sentences, language
        assert "agent" in sentences, language


def test_every_state_can_hear_how_the_caller_wants_us_to_talk() -> None:
    for language, sentences in languages(load_business(CONFIG)).items():
        assert {"slower please", "say that again"} <= set(sentences), language
        if language != "waiting":  # nothing is asked there that could wait, or be gone back from
            assert {"hold on", "go back"} <= set(sentences), language


def test_whatever_is_listened_for_as_such_a_wish_is_understood_as_one() -> None:
    assert [words for words in SAID if wished(words) is None] == []


def test_no_example_is_trained_under_two_intents() -> None:
    seen: dict[str, str] = {}
    for name, sentences in training_examples(load_business(CONFIG)).items():
        for sentence in sentences:
            assert seen.setdefault(sentence, name) == name


def test_the_version_changes_with_any_sentence(tmp_path: Path) -> None:
    folder = shutil.copytree(CONFIG, tmp_path / "config")
    before = load_business(folder).version
    path = folder / "prompts" / "en.toml"
    path.write_text(path.read_text("utf-8").replace("Goodbye.", "Bye."), "utf-8")
    assert load_business(folder).version != before


def test_other_rules_over_a_business_are_what_a_load_with_them_says(tmp_path: Path) -> None:
    folder = shutil.copytree(CONFIG, tmp_path / "config")
    business = load_business(folder)
    scope = folder / "scope.toml"
    scope.write_text(scope.read_text("utf-8").replace('mode = "automatic"', 'mode = "person"', 1), "utf-8")
    (folder / "prompts" / "en.toml").write_text("broken [", "utf-8")  # nothing else is read again
    found = with_rules(business, folder / "escalation.toml", scope)
    changed = [name for name in business.scope if found.scope[name].mode != business.scope[name].mode]
    assert (len(changed), found.prompts is business.prompts) == (1, True)
    assert found.version != business.version


def test_other_rules_that_do_not_fit_a_business_are_refused_by_file_and_section(tmp_path: Path) -> None:
    scope = tmp_path / "scope.toml"
    scope.write_text(re.sub(r"(?s)\[complaint\].*?(?=\n\[)", "", (CONFIG / "scope.toml").read_text("utf-8")), "utf-8")
    with pytest.raises(BusinessError, match=r"scope\.toml: \[complaint\]: an entry for every intent expected"):
        with_rules(load_business(CONFIG), CONFIG / "escalation.toml", scope)
