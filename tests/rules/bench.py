"""A rules room for tests: changes in a real folder, a trial that answers as it is told."""

import asyncio
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from telephony.access.audit import Outcome
from telephony.access.roles import Role, Who
from telephony.assembly.changing_rules import RulesFolder
from telephony.assembly.ruling import Ruling
from telephony.errors import RecordError
from telephony.published import Figures, rule_set
from telephony.rules.change import Texts
from telephony.rules.difference import differences, unified
from telephony.rules.ports import Checked, Tried, Wrong
from telephony.rules.room import RulesRoom
from voice.dialogue.business import Business
from voice.triggers.silent import Rule as Silent

CONFIG = Path(__file__).parents[2] / "config"
SAM = Who("sam", frozenset({Role.SUPERVISOR}))
KIM = Who("kim", frozenset({Role.ADMIN}))
ANA = Who("ana", frozenset({Role.AGENT}))
WALL = 1_790_000_000.0
FIGURES = {
    name: 1.0 if name in ("recall", "false_rate") else 20 if name in ("calls", "need_person") else 2.5
    for name in Figures.__slots__
}
GOOD = Tried(True, ("The new rules are not worse: they cost no agent minutes more, over 20 calls.",), FIGURES)
WORSE = Tried(False, ("The new rules are worse: they cost 12.0 agent minutes more, over 20 calls.",))
UNTOLD = Tried(None, ("Whether the new rules are worse cannot be told: no call has a truth.",))


@dataclass
class SimulatedTrial:
    """Finds what it is told to find; `hold` keeps it at work."""

    answers: Tried | RecordError = GOOD
    wrong: tuple[Wrong, ...] = ()
    hold: asyncio.Event | None = None
    began: asyncio.Event = field(default_factory=asyncio.Event)

    async def check(self, new: Texts, old: Texts) -> Checked:
        if self.wrong:
            return Checked(wrong=self.wrong)
        found = differences((old.escalation, new.escalation), (old.scope, new.scope))
        return Checked(hash_of(new), (), found, unified("escalation.toml", old.escalation, new.escalation))

    async def run(self, new: Texts, old: Texts, *, days: int, progress: Callable[[int, int], None]) -> Tried:
        progress(3, 40)
        self.began.set()
        if self.hold is not None:
            await self.hold.wait()
        if isinstance(self.answers, RecordError):
            raise self.answers
        return self.answers


@dataclass
class Notebook:
    notes: list[tuple[str, str, Outcome, str]] = field(default_factory=list)

    def note(self, who: Who, what: str, *, call: str = "", outcome: Outcome = Outcome.DONE, detail: str = "") -> None:
        self.notes.append((who.id, what, outcome, detail))

    @property
    def done(self) -> list[tuple[str, str]]:
        return [(who, what) for who, what, outcome, _ in self.notes if outcome is Outcome.DONE]


class Bench:
    def __init__(self, folder: Path, trial: SimulatedTrial | None = None) -> None:
        self.business, self.records = folder / "config", folder / "var"
        shutil.copytree(CONFIG, self.business)
        self.trial = trial or SimulatedTrial()
        self.book = Notebook()
        own = rule_set(self.business)
        self.ruling = Ruling(own.business(self.business), own.hash, "The escalation rules run without a back-test.")
        started = self.ruling.business
        self.folder = RulesFolder(self.business, self.records, self.ruling, lambda rules: rules.over(started))
        self.room = self.opened()

    def opened(self) -> RulesRoom:
        return RulesRoom(self.folder, self.trial, audit=self.book, wall=lambda: WALL)

    async def base(self) -> str:
        return (await self.folder.upcoming())[0]

    @property
    def silences(self) -> int:
        """Those the next call is granted before a person comes."""
        return waits_for(self.ruling.business)

    async def drafted(
        self, who: Who = SAM, *, silences: int = 3, reason: str = "Fewer calls for silence",
        edit: Callable[[Texts], Texts] = lambda texts: texts,
    ):  # fmt: skip
        base, old = await self.folder.upcoming()
        return await self.room.draft(who, edit(changed(old, silences)), base=base, reason=reason)

    async def tried(self, who: Who = SAM, *, silences: int = 3, edit: Callable[[Texts], Texts] = lambda texts: texts):
        one = await self.drafted(who, silences=silences, edit=edit)
        await self.room.try_it(who, one.id, days=28)
        await self.room.tried()
        return await self.seen(one.id)

    async def seen(self, change: str):
        return next(one for one in await self.folder.changes() if one.id == change)


def changed(texts: Texts, silences: int) -> Texts:
    """The silent rule waits for so many silences."""
    lines = [
        f"silences = {silences}" if line.startswith("silences = ") else line for line in texts.escalation.splitlines()
    ]
    return Texts("\n".join(lines) + "\n", texts.scope)


def waits_for(business: Business) -> int:
    """Silences until a person is called."""
    return next(rule.silences for rule in business.rules if isinstance(rule, Silent))


def to_nowhere(texts: Texts) -> Texts:
    """The complaints' queue is one that this business does not have."""
    return Texts(texts.escalation, re.sub(r'(?s)(\[complaint\].*?queue = )"[^"]*"', r'\1"nowhere"', texts.scope))


def hash_of(texts: Texts) -> str:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "escalation.toml").write_text(texts.escalation, "utf-8")
        (folder / "scope.toml").write_text(texts.scope, "utf-8")
        return rule_set(folder).hash


def figures(of: Mapping[str, float]) -> Figures:
    return Figures(**of)  # type: ignore[arg-type]
