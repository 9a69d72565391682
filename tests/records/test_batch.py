"""A batch closes after 10 ms, or at once when somebody waits: by construction, on a clock that the test turns."""

from hypothesis import given
from hypothesis import strategies as st

from telephony.records.batch import MAX_AGE_MS, Batch


def test_nothing_is_due_while_there_is_nothing() -> None:
    assert Batch[int]().due_in(1000.0) is None


def test_a_batch_is_due_when_its_oldest_row_is_ten_milliseconds_old() -> None:
    batch = Batch[int]()
    batch.add(1, 100.0)
    batch.add(2, 108.0)
    assert batch.due_in(108.0) == 2.0
    assert batch.due_in(110.0) == 0
    assert batch.due_in(500.0) == 0


def test_a_batch_somebody_waits_for_is_due_at_once() -> None:
    batch = Batch[int]()
    batch.add(1, 100.0)
    batch.hurry()
    assert batch.due_in(100.0) == 0
    assert batch.take() == [1]
    assert batch.due_in(100.0) is None


def test_a_full_batch_takes_no_more_until_it_is_taken() -> None:
    batch = Batch[int](limit=2)
    assert [batch.add(n, 0.0) for n in range(3)] == [True, True, False]
    assert batch.take() == [0, 1]
    assert batch.add(3, 1.0)


def test_rows_put_back_come_first_again() -> None:
    batch = Batch[int]()
    batch.add(1, 0.0)
    taken = batch.take()
    batch.add(2, 1.0)
    batch.put_back(taken, 50.0)
    assert batch.due_in(50.0) == MAX_AGE_MS
    assert batch.take() == [1, 2]


@given(st.lists(st.floats(0, 5), min_size=1, max_size=200))
def test_no_row_is_ever_older_than_the_bound_when_its_batch_falls_due(gaps_ms: list[float]) -> None:
    batch, now_ms, added = Batch[int](), 0.0, dict[int, float]()
    for number, gap_ms in enumerate(gaps_ms):
        due_ms = batch.due_in(now_ms)
        if due_ms is not None and due_ms <= gap_ms:
            now_ms += due_ms
            assert all(now_ms - added[row] <= MAX_AGE_MS + 1e-6 for row in batch.take())
            gap_ms -= due_ms  # noqa: PLW2901
        now_ms += gap_ms
        added[number] = now_ms
        batch.add(number, now_ms)
