"""A journal of an angry call, made by hand, and a recording of its length: what reports and summaries are tested on."""

from pathlib import Path

import numpy as np
import soundfile

from models.brief import Brief, BriefLine, Part
from telephony import events as e
from telephony.journal import Record
from voice.audio import RATE
from voice.events import Acted, Escalated, Judged, Understood

BRIEF = Brief(
    2,
    "Angry about a charge taken twice",
    (
        BriefLine(Part.WHO, "Maria Santos, verified by PIN", (2,)),
        BriefLine(Part.ISSUE, "“there is a charge on my card i never made”", (2,)),
        BriefLine(Part.TRIED, "opening a dispute: no such charge", (6,)),
        BriefLine(Part.WHY, "frustrated: said “outrageous”, was not understood twice", (8,)),
        BriefLine(Part.NEXT, "Find the charge and open the dispute.", ()),
        BriefLine(Part.ENTITIES, "amount $84.20", (4,)),
    ),
    "Maria Santos, verified. A charge of eighty four dollars twenty she never made. She is upset.",
)


def angry_call(call: str = "c1") -> tuple[Record, ...]:
    said = lambda turn, text, start, end, cut=False, prompt="greeting": e.Said(  # noqa: E731 - a table of short rows
        turn, text, prompt, "en-1", start, end, cut
    )
    heard = lambda turn, text, start, end, who="caller", sure=0.9: e.Heard(  # noqa: E731
        turn, who, text, sure, start, end, "scripted"
    )
    rows: list[tuple[int, e.Entry]] = [
        (0, e.CallOffered("twilio", "inbound", "+15550102002", "+15550100000", "CA1")),
        (500, e.CallAnswered(True, "cfg-1", {"stt": "pocketsphinx", "tts": "espeak"})),
        (6000, said(1, "Hello, this is the automated assistant. How can I help?", 0, 5500, cut=True)),
        (8200, heard(2, "there is a charge on my card i never made", 5200, 7700)),
        (8210, Understood(2, "disputed_charge", 0.91, True, {})),
        (8220, Judged(2, 0.12, (), {})),
        (12_000, said(3, "How much was the charge?", 8300, 11_500, prompt="disputed_charge.ask_amount")),
        (14_500, heard(4, "eighty four dollars and twenty cents", 12_100, 14_000)),
        (14_510, Understood(4, None, 0.2, True, {"amount": "84.20"})),
        (14_520, Judged(4, 0.3, ("repeated the amount",), {"repeat": 0.4})),
        (15_500, Acted("open_dispute", False, None, "no_such_charge", {})),
        (19_500, said(5, "I can't find a charge of $84.20 on your accounts.", 15_600, 19_000, prompt="x")),
        (23_500, heard(6, "this is outrageous you people took my money", 19_700, 23_000)),
        (23_520, Judged(6, 0.66, ("said “outrageous”",), {"words": 1.5})),
        (24_000, heard(7, "", 23_200, 23_500, sure=0.0)),
        (27_000, heard(8, "i waited two hours and nobody ever called me back", 24_200, 26_500)),
        (27_010, Judged(8, 0.83, ("said “nobody ever called me back”", "was not understood"), {"words": 1.5})),
        (27_020, Escalated("frustrated", "frustrated 1", ("frustration 0.83",), (6, 8), "cards", "soon")),
        (27_100, e.BriefReady("h1", 2, BRIEF)),
        (27_150, e.AgentOffered("h1", "ana", 2, 20.0)),
        (31_000, said(9, "I'm getting someone in cards and disputes.", 27_300, 30_500, prompt="seek.check")),
        (29_300, e.AgentAnswered("h1", "ana")),
        (39_000, e.AgentBriefed("h1", "ana", 2, BRIEF.spoken, 8.4)),
        (40_000, e.AgentAccepted("h1", "ana", "key")),
        (40_400, e.Bridged("h1", "ana")),
        (46_000, heard(10, "hello maria this is ana i have your charge here", 41_000, 45_500, who="agent")),
        (49_000, heard(11, "thank you", 46_000, 47_500)),
        (50_000, e.Unbridged("h1", "ana", "agent")),
        (50_010, e.AttemptEnded(
            "h1", "h1-1", "ana", "bridged", "key", 2,
            {"trigger": 27_020, "told": 31_000, "ring": 27_150, "answer": 29_300, "briefed": 39_000, "accept": 40_000,
             "bridge": 40_400, "first_word": 41_000, "over": 50_000},
        )),
        (50_100, e.CallEnded("transferred", "agent", "hung up", 50.1)),
        (55_000, e.WrappedUp("ana", "follow_up", "Dispute opened by hand.")),
    ]  # fmt: skip
    ordered = sorted(rows, key=lambda row: row[0])
    return tuple(Record(call, seq + 1, at, 1_800_000_000 + at / 1000, entry) for seq, (at, entry) in enumerate(ordered))


def recording(path: Path, seconds: float = 50.0) -> Path:
    """Noise that swells and rests, another rhythm on each side."""
    rng, n = np.random.default_rng(1), int(RATE * seconds)
    at = np.arange(n) / RATE
    sides = [
        rng.standard_normal(n) * 6000 * np.clip(np.sin(at * rate), 0, 1) * (0.6 + 0.4 * np.sin(at * 9))
        for rate in (0.7, 0.45)
    ]
    soundfile.write(path, np.stack(sides, axis=1).astype(np.int16), RATE)
    return path
