"""How a call stands: what it is about, what was tried, who the caller is, with the source and time of each. From the
journal alone, one record after the other."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from models.brief import Brief, Part
from models.vouched import NOT_KNOWN
from telephony.events import Bridged, BriefReady, CallbackAgreed, HandedBack, Unbridged
from telephony.journal import Record
from voice.events import Acted, Escalated, Judged, Understood, Verified

UPSET = 0.65  # level from which the desk calls a caller upset
FACTS = 8  # shown: what is read at a glance


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing known of the caller. `wall`: seconds since 1970, when it was so."""

    text: str
    source: str
    wall: float


@dataclass(slots=True)
class Standing:
    intent: str = ""
    slots: dict[str, str] = field(default_factory=dict)
    verified: bool = False
    level: float = 0.0
    triggers: set[str] = field(default_factory=set)
    acted: dict[str, str] = field(default_factory=dict)  # action → "done", or the word of what went wrong
    about: set[str] = field(default_factory=set)  # articles that were quoted
    callback: bool = False
    bridged: bool = False
    brief: Brief | None = None
    brief_wall: float = 0.0
    _facts: dict[str, Fact] = field(default_factory=dict)

    def see(self, record: Record) -> bool:
        """Takes one record; whether anything of this has changed."""
        match record.entry:
            case Understood(intent=str(intent), in_scope=True, slots=slots):
                self.intent = intent
                self.slots.update(slots)
            case Verified(member=member, how=how) if how != "none":
                self.verified = True
                self._know("member", f"{member}, verified", how.replace("_", " "), record)
            case Judged(frustration=level):
                changed = (level >= UPSET) != (self.level >= UPSET)
                self.level = level
                return changed
            case Escalated(trigger=trigger):
                self.triggers.add(trigger)
            case Acted():
                self._acted(record.entry, record)
            case CallbackAgreed():
                self.callback = True
            case BriefReady(brief=brief):
                self.brief, self.brief_wall = brief, record.wall
            case Bridged():
                self.bridged = True
            case Unbridged() | HandedBack():
                self.bridged = False
            case _:
                return False
        return True

    @property
    def upset(self) -> bool:
        return self.level >= UPSET

    def facts(self) -> tuple[Fact, ...]:
        """The newest last; what the brief says of who they are first."""
        return (*self._who(), *self._facts.values())[-FACTS:]

    def _who(self) -> Iterator[Fact]:
        if self.brief is not None:
            for line in self.brief.part(Part.WHO):
                if line.text and line.text != NOT_KNOWN:
                    yield Fact(line.text, f"brief, version {self.brief.version}", self.brief_wall)

    def _acted(self, acted: Acted, record: Record) -> None:
        self.acted[acted.action] = "done" if acted.ok else acted.error or "failed"
        if not acted.ok:
            return
        told = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in acted.facts.items())
        receipt = f"receipt {acted.receipt}" if acted.receipt else ""
        if text := "; ".join(part for part in (told, receipt) if part):
            self._know(acted.action, f"{acted.action.replace('_', ' ').capitalize()}: {text}", "backend", record)

    def _know(self, name: str, text: str, source: str, record: Record) -> None:
        self._facts.pop(name, None)  # the newest last
        self._facts[name] = Fact(text, f"{source}, in this call", record.wall)
