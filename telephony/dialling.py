"""Whether one more telephone may be rung: caps by call and hour, and a switch that stops it all at once.

What costs money is guarded here, whatever line it goes over: a caller, or a fault of ours, that asks for people again
and again must not become a bill. A desk's softphone costs nothing and is never refused.
"""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from telephony.errors import DialRefused

V = TypeVar("V")

FREE_LINES = frozenset({"webrtc"})
HOUR_SECONDS = 3600.0
REMEMBERED = 10_000  # calls and callers whose dials are counted; the oldest are forgotten first
SWITCH_FILE = "dialling-off"
"""While a file of this name lies in the records folder nobody is dialled; what it says is the reason given."""


@dataclass(frozen=True, slots=True)
class DiallingSettings:
    """`[dialling]` in config/warmline.toml."""

    enabled: bool = True
    countries: tuple[int, ...] = (1,)  # country codes in which agents may be rung
    per_call: int = 12  # telephones rung for one call: a long search asks everybody of a small team once
    per_caller_hour: int = 30  # for one caller's number
    per_hour: int = 300  # altogether: five a minute

    def __post_init__(self) -> None:
        for name in ("per_call", "per_caller_hour", "per_hour"):
            if getattr(self, name) < 1:
                raise ValueError(
                    f"{name}: at least 1 expected, got {getattr(self, name)}; enabled = false stops it all"
                )


class Dialling:
    """`switch`: the file that stops all dialling. `now`: seconds on any clock that only goes forward."""

    def __init__(self, settings: DiallingSettings, *, switch: Path, now: Callable[[], float]) -> None:
        self._settings = settings
        self._switch = switch
        self._now = now
        self._by_call: OrderedDict[str, int] = OrderedDict()
        self._by_caller: OrderedDict[str, deque[float]] = OrderedDict()
        self._all: deque[float] = deque()

    def allow(self, line: str, *, call: str, caller: str | None) -> None:
        """Counts one more dial over `line` for `call`. Raises `DialRefused`, counting nothing, where it may not be."""
        if line in FREE_LINES:
            return
        if not self._settings.enabled:
            raise DialRefused(f"call {call}: dialling is off ([dialling] enabled = false)")
        if (why := switched_off(self._switch)) is not None:
            raise DialRefused(f"call {call}: dialling is switched off: {why}")
        now = self._now()
        of_call = self._by_call.get(call, 0)
        of_caller = self._by_caller.get(caller or "", deque())
        for times in (of_caller, self._all):
            while times and times[0] <= now - HOUR_SECONDS:
                times.popleft()
        self._must_be_below(call, "for one call", of_call, self._settings.per_call)
        if caller is not None:
            self._must_be_below(call, "for one caller in an hour", len(of_caller), self._settings.per_caller_hour)
        self._must_be_below(call, "in an hour", len(self._all), self._settings.per_hour)
        of_caller.append(now)
        self._all.append(now)
        _remember(self._by_call, call, of_call + 1)
        _remember(self._by_caller, caller or "", of_caller)

    @staticmethod
    def _must_be_below(call: str, what: str, dialled: int, cap: int) -> None:
        if dialled >= cap:
            raise DialRefused(f"call {call}: at most {cap} dials {what} expected, got one more")


def switched_off(switch: Path) -> str | None:
    """Why nobody is dialled, or None when the switch is on. One that cannot be read is off: the safe side."""
    try:
        return switch.read_text(encoding="utf-8").strip() or "no reason given"
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        return f"the switch {switch.name} cannot be read ({error})"


def turn(switch: Path, *, on: bool, why: str) -> None:
    """Throws the switch; a running service sees it at its next dial."""
    if on:
        switch.unlink(missing_ok=True)
        return
    switch.parent.mkdir(parents=True, exist_ok=True)
    switch.write_text(why + "\n", encoding="utf-8")


def _remember(counts: "OrderedDict[str, V]", key: str, value: V) -> None:
    counts[key] = value
    counts.move_to_end(key)
    if len(counts) > REMEMBERED:
        counts.popitem(last=False)
