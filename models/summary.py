"""The summary kept after a call: a draft for the agent to correct, from transcript and outcome, redacted."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.brief import Brief, Part
from models.redact import redact, redact_turns
from models.transcript import Speaker, Transcript
from models.vouched import NOT_KNOWN

_PROMISE = ("i'll ", "i will ", "we'll ", "we will ", "you'll get", "you will get", "you'll receive", "going to send")
_QUOTED_WORDS = 25


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One sentence and the turns it rests on."""

    text: str
    turns: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """Why they called, what was done, how it ended, what was promised. An empty tuple is a thing nobody knows."""

    reason: tuple[SummaryLine, ...]
    done: tuple[SummaryLine, ...]
    promised: tuple[SummaryLine, ...]
    outcome: str
    minutes: float

    @property
    def text(self) -> str:
        """The draft as one note."""
        parts = (("Reason", self.reason), ("Done", self.done), ("Promised", self.promised))
        notes = [f"{name}: {' '.join(line.text for line in lines)}" for name, lines in parts if lines]
        return "\n".join([*notes, f"Outcome: {self.outcome}"])


def draft(transcript: Transcript, outcome: str, *, brief: Brief | None = None) -> Summary:
    """A first version: issue and actions from the brief where there was one, promises from what the agent said."""
    reason = _lines(brief, Part.ISSUE) or _first_words(transcript)
    end_ms = max((utterance.end_ms for utterance in transcript), default=0)
    return Summary(reason, _lines(brief, Part.TRIED), _promises(transcript), redact(outcome), round(end_ms / 60_000, 1))


def _lines(brief: Brief | None, part: Part) -> tuple[SummaryLine, ...]:
    lines = brief.part(part) if brief is not None else ()
    return tuple(SummaryLine(line.text, line.turns) for line in lines if line.text != NOT_KNOWN)


def _first_words(transcript: Transcript) -> tuple[SummaryLine, ...]:
    """The first thing the caller said that is more than a greeting."""
    for utterance in transcript.by(Speaker.CALLER):
        if len(utterance.text.split()) >= 3:
            return (SummaryLine(_quoted(redact(utterance.text)), (utterance.turn,)),)
    return ()


def _promises(transcript: Transcript) -> tuple[SummaryLine, ...]:
    """What an agent told the caller they would do. The system's own promises stand in the journal as actions."""
    spoken = transcript.by(Speaker.AGENT)
    kept: Sequence[str] = redact_turns([utterance.text for utterance in spoken])
    return tuple(
        SummaryLine(_quoted(text), (utterance.turn,))
        for utterance, text in zip(spoken, kept, strict=True)
        if any(phrase in text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'") for phrase in _PROMISE)
    )


def _quoted(text: str) -> str:
    words = text.split()
    cut = " ..." if len(words) > _QUOTED_WORDS else ""
    return f"\N{LEFT DOUBLE QUOTATION MARK}{' '.join(words[:_QUOTED_WORDS])}{cut}\N{RIGHT DOUBLE QUOTATION MARK}"
