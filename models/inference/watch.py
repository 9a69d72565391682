"""When a pool process counts as hung, and how long to wait before the next one; pure, `now` comes in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    start_s: float = 60.0  # until its engines are open: weights are read from a cold disk
    ping_s: float = 0.5
    silent_s: float = 1.5  # without an answer and without using its processor: a stall is seen within 1.5 s
    busy_s: float = 5.5  # without an answer at all: an engine that keeps the interpreter may be slow, as the others are
    overdue_s: float = 1.5  # a job that runs so long beyond its deadline hangs, and nobody waits for it any more;
    slow_s: float = 4.0  # but whatever its deadline, one that runs no longer than this may only be slow
    first_pause_s: float = 0.5  # before the second restart in a row; the first is at once
    last_pause_s: float = 30.0  # it doubles up to this
    calm_s: float = 60.0  # a process that lived so long was well


class Watch:
    """Judges one process by its answers; one that does not answer, by whether it works."""

    def __init__(self, limits: Limits, now: float) -> None:
        self._limits = limits
        self._heard_at = self._worked_at = self._beat_at = now
        self._cpu_s = 0.0
        self._overdue_s = 0.0
        self._running_s = 0.0

    def heard(self, now: float, *, overdue_s: float, running_s: float) -> None:
        """It answered; its most belated job should have been ready `overdue_s` ago, and has run for `running_s`."""
        self._heard_at = now
        self._overdue_s, self._running_s = overdue_s, running_s

    def beat(self, now: float, *, cpu_s: float) -> str | None:
        """What is wrong with it, if something is. To be asked every `ping_s`; `cpu_s`: of a processor, used in all."""
        if now - self._beat_at > 2 * self._limits.ping_s:  # we stood still ourselves: its answers wait to be read
            self._heard_at = now
        self._beat_at = now
        if cpu_s > self._cpu_s:
            self._cpu_s, self._worked_at = cpu_s, now
        limits, silent_s = self._limits, now - self._heard_at
        if silent_s > limits.silent_s and now - self._worked_at > limits.silent_s:
            return f"an answer within {limits.silent_s:.1f} s expected, none came, and it does not work"
        if silent_s > limits.busy_s:
            return f"an answer within {limits.busy_s:.1f} s expected, none came while it worked"
        if self._overdue_s > limits.overdue_s and self._running_s > limits.slow_s:
            return f"a job at most {limits.overdue_s:.1f} s late expected, one is {self._overdue_s:.1f} s late"
        return None


class Pauses:
    """Back-off: at once, then longer and longer, until a process has lived for a while."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._next_s = 0.0

    def after(self, lived_s: float) -> float:
        """How long to wait after one that lived so long."""
        if lived_s >= self._limits.calm_s:
            self._next_s = 0.0
        pause_s = self._next_s
        self._next_s = min(self._limits.last_pause_s, max(self._limits.first_pause_s, 2 * pause_s))
        return pause_s
