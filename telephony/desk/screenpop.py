"""What an agent reads of a call, and in which words: the brief's parts, the transcript's lines and notes."""

from models.brief import Brief, BriefLine, Part
from telephony.desk import companions
from telephony.desk.briefs import clip_address
from telephony.desk.messages import BriefLineModel, BriefModel, BriefPartModel, LineModel
from telephony.events import (
    AgentBriefed,
    AttemptEnded,
    Bridged,
    CallbackAgreed,
    CallEnded,
    CompanionAsked,
    CompanionJoined,
    CompanionOver,
    Entry,
    HandedBack,
    Heard,
    Held,
    KeysAsked,
    KeysTaken,
    PartyBack,
    PartyLost,
    Problem,
    Said,
    Supervised,
    Unbridged,
    WhisperSent,
)
from telephony.journal import Record
from voice.events import Acted, Escalated, RecordingDeclined, Verified, WhisperHeeded

READING_ORDER = (Part.WHO, Part.ISSUE, Part.WHY, Part.TRIED, Part.NEXT, Part.ENTITIES)

UNCLEAR_BELOW = 0.5  # recogniser's confidence: below it a line is marked, so that nobody leans on it

NOT_UNDERSTOOD = "(speech, not understood)"

TRIGGERS = {
    "asked": "asked for a person",
    "frustrated": "frustration rose",
    "lost": "was not understood",
    "sensitive": "a topic for a person",
    "stuck": "going in circles",
    "silent": "fell silent",
    "amount": "amount needs a person",
    "supervisor": "a supervisor asked for one",
    "passed_on": "passed on by a colleague",
}  # trigger → how an agent would say it; an unknown one is shown by its name


def as_line(record: Record) -> LineModel | None:
    """The line an agent reads for this record; None for what they need not read."""
    entry = record.entry
    if isinstance(entry, Said):
        return _line(record, "system", entry.text, turn=entry.turn)
    if isinstance(entry, Heard):
        speaker = "agent" if entry.speaker == "agent" else "caller"
        unclear = not entry.text or entry.confidence < UNCLEAR_BELOW
        return _line(record, speaker, entry.text or NOT_UNDERSTOOD, turn=entry.turn, unclear=unclear)
    note = as_note(record)
    return None if note is None else _line(record, "note", note)


def _on_the_bridge(entry: Bridged | Held | KeysAsked | KeysTaken | HandedBack | Unbridged) -> str:
    match entry:
        case KeysAsked(what=what):
            return f"The caller was asked to key: {what}"
        case KeysTaken(what=what, outcome=outcome, shown=shown):
            return f"Keyed: {what} {shown}" if shown else f"Not keyed: {what}, {outcome.replace('_', ' ')}"
        case Bridged():
            return "You and the caller are connected"
        case Held(on=on):
            return "On hold: the caller hears music" if on else "Off hold"
        case HandedBack(notes=notes, to=to, person=person):
            who = person or to.replace("_", " ")
            where = f"Passed on to {who}" if who else "Handed back to the assistant"
            return f"{where}: {notes}" if notes else where
        case Unbridged(by="colleague"):
            return "The first agent has left"
        case Unbridged(by=by):
            return f"Disconnected by the {by}"


def as_note(record: Record) -> str | None:
    entry = record.entry
    match entry:
        case Escalated():
            return f"Person sought: {TRIGGERS.get(entry.trigger, entry.trigger)}"
        case Verified():
            return f"Verified: {entry.member}" if entry.how != "none" else "Not verified"
        case Acted():
            return (
                f"Done: {entry.action}, receipt {entry.receipt}"
                if entry.ok
                else f"Not done: {entry.action}, {entry.error}"
            )
        case Bridged() | Held() | KeysAsked() | KeysTaken() | HandedBack() | Unbridged():
            return _on_the_bridge(entry)
        case CompanionAsked() | CompanionJoined() | CompanionOver():
            return companions.as_note(entry)
        case CallbackAgreed():
            return f"Callback promised{f' for {entry.due}' if entry.due else ''}"
        case RecordingDeclined():
            return "The caller asked not to be recorded"
        case Problem():
            return f"Trouble met: {entry.part}"
        case Supervised() | WhisperSent() | WhisperHeeded():
            return _of_a_supervisor(entry)
        case CallEnded():
            return f"Call ended by the {entry.by}"
        case _:
            return _of_a_leg(entry)


SUPERVISED = {
    "listen": "listens in",
    "coach": "coaches: the agent hears them, the caller does not",
    "barge": "joins: both hear them",
    "took_over": "has taken the call over",
    "left": "has left",
}
WHISPERED = {"say": "to say", "offer": "to offer", "person": "to bring a person", "slower": "to speak more slowly"}


def _of_a_supervisor(entry: Supervised | WhisperSent | WhisperHeeded) -> str | None:
    """Nobody is listened to in secret: what a supervisor does stands where the agent reads."""
    match entry:
        case Supervised(supervisor=who, mode=mode):
            return f"Supervisor {who} {SUPERVISED.get(mode, mode)}"
        case WhisperSent(supervisor=who, kind=kind, what=what):
            asked = WHISPERED.get(kind, kind)
            return f"Supervisor {who} asked the assistant {asked}{f': {what}' if what else ''}"
        case WhisperHeeded(heeded=False, why=why):
            return f"The assistant did not: {why}"
        case _:
            return None


def _of_a_leg(entry: Entry) -> str | None:
    """What became of one party, or of one agent who was asked."""
    match entry:
        case AgentBriefed():
            return f"Brief {entry.brief_version} was spoken to you"
        case AttemptEnded(outcome=outcome) if outcome != "bridged":
            return f"{entry.agent}: {outcome.replace('_', ' ')}"
        case PartyLost(speaker=speaker):
            return f"The {speaker}'s connection was lost"
        case PartyBack(speaker=speaker, away_ms=away_ms):
            return f"The {speaker} is back after {away_ms / 1000:.0f} s"
        case _:
            return None


def _line(record: Record, speaker: str, text: str, *, turn: int | None = None, unclear: bool = False) -> LineModel:
    return LineModel.model_validate(
        {
            "call": record.call,
            "record": record.seq,
            "at_ms": record.at_ms,
            "speaker": speaker,
            "text": text,
            "turn": turn,
            "unclear": unclear,
        }
    )


def brief_model(brief: Brief, call: str) -> BriefModel:
    """All six parts, as an agent reads them; one without lines stays, so that the page can say that nobody knows."""
    parts = tuple(
        BriefPartModel(part=part.value, lines=tuple(_brief_line(line, call) for line in brief.part(part) if line.text))
        for part in READING_ORDER
    )
    return BriefModel(version=brief.version, headline=brief.headline, spoken=brief.spoken, parts=parts)


def _brief_line(line: BriefLine, call: str) -> BriefLineModel:
    clip = clip_address(call, line.clip.turn) if line.clip is not None else ""
    return BriefLineModel(text=line.text, turns=line.turns, clip=clip)
