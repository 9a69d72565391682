"""A question to a process of its own: how far it is, its answer, and what is said when none comes."""

import logging
from dataclasses import dataclass
from pathlib import Path

import pytest

from telephony.assembly.child import Child, work
from telephony.errors import RecordError

MODULE = "tests.assembly.answering"


@dataclass(frozen=True, slots=True)
class Found:
    words: str
    folder: Path


async def test_it_tells_how_far_it_is_and_answers() -> None:
    seen: list[tuple[int, int]] = []
    found = await Child(MODULE, seconds=60).ask(
        {"words": "übung", "folder": Path("calls")}, Found, lambda done, of: seen.append((done, of))
    )
    assert found == Found("übung", Path("calls"))
    assert seen == [(1, 2), (2, 2)], "what else it prints is passed over"


async def test_a_process_that_breaks_is_told_from_one_that_answers(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), pytest.raises(RecordError, match=f"an answer from {MODULE} expected"):
        await Child(MODULE, seconds=60).ask({"words": "break", "folder": "calls"}, Found)
    assert "told to break" in caplog.text


async def test_a_process_that_never_answers_is_ended_in_time() -> None:
    with pytest.raises(RecordError, match="within 0 s expected, got none"):
        await Child(MODULE, seconds=0.0).ask({"words": "", "folder": "calls"}, Found)


async def test_an_answer_of_another_shape_is_refused() -> None:
    async def run(folder: Path, _progress: object) -> None:
        (folder / "answer.json").write_text('{"words": 3}', encoding="utf-8")

    with pytest.raises(RecordError, match="expected, got 2 validation errors"):
        await Child(MODULE, seconds=60, run=run).ask({"words": "", "folder": "calls"}, Found)


def test_a_job_of_another_shape_is_no_job(tmp_path: Path) -> None:
    (tmp_path / "job.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError, match="validation error"):
        work(tmp_path, Found, lambda job: job)
