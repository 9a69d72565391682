"""Topics that are always for a person are known in indirect words too, not where they mean something else."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from tests.sim.story import business
from voice.triggers import sensitive
from voice.triggers.sensitive import Rule
from voice.triggers.signals import Signals

SAID = tomllib.loads((Path(__file__).parent / "data" / "topics.toml").read_text("utf-8"))
NONE = sorted(group for group in SAID if group.startswith("none"))


def _rule() -> Rule:
    return next(rule for rule in business().rules if isinstance(rule, Rule))


def _topic(words: str) -> str | None:
    found = sensitive.topic_of(words, _rule())
    return next((name for name, topic in _rule().topics.items() if found and topic is found[0]), None)


@pytest.mark.parametrize("topic", sorted(set(SAID) - set(NONE)))
def test_a_topic_is_known_by_what_is_said(topic: str) -> None:
    name, _, _ = topic.partition("_")
    assert {words: _topic(words) for words in SAID[topic].strip().splitlines() if _topic(words) != name} == {}


@pytest.mark.parametrize("group", NONE)
def test_the_same_words_about_something_else_are_no_topic(group: str) -> None:
    assert {words: _topic(words) for words in SAID[group].strip().splitlines() if _topic(words)} == {}


def test_a_topic_that_no_phrase_names_is_known_by_what_was_learned() -> None:
    words = "grandpa isn't living anymore, what happens to his certificate"
    assert _topic(words) == "bereavement"
    assert sensitive.topic_of(words, replace(_rule(), learned=None)) is None


def test_numbers_and_yes_are_never_a_topic() -> None:
    assert [words for words in ("yes", "no thank you", "two zero four seven", "") if _topic(words)] == []


def test_the_issues_six_topics_are_all_for_a_person() -> None:
    assert set(_rule().topics) == {"legal", "complaint", "fraud", "bereavement", "vulnerable", "churn"}


def test_the_agent_reads_which_words_it_was() -> None:
    found = sensitive.look(Signals(turn=3, words="I think my mother has dementia, can you help?"), _rule())
    assert found is not None
    assert found.evidence == ("a caller who may need special care: always for a person", "said “dementia”")
    assert found.turns == (3,)


@pytest.mark.parametrize(("mode", "fires"), [("person", True), ("approval", True), ("automatic", False)])
def test_the_scope_register_keeps_an_intent_for_a_person(mode: str, fires: bool) -> None:
    found = sensitive.look(Signals(turn=1, words="hello", topic_title="your limit", mode=mode), _rule())
    assert (found is not None) is fires


def test_a_topic_that_matches_silence_or_nothing_is_a_mistake() -> None:
    rule = _rule()
    fraud = rule.topics["fraud"]
    for phrases, says in (
        ((), "never come up"),
        (("(a scam)?",), "always fires"),
        (("a (scam",), "regular expression"),
    ):
        wrong = replace(rule, topics={"fraud": replace(fraud, phrases=phrases)})
        assert says in "; ".join(wrong.mistakes())
