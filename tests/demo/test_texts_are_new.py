"""The recorded callers say nothing that the system was taught word for word, and their clips lie beside them."""

import re
from pathlib import Path

import pytest

from telephony.demo.make_clips import CALLS, said
from telephony.sim.fixture import load
from telephony.sim.voices import clip_name
from voice.dialogue.languages import training_examples
from voice.dialogue.load import load_business

ROOT = Path(__file__).parents[2]
LABELLED = ROOT / "tests" / "calls" / "labelled"
FIXTURES = sorted([*CALLS.glob("*.toml"), *LABELLED.glob("*.toml")])


def normal(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9']+", text.lower()))


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_no_turn_that_carries_an_intent_equals_a_training_example(path: Path) -> None:
    business = load_business(ROOT / "config")
    taught = {normal(text) for texts in training_examples(business).values() for text in texts}
    said_here = {normal(turn.text) for turn in load(path).turns if turn.text}
    assert not taught & said_here


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_every_clip_lies_beside_its_fixture_so_that_no_voice_is_needed(path: Path) -> None:
    for one in said(load(path)):
        assert (path.parent / "clips" / clip_name(one)).is_file(), one.text


def test_the_demos_clips_are_small() -> None:
    sizes = [clip.stat().st_size for clip in (CALLS / "clips").glob("*.flac")]
    assert max(sizes) < 60_000
    assert sum(sizes) < 1_000_000


def test_there_are_at_least_twelve_labelled_calls_and_three_of_them_are_the_demo() -> None:
    assert len(FIXTURES) >= 12
    assert {"balance", "callback", "dispute"} <= {path.stem for path in CALLS.glob("*.toml")}


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_truth_is_full(path: Path) -> None:
    truth = load(path).truth
    assert (truth.trigger is None) == (truth.escalate_by_turn is None)
    assert (truth.outcome == "transferred") == (truth.agent is not None)
    assert (truth.outcome == "callback") == (truth.callback is not None)
