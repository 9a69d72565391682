"""What a back-test is given: journals, truths and rule sets; and how a wrong one is named."""

from pathlib import Path

import pytest

from telephony.backtest import tape, truth
from telephony.backtest.truth import Truth
from telephony.errors import BacktestError
from telephony.records.export import write_records
from telephony.sim import fixture as fx
from tests.sim.journaled import Journaled
from tests.sim.story import Story

LABELLED = Path(__file__).parents[1] / "calls" / "labelled"


def test_an_exported_journal_is_read_again(tmp_path: Path) -> None:
    story = Story(answered=False)
    journaled = Journaled(story, "c-7")
    story.silence()
    (read,) = tape.read(write_records(journaled.ended(), tmp_path / "c-7.jsonl"))
    assert (read.call, read.name, read.number, read.unusable) == ("c-7", "c-7", "+14155550123", "")
    assert [line.type for line in read.lines].count("Silent") == 1


def test_a_file_may_hold_several_calls_and_lines_in_any_order(tmp_path: Path) -> None:
    lines = [
        f'{{"v": 1, "call": "{call}", "seq": {seq}, "at_ms": 0, "wall": 0, "type": "{kind}", "recorded": true}}'
        for call, seq, kind in (("a", 2, "CallAnswered"), ("b", 1, "CallAnswered"), ("a", 1, "CallOffered"))
    ]
    path = tmp_path / "day.jsonl"
    path.write_text("\n".join(lines) + "\n")
    assert [(one.name, [line.type for line in one.lines]) for one in tape.read(path)] == [
        ("a", ["CallOffered", "CallAnswered"]), ("b", ["CallAnswered"]),
    ]  # fmt: skip


def test_a_call_that_was_never_answered_is_left_out_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text('{"v": 1, "call": "a", "seq": 1, "at_ms": 0, "wall": 0, "type": "CallOffered"}\n')
    assert tape.read(path)[0].unusable == "it was never answered"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("hello", r"c\.jsonl:1: one JSON object a line expected"),
        ("[1, 2]", r"c\.jsonl:1: a journal line expected, got one without v, call"),
        ('{"v": 1, "call": "a"}', r"c\.jsonl:1: .* without seq, at_ms, wall, type"),
        ('{"v": 7, "call": "a", "seq": 1, "at_ms": 0, "wall": 0, "type": "Said"}', r"v = 1 expected .* got 7"),
        (
            '{"v": 1, "call": "a", "seq": 1, "at_ms": 0, "wall": 0, "type": "KeyPressed", "speaker": "x", "key": 1}',
            r"c\.jsonl:1: KeyPressed as in docs/journal.md expected, got another key",
        ),
        ("", r"at least one journal line expected, got none"),
    ],
)
def test_what_is_no_journal_is_named_by_file_and_line(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(BacktestError, match=said):
        tape.read(path)


def test_a_journal_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BacktestError, match=r"none\.jsonl: an exported journal"):
        tape.read(tmp_path / "none.jsonl")


def test_the_truth_of_a_fixture_counts_the_callers_turns() -> None:
    assert truth.of_fixture(fx.load(LABELLED / "two_silences.toml")) == Truth(True, 2)
    assert truth.of_fixture(fx.load(LABELLED / "opening_hours.toml")) == Truth(False)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("labels.csv", "call,needs_person,by_turn\nc-1,true,3\nc-2,false,\n"),
        ("labels.toml", "[c-1]\nneeds_person = true\nby_turn = 3\n[c-2]\nneeds_person = false\n"),
    ],
)
def test_reviewed_calls_are_labelled_in_toml_or_csv(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert truth.labels(tmp_path / name) == {"c-1": Truth(True, 3), "c-2": Truth(False)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("call,needs_person,by_turn\nc-1,true,\n", r"c-1: .*by_turn: a turn expected where needs_person is true"),
        ("call,needs_person,by_turn\nc-1,perhaps,\n", r"c-1: needs_person"),
        ("call,needs_person,by_turn\nc-1,true,0\n", r"c-1: by_turn"),
        ("name,verdict\nc-1,true\n", r"labels expected"),
    ],
)
def test_a_wrong_label_is_named_by_file_and_call(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "labels.csv").write_text(text)
    with pytest.raises(BacktestError, match=said):
        truth.labels(tmp_path / "labels.csv")
