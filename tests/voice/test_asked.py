"""Who asks for a person is understood by words alone, however they put it; who only mentions one is not."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from tests.sim.story import business
from voice.triggers import asked
from voice.triggers.asked import Rule

DATA = Path(__file__).parent / "data"


def _rule() -> Rule:
    return next(rule for rule in business().rules if isinstance(rule, Rule))


def _groups(name: str) -> list[pytest.param]:
    groups = tomllib.loads((DATA / name).read_text("utf-8"))
    return [pytest.param(lines.strip().splitlines(), id=group) for group, lines in groups.items()]


@pytest.mark.parametrize("sentences", _groups("person_requests.toml"))
def test_a_request_is_known_by_its_words(sentences: list[str]) -> None:
    assert [words for words in sentences if not (asked.wants(words, _rule()) or asked.may_want(words, _rule()))] == []


@pytest.mark.parametrize("sentences", _groups("person_near_misses.toml"))
def test_a_mention_is_no_request(sentences: list[str]) -> None:
    assert [words for words in sentences if asked.wants(words, _rule())] == []


def test_words_that_only_may_ask_for_a_person_are_worth_a_question() -> None:
    cautious = replace(_rule(), learned=0.999, offered=0.4)
    assert not asked.wants("i want to talk to the head honcho", cautious)
    assert asked.may_want("i want to talk to the head honcho", cautious)


def test_without_the_head_the_frames_decide_alone() -> None:
    frames = replace(_rule(), learned=None, offered=None)
    assert not asked.wants("i want to talk to the head honcho", frames)
    assert not asked.may_want("i want to talk to the head honcho", frames)
    assert asked.wants("i want to talk to a person", frames)


def test_who_refuses_a_person_is_not_granted_one_by_the_head() -> None:
    eager = replace(_rule(), learned=0.0, offered=0.0)
    assert not asked.wants("stop trying to connect me to an agent, i want my balance", eager)


def test_a_question_that_nobody_would_be_asked_is_a_mistake() -> None:
    assert "offered" in "; ".join(replace(_rule(), learned=0.5, offered=0.6).mistakes())


def test_signs_and_fillers_change_nothing() -> None:
    assert asked.wants("Uh, could I please speak to a REAL person?!", _rule())
    assert not asked.wants("My estate agent's letter, please.", _rule())


def test_nothing_and_signs_alone_ask_for_nobody() -> None:
    assert not any(asked.wants(words, _rule()) for words in ("", "   ", "?!", "§"))


@pytest.mark.parametrize(
    "words", ["and then i waited " * 3_000 + "get me a person", "get me a person " + "and then i waited " * 3_000]
)
def test_a_request_at_either_end_of_a_flood_of_words_is_heard(words: str) -> None:
    assert asked.wants(words, _rule())


def test_a_flood_of_words_that_nearly_ask_takes_no_longer_than_its_length() -> None:
    assert not asked.wants("do i need to talk to the " * 4_000, _rule())
