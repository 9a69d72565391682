"""What a colleague answered in the middle of a call is kept, the newest first."""

from pathlib import Path

from telephony.approvals.consults import Candidate
from telephony.records.knowledge_candidates import added, newest
from telephony.records.upgrade import open_engine, upgrade


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
