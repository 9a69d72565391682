"""What the co-pilot showed and what agents made of it, on record."""

from pathlib import Path

from sqlalchemy import select

from telephony import events as e
from telephony.records import rows
from telephony.records.copilot import rates
from telephony.records.retention import Ages, sweep
from telephony.records.schema import copilot_shown
from telephony.records.upgrade import open_engine
from tests.records.samples import WALL, record, url, writer


def shown(name: str, kind: str, article: str = "fees") -> e.CopilotShown:
    return e.CopilotShown("ana", name, kind, article, "", "what does a wire cost", 0.9)


CALL = (
    e.CallOffered("simulated", "inbound", None, None, None),
    shown("p1", "prompt"),
    shown("p2", "prompt"),
    shown("p3", "prompt"),
    shown("q4", "answer", ""),
    shown("q5", "answer"),
    e.CopilotMarked("ana", "p1", "prompt", "dismissed"),
    e.CopilotMarked("ana", "p1", "prompt", "useful"),  # they thought better of it
    e.CopilotMarked("ana", "p2", "prompt", "not_useful"),
    e.CopilotMarked("ana", "q5", "answer", "useful"),
    e.CallEnded("transferred", "caller", "hung up", 61.5),
)


def kept(folder: Path) -> None:
    told = [rows.of(record(number, entry)) for number, entry in enumerate(CALL, start=1)]
    assert writer(folder).write(told, durable=False) == []


def test_accepts_and_overrides_are_told_apart_for_prompts_and_for_answers(tmp_path: Path) -> None:
    kept(tmp_path)
    with open_engine(url(tmp_path)).connect() as connection:
        answers, prompts = rates(connection)
        assert rates(connection, since_wall=WALL + 60) == []
    assert (answers.kind, answers.shown, answers.unanswered, answers.accept_rate) == ("answer", 2, 1, 0.5)
    assert (prompts.shown, prompts.accepted, prompts.overridden, prompts.dismissed) == (3, 1, 1, 0)
    assert (prompts.accept_rate, prompts.override_rate) == (1 / 3, 1 / 3)


def test_what_was_asked_goes_with_the_words_of_the_call(tmp_path: Path) -> None:
    kept(tmp_path)
    day = 86_400.0
    with open_engine(url(tmp_path)).begin() as connection:
        sweep(tmp_path, Ages(audio_days=1, transcript_days=1, record_days=100), WALL + 2 * day)(connection)
        assert set(connection.scalars(select(copilot_shown.c.question))) == {""}
