"""Journals made by hand: a call is told entry by entry, with the seconds between them."""

from collections.abc import Mapping
from typing import Any

from telephony.records.rows import Row

START = 1_772_452_800.0  # a Monday, 12:00 UTC
DAY = 86_400.0


class Told:
    """`call`: its id. Each method tells one entry, `after` seconds later than the one before."""

    def __init__(
        self, call: str = "c-1", *, at: float = START, caller: str | None = "+12065550100", line: str = "twilio"
    ):
        self.rows: list[Row] = []
        self._call, self._start, self._now = call, at, 0.0
        self.entry("CallOffered", line=line, direction="inbound", caller=caller, called=None, carrier_id=None)
        self.entry("CallAnswered", recorded=True, config_version="en-1", engines={})
        self.entry("Said", version="en-5", text="Hello.", prompt="greeting")

    def entry(self, type: str, *, after: float = 0.0, **fields: Any) -> "Told":
        self._now += after
        ms, wall = round(self._now * 1000), self._start + self._now
        self.rows.append(Row(1, self._call, len(self.rows) + 1, ms, wall, type, fields))
        return self

    def heard(self, text: str, *, speaker: str = "caller", after: float = 2.0, confidence: float = 0.9) -> "Told":
        return self.entry("Heard", after=after, speaker=speaker, text=text, confidence=confidence)

    def escalated(self, trigger: str = "asked") -> "Told":
        self.entry("Escalated", trigger=trigger)
        return self.moved("requested", None).moved("queued", "requested")

    def moved(self, state: str, was: str | None, *, why: str | None = None, after: float = 0.0) -> "Told":
        return self.entry("HandoffMoved", after=after, handoff=f"{self._call}-h1", state=state, was=was, why=why)

    def brief(self, issue: str, who: str = "") -> "Told":
        lines: list[Mapping[str, Any]] = [{"part": "issue", "text": issue}]
        if who:
            lines.append({"part": "who", "text": who})
        return self.entry("BriefReady", handoff=f"{self._call}-h1", version=1, brief={"lines": lines})

    def bridged(self, *, after: float = 10.0, agent: str = "ana") -> "Told":
        self.entry("Bridged", after=after, handoff=f"{self._call}-h1", agent=agent)
        return self.moved("bridged", "accepted")

    def unbridged(self, *, after: float = 60.0) -> "Told":
        return self.entry("Unbridged", after=after, handoff=f"{self._call}-h1", agent="ana", by="agent")

    def ended(self, outcome: str = "solved", *, after: float = 1.0) -> "Told":
        return self.entry("CallEnded", after=after, outcome=outcome, by="caller", reason="", seconds=self._now)
