"""What a colleague answered in the middle of a call is kept, the newest first."""

from dataclasses import replace
from pathlib import Path

from telephony.approvals.consults import Candidate
from telephony.records import rows
from telephony.records.knowledge_candidates import added, newest
from telephony.records.retention import DAY, Ages, sweep
from telephony.records.upgrade import open_engine, upgrade
from tests.records.samples import WALL, whole_call, writer


def candidate(number: int, wall: float) -> Candidate:
    return Candidate(f"q-{number}", "call-1", None if number else 2, "do you take coins", "At the branch.", "ana", wall)


def test_a_candidate_is_read_as_it_was_kept(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'warmline.db'}")
    upgrade(engine)
    kept = [candidate(0, 10.0), candidate(1, 20.0)]
    with engine.begin() as connection:
        for one in kept:
            added(one)(connection)
    with engine.connect() as connection:
        assert list(newest(connection)) == kept[::-1]
        assert list(newest(connection, limit=1)) == kept[1:]
    engine.dispose()


def test_it_goes_with_the_words_of_its_call(tmp_path: Path) -> None:
    record = writer(tmp_path)
    record.write([rows.of(one) for one in whole_call()], durable=False)
    record.run(added(replace(candidate(0, WALL), call="c1")))
    record.run(sweep(tmp_path, Ages(30, 90, 395), WALL + 31 * DAY))
    assert len(record.run(newest)) == 1
    record.run(sweep(tmp_path, Ages(30, 90, 395), WALL + 91 * DAY))
    assert not record.run(newest)
