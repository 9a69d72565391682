"""What is deleted when: sound first, words next, the call itself last. `due` decides, `sweep` carries it out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, select, update

from telephony.records import reviews
from telephony.records.schema import (
    callbacks,
    calls,
    copilot_shown,
    entries,
    handoffs,
    knowledge_candidates,
    recordings,
    review_marks,
    reviewed_calls,
    wrapups,
)

DAY = 86_400.0

LONGEST_CALL = DAY
"""A call without an end that began so long ago was cut off by a crash: it is over."""


@dataclass(frozen=True, slots=True)
class Ages:
    """Days from a call's start until each kind is deleted. The operator's lawyer sets them."""

    audio_days: int = 30
    transcript_days: int = 90
    record_days: int = 395


@dataclass(frozen=True, slots=True)
class Kept:
    """What is there of one call."""

    call: str
    offered_wall: float
    held: bool = False  # legal hold
    ended: bool = True
    has_audio: bool = False
    has_words: bool = True
    owes_callback: bool = False


@dataclass(frozen=True, slots=True)
class Deletion:
    call: str
    audio: bool = False
    words: bool = False  # entries, briefs and summaries
    record: bool = False  # the call itself, and everything else


def due(kept: Iterable[Kept], ages: Ages, now_wall: float) -> list[Deletion]:
    """What to delete now. Held calls, calls in progress and calls that owe a callback keep everything."""
    found: list[Deletion] = []
    for call in kept:
        if call.held or not call.ended or call.owes_callback:
            continue
        age_days = (now_wall - call.offered_wall) / DAY
        record = age_days >= ages.record_days
        words = call.has_words and (record or age_days >= ages.transcript_days)
        audio = call.has_audio and (record or age_days >= ages.audio_days)
        if audio or words or record:
            found.append(Deletion(call.call, audio, words, record))
    return found


def sweep(folder: Path, ages: Ages, now_wall: float) -> Callable[[Connection], int]:
    """The job for `Store.run`: deletes what is due, files in `folder` first; gives the number of calls touched."""

    def job(connection: Connection) -> int:
        files = _files(connection)
        deletions = due(_kept(connection, files, now_wall), ages, now_wall)
        for deletion in deletions:
            _delete(connection, deletion, folder, files, now_wall)
        return len(deletions)

    return job


def _files(connection: Connection) -> Mapping[str, str]:
    return {row.call: row.file for row in connection.execute(select(recordings.c.call, recordings.c.file))}


def _kept(connection: Connection, files: Mapping[str, str], now_wall: float) -> list[Kept]:
    owing = set(connection.scalars(select(callbacks.c.call).where(callbacks.c.done_wall.is_(None))))
    columns = (calls.c.id, calls.c.offered_wall, calls.c.held, calls.c.ended_wall, calls.c.erased_wall)
    return [
        Kept(
            call,
            offered,
            held,
            ended=ended is not None or now_wall - offered > LONGEST_CALL,
            has_audio=call in files,
            has_words=erased is None,
            owes_callback=call in owing,
        )
        for call, offered, held, ended, erased in connection.execute(select(*columns))
        if offered is not None
    ]


def _delete(
    connection: Connection, deletion: Deletion, folder: Path, files: Mapping[str, str], now_wall: float
) -> None:
    call = deletion.call
    if deletion.audio:
        (folder / files[call]).unlink(missing_ok=True)
        connection.execute(delete(recordings).where(recordings.c.call == call))
    if deletion.words:
        connection.execute(delete(entries).where(entries.c.call == call))
        connection.execute(update(handoffs).where(handoffs.c.call == call).values(brief=None))
        connection.execute(update(wrapups).where(wrapups.c.call == call).values(summary=""))
        connection.execute(update(copilot_shown).where(copilot_shown.c.call == call).values(question=""))
        connection.execute(delete(knowledge_candidates).where(knowledge_candidates.c.call == call))
        reviews.erased(connection, call)
        connection.execute(update(calls).where(calls.c.id == call).values(erased_wall=now_wall))
    if deletion.record:
        for table in (handoffs, callbacks, wrapups, copilot_shown, review_marks, reviewed_calls):
            connection.execute(delete(table).where(table.c.call == call))
        connection.execute(delete(calls).where(calls.c.id == call))
