"""Whole calls through the real pipeline, on the carrier's wire, in virtual time: each comes out as its truth says."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from telephony.events import Heard, Said
from telephony.journal import as_json
from telephony.replay import Replayed, replay
from telephony.sim import fixture as fx
from tests.calls.truth import differences

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config"
CALLS = sorted((ROOT / "telephony" / "demo" / "calls").glob("*.toml")) + sorted(
    (Path(__file__).parent / "labelled").glob("*.toml")
)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all, so that prompts are rendered once."""
    return tmp_path_factory.mktemp("replayed")


@pytest.fixture(scope="module")
def played(out: Path) -> Iterator[dict[str, Replayed]]:
    yield {}


@pytest.mark.parametrize("call", CALLS, ids=lambda path: path.stem)
def test_a_labelled_call_comes_out_as_its_truth_says(call: Path, out: Path, played: dict[str, Replayed]) -> None:
    result = played[call.stem] = replay(call, config=CONFIG, out=out)
    assert differences(fx.load(call), result.records) == []
    assert result.violations == ()  # of the carrier's contract, by us


def test_the_angry_caller_is_brought_to_a_person_by_words_and_behaviour_alone(out: Path) -> None:
    call = ROOT / "telephony" / "demo" / "calls" / "dispute.toml"
    result = replay(call, config=CONFIG, out=out / "no-prosody", prosody_weight=0.0)
    assert [d for d in differences(fx.load(call), result.records) if "trigger" in d or "escalation" in d] == []


def test_two_fast_replays_differ_in_ids_and_wall_times_alone(out: Path) -> None:
    call = ROOT / "telephony" / "demo" / "calls" / "dispute.toml"
    first, second = (replay(call, config=CONFIG, out=out / "twice") for _ in range(2))
    assert _without_ids(first) == _without_ids(second)


def test_no_caller_waits_long_for_an_answer(played: dict[str, Replayed]) -> None:
    """After speech the system says something within 5 s, unless a person is on the line."""
    for name, result in played.items():
        bridged = [r.at_ms for r in result.records if r.type in ("Bridged", "CallEnded")]
        heard = [r.entry for r in result.records if isinstance(r.entry, Heard) and r.at_ms < bridged[0]]
        said = [r.entry for r in result.records if isinstance(r.entry, Said)]
        for utterance in heard:
            answers = [s.start_ms - utterance.end_ms for s in said if s.end_ms > utterance.end_ms]
            assert not answers or min(answers) <= 5000, f"{name}: nothing said for 5 s after {utterance}"


def _without_ids(result: Replayed) -> list[str]:
    """The journal without what may differ: the call's id and the wall clock."""
    call = result.records[0].call
    lines = []
    for record in result.records:
        line = as_json(record).replace(call, "CALL")
        lines.append(line.replace(f'"wall": {round(record.wall, 3)}', '"wall": 0'))
    return lines
