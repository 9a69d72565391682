"""When a call deserves a supervisor's eye, and why: one alert at most, the most urgent. Pure."""

from dataclasses import dataclass

from telephony.supervision.rows import Alert, CallState


@dataclass(frozen=True, slots=True)
class AlertRules:
    frustration: float = 0.65  # the level that the desk calls upset
    wait_seconds: float = 60.0  # about 60 % of callers will not wait longer (a survey that plumvoice.com retells)
    misses: int = 2  # agents who were asked and did not come
    trouble_seconds: float = 60.0  # how long a trouble that was met stays on the wall; ours


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of one call that may be a reason."""

    state: CallState
    frustration: float = 0.0
    reason: str = ""  # the strongest of the frustration
    wait_seconds: float | None = None
    misses: int = 0
    lost: str = ""  # whose network is: caller | agent | colleague
    trouble: str = ""
    trouble_seconds: float = 0.0  # since then
    no_room: bool = False
    topic: str = ""  # for a person, of an escalation that is urgent


def alert(seen: Seen, rules: AlertRules) -> Alert | None:
    with_person = seen.state in (CallState.TALKING, CallState.HELD)
    if seen.lost:
        return Alert(2, f"The {seen.lost}'s connection is lost")
    if seen.frustration >= rules.frustration:
        because = f": {seen.reason}" if seen.reason else ""
        return Alert(1 if with_person else 2, f"Upset, {round(seen.frustration * 100)} %{because}")
    if seen.wait_seconds is not None and seen.wait_seconds >= rules.wait_seconds:
        return Alert(2, f"Waits for a person since {_minutes(seen.wait_seconds)}")
    if seen.misses >= rules.misses and not with_person:
        return Alert(2, f"{seen.misses} agents did not come")
    if seen.topic and not with_person:
        return Alert(1, seen.topic)
    if seen.no_room:
        return Alert(1, "No room: served by keys alone")
    if seen.trouble and seen.trouble_seconds < rules.trouble_seconds:
        return Alert(1, f"Trouble met: {seen.trouble}")
    return None


def _minutes(seconds: float) -> str:
    """In whole minutes, so that the words change once a minute and not each second."""
    minutes = max(1, int(seconds // 60))
    return "a minute" if minutes == 1 else f"{minutes} minutes"
