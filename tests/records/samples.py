"""Entries and journals to keep."""

from pathlib import Path

from models.brief import Brief, BriefLine, Part
from telephony import events as e
from telephony.journal import Record
from telephony.records.upgrade import open_engine, upgrade
from telephony.records.writer import Writer
from voice.events import Judged

BRIEF = Brief(1, "Disputes a charge", (BriefLine(Part.ISSUE, "“I never bought that”", (3,)),), "Disputes 84 dollars.")

WALL = 1_772_452_800.0  # 2026-03-02 12:00 UTC


def record(seq: int, entry: e.Entry | None = None, call: str = "c1") -> Record:
    return Record(call, seq, at_ms=1000 * seq, wall=WALL + seq, entry=entry or e.Silent(seq))


def whole_call(call: str = "c1", handoff: str = "h1") -> list[Record]:
    """A call that is brought to an agent and wrapped up."""
    told: list[e.Entry] = [
        e.CallOffered("simulated", "inbound", "+12065550100", "+12065550199", None),
        e.CallAnswered(True, "1", {"stt": "scripted"}),
        e.Heard(1, "caller", "I never bought that — “é”", 0.9, 0, 1200, "scripted"),
        Judged(1, 0.7, ("says it again",), {"repeat": 0.8}),
        Judged(2, 0.4, (), {}),
        e.BriefReady(handoff, 1, BRIEF),
        e.HandoffMoved(handoff, "queued", "requested", None),
        e.AgentOffered(handoff, "ana", 1, 20.0),
        e.HandoffMoved(handoff, "offered", "queued", None),
        e.AgentAccepted(handoff, "ana", "key"),
        e.Bridged(handoff, "ana"),
        e.HandoffMoved(handoff, "ended", "bridged", "caller"),
        e.CallEnded("transferred", "caller", "hung up", 61.5),
        e.WrappedUp("ana", "solved", "Dispute opened."),
    ]
    return [record(number, entry, call) for number, entry in enumerate(told, start=1)]


def callback_call(call: str = "c2", handoff: str = "h2") -> list[Record]:
    told: list[e.Entry] = [
        e.CallOffered("simulated", "inbound", "+12065550101", None, None),
        e.BriefReady(handoff, 1, BRIEF),
        e.CallbackAgreed(handoff, "+12065550101", "cards", 1, None),
        e.CallEnded("callback", "system", "promised", 40.0),
    ]
    return [record(number, entry, call) for number, entry in enumerate(told, start=1)]


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'record.sqlite3'}"


def writer(folder: Path) -> Writer:
    engine = open_engine(url(folder))
    upgrade(engine)
    return Writer(engine)
