"""The stage clock of the call on one desk: journal records in, what the page counts on from out. Pure."""

from telephony.desk.messages import AttemptModel, ClockModel
from telephony.journal import Record
from telephony.stages import StageClock


class DeskClock:
    """`agent`: whose desk it is. `now` is the desk's clock, in seconds."""

    def __init__(self, agent: str) -> None:
        self._agent = agent
        self._clock = StageClock()
        self._call = ""
        self._began: float | None = None  # of the call, as the desk's clock has it

    def see(self, record: Record, now: float) -> bool:
        """True when the clock shows something new. A call began no later than any of its records says; those of the
        past come late, so the earliest beginning counts."""
        self._call = record.call
        began = now - record.at_ms / 1000
        self._began = began if self._began is None else min(self._began, began)
        before, self._clock = self._clock, self._clock.after(record)
        return self._clock is not before

    def model(self, now: float) -> ClockModel | None:
        clock = self._clock
        if self._began is None or not (clock.searching or clock.attempts):
            return None
        attempts = tuple(
            AttemptModel(agent=a.agent, mine=a.agent == self._agent, outcome=a.outcome or "", at_ms=dict(a.at))
            for a in clock.attempts
        )
        call_ms = round((now - self._began) * 1000)
        return ClockModel(call=self._call, call_ms=call_ms, searching=dict(clock.searching), attempts=attempts)
