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


def _rule() -> Rule:
    return next(rule for rule in business().rules if isinstance(rule, Rule))


def _topic(words: str) -> str | None:
    found = sensitive.topic_of(words, _rule())
    return next((name for name, topic in _rule().topics.items() if found and topic is found[0]), None)


@pytest.mark.parametrize("topic", sorted(set(SAID) - {"none"}))
def test_a_topic_is_known_by_what_is_said(topic: str) -> None:
    assert {words: _topic(words) for words in SAID[topic].strip().splitlines() if _topic(words) != topic} == {}


def test_the_same_words_about_something_else_are_no_topic() -> None:
    assert {words: _topic(words) for words in SAID["none"].strip().splitlines() if _topic(words)} == {}


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
