"""When a pool process counts as hung, and how long to wait before the next."""

from models.inference.watch import Limits, Pauses, Watch

LIMITS = Limits(ping_s=0.5, silent_s=1.5, busy_s=5.5, overdue_s=1.5, slow_s=4.0)


def verdicts(watch: Watch, *beats: tuple[float, float]) -> list[str | None]:
    """`beats`: when, and what it has used of its processor by then."""
    return [watch.beat(now, cpu_s=cpu_s) for now, cpu_s in beats]


def every(seconds: float, until: float, *, cpu: float = 0.0) -> list[tuple[float, float]]:
    """A beat each so many seconds, with so much of a processor used meanwhile."""
    return [(seconds * n, cpu * seconds * n) for n in range(1, round(until / seconds) + 1)]


def test_one_that_answers_is_well_however_idle() -> None:
    watch = Watch(LIMITS, now=0.0)
    for now, cpu_s in every(0.5, 60):
        watch.heard(now, overdue_s=0.0, running_s=0.0)
        assert watch.beat(now, cpu_s=cpu_s) is None


def test_one_that_neither_answers_nor_works_has_stopped() -> None:
    *before, last = verdicts(Watch(LIMITS, now=0.0), *every(0.5, 2.0))
    assert before == [None] * 3
    assert last is not None and "does not work" in last


def test_one_that_works_without_answering_has_longer() -> None:
    *before, last = verdicts(Watch(LIMITS, now=0.0), *every(0.5, 6.0, cpu=0.2))
    assert before == [None] * 11
    assert last is not None and "while it worked" in last


def test_a_late_job_hangs_once_it_has_run_as_long_as_one_may() -> None:
    watch = Watch(LIMITS, now=0.0)
    watch.heard(0.1, overdue_s=3.0, running_s=3.5)  # its deadline was short, and the machine is slow
    assert watch.beat(0.5, cpu_s=0.0) is None
    watch.heard(0.6, overdue_s=1.6, running_s=4.1)
    assert "1.6 s late" in str(watch.beat(1.0, cpu_s=0.0))


def test_a_loop_that_stood_still_itself_blames_nobody() -> None:
    watch = Watch(LIMITS, now=0.0)
    assert watch.beat(30.0, cpu_s=0.0) is None
    assert watch.beat(30.5, cpu_s=0.0) is None


def test_the_first_restart_is_at_once_and_those_in_a_row_wait_longer_and_longer() -> None:
    pauses = Pauses(Limits(first_pause_s=0.5, last_pause_s=3.0, calm_s=60))
    assert [pauses.after(1.0) for _ in range(6)] == [0.0, 0.5, 1.0, 2.0, 3.0, 3.0]


def test_one_that_lived_for_a_while_is_followed_at_once() -> None:
    pauses = Pauses(Limits(calm_s=60))
    assert [pauses.after(lived_s) for lived_s in (1, 1, 1, 61, 1)] == [0.0, 0.5, 1.0, 0.0, 0.5]
