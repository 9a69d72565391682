"""What an agent had better do, or not do, with this caller: said by what happened on the call so far. Pure.

Each hint rests on something counted in the journal, never on a guess about the caller.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from telephony.events import BargedIn, CallbackAgreed, Heard, Said
from telephony.journal import Record
from voice.events import Acted, Corrected, RecordingDeclined, Verified

ASKED_OFTEN = 2  # ours: whoever was asked twice and is asked once more by a person tells it a third time
CUT_OFTEN = 3
UNCLEAR_OFTEN = 3
UNCLEAR_BELOW = 0.5  # as in the transcript

ASKED_FOR = {
    "member": "member number", "pin": "PIN", "number": "telephone number", "part": "time of day",
    "from": "account it comes from", "to": "account it goes to",
}  # fmt: skip
"""What a prompt `….ask_X` asks for, where X alone does not say it."""


@dataclass(frozen=True, slots=True)
class Hint:
    kind: Literal["do", "dont"]
    text: str


@dataclass(slots=True)
class Hints:
    """Fed with the call's records in their order; `now` is what they add up to, what not to do first."""

    _asked: Counter[str] = field(default_factory=Counter)
    _cut: int = 0
    _unclear: int = 0
    _verified: str = ""
    _corrected: bool = False
    _unrecorded: bool = False
    _undone: dict[str, None] = field(default_factory=dict)  # in the order in which they failed
    _promised: str | None = None

    def see(self, record: Record) -> bool:
        """Whether `now` is different from before."""
        before = self.now
        self._count(record)
        return self.now != before

    def _count(self, record: Record) -> None:
        match record.entry:
            case Said(prompt=prompt) if ".ask_" in prompt and not prompt.startswith("seek."):
                self._asked[prompt.rsplit(".ask_", 1)[1]] += 1
            case BargedIn():
                self._cut += 1
            case Heard(speaker="caller", turn=turn, confidence=sure, text=text) if turn > 0:
                self._unclear += not text or sure < UNCLEAR_BELOW
            case Verified(member=member, how=how):
                self._verified = member if how != "none" else ""
            case Corrected():
                self._corrected = True
            case RecordingDeclined():
                self._unrecorded = True
            case Acted(action=action, ok=ok):
                self._undone.pop(action, None)
                if not ok:
                    self._undone[action] = None
            case CallbackAgreed(due=due):
                self._promised = due or ""
            case _:
                pass

    @property
    def now(self) -> tuple[Hint, ...]:
        return (*(Hint("dont", text) for text in self._leave()), *(Hint("do", text) for text in self._take_up()))

    def _leave(self) -> list[str]:
        said = [
            f"Don't ask for the {ASKED_FOR.get(what, what.replace('_', ' '))} again: asked {_times(times)} already"
            for what, times in self._asked.items()
            if times >= ASKED_OFTEN
        ]
        if self._verified:
            said.append(f"Don't ask who they are: verified as {self._verified}")
        if self._unrecorded:
            said.append("Don't record: they asked not to be recorded")
        return said

    def _take_up(self) -> list[str]:
        said = [f"Say what became of “{action.replace('_', ' ')}”: it was not done" for action in self._undone]
        if self._corrected:
            said.append("Take the newest details: they corrected what we had")
        if self._cut >= CUT_OFTEN:
            said.append(f"Keep it short: they cut in {self._cut} times")
        if self._unclear >= UNCLEAR_OFTEN:
            said.append("Say back what you heard: much was unclear to us")
        if self._promised is not None:
            said.append(
                f"A call back was promised{f' for {self._promised}' if self._promised else ''}: keep it or undo it"
            )
        return said


def _times(count: int) -> str:
    return "twice" if count == ASKED_OFTEN else f"{count} times"
