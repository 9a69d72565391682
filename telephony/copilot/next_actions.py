"""What would be best done next, and how the call will probably end: rules of `config/next_actions.toml` over the call's
standing. The brief's own next step stands first; the person decides."""

import tomllib
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import ClassVar, TypeVar

from models.brief import Part
from models.vouched import NOT_KNOWN
from telephony.copilot.articles import Page
from telephony.copilot.standing import Standing
from voice.dialogue.errors import BusinessError
from voice.dialogue.load import build

FILE = "next_actions.toml"
_KINDS = ("action", "ending")
SHOWN = 3  # at once: more are not read while somebody speaks

_STATES: Mapping[str, Callable[[Standing], bool]] = {
    "verified": lambda call: call.verified,
    "not_verified": lambda call: not call.verified,
    "upset": lambda call: call.upset,
    "callback": lambda call: call.callback,
}
_NAMED: Mapping[str, Callable[[Standing, str], bool]] = {
    "intent": lambda call, name: call.intent == name,
    "trigger": lambda call, name: name in call.triggers,
    "done": lambda call, name: call.acted.get(name) == "done",
    "not_done": lambda call, name: call.acted.get(name) != "done",
    "failed": lambda call, name: call.acted.get(name, "done") != "done",
    "error": lambda call, name: name in call.acted.values(),
    "missing": lambda call, name: not call.slots.get(name),
    "known": lambda call, name: bool(call.slots.get(name)),
    "about": lambda call, name: name in call.about,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """`when`: all must hold. `article`: what says so; its date is the rule's."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}
    name: str
    text: str
    when: tuple[str, ...]
    article: str


@dataclass(frozen=True, slots=True)
class Ending:
    """A disposition that is proposed when all of `when` hold."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}
    code: str
    when: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NextAction:
    name: str
    text: str
    source: str
    updated: date
    stale: bool = False
    article: str = ""


@dataclass(frozen=True, slots=True)
class NextActions:
    rules: tuple[Rule, ...] = ()
    endings: tuple[Ending, ...] = ()

    def of(self, call: Standing, pages: Mapping[str, Page], today: date) -> tuple[NextAction, ...]:
        """The brief's, then the first that hold."""
        return (*_of_the_brief(call), *self._ruled(call, pages, today))[:SHOWN]

    def _ruled(self, call: Standing, pages: Mapping[str, Page], today: date) -> Iterator[NextAction]:
        for rule in self.rules:
            if holds(rule.when, call):
                page = pages[rule.article]
                yield NextAction(rule.name, rule.text, page.title, page.updated, page.stale(today), page.name)

    def ending(self, call: Standing) -> str | None:
        return next((ending.code for ending in self.endings if holds(ending.when, call)), None)


def holds(when: Sequence[str], call: Standing) -> bool:
    return all(_holds(condition, call) for condition in when)


def _holds(condition: str, call: Standing) -> bool:
    word, _, name = condition.partition(":")
    return _NAMED[word](call, name) if name else _STATES[word](call)


def _of_the_brief(call: Standing) -> Iterator[NextAction]:
    brief = call.brief
    for line in brief.part(Part.NEXT)[:1] if brief is not None else ():
        if brief is not None and line.text and line.text != NOT_KNOWN:
            written = datetime.fromtimestamp(call.brief_wall, UTC).date()
            yield NextAction("brief", line.text, f"brief, version {brief.version}", written)


def load(folder: Path, pages: Mapping[str, Page], codes: Sequence[str]) -> tuple[NextActions, tuple[str, ...]]:
    """The rules in a business's folder, without those that are wrong, and a line for each of these. No file: none."""
    path = folder / FILE
    if not path.exists():
        return NextActions(), ()
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return NextActions(), (f"{path}: TOML expected, got {error}",)
    wrong = [f"{path}: {key}: action or ending expected, got this key" for key in table if key not in _KINDS]
    rules: list[Rule] = []
    endings: list[Ending] = []
    for number, entry in enumerate(table.get("action", ()), start=1):
        where = f"{path}: [[action]] {entry.get('name', number)}"
        try:
            rules.append(_right(build(Rule, entry, where), where, pages, f"{folder}: knowledge"))
        except BusinessError as error:
            wrong.append(str(error))
    for number, entry in enumerate(table.get("ending", ()), start=1):
        where = f"{path}: [[ending]] {entry.get('code', number)}"
        try:
            endings.append(_right(build(Ending, entry, where), where, codes, "dispositions.toml"))
        except BusinessError as error:
            wrong.append(str(error))
    return NextActions(tuple(rules), tuple(endings)), tuple(wrong)


R = TypeVar("R", Rule, Ending)


def _right(rule: R, where: str, known: Container[str], place: str) -> R:
    named = rule.article if isinstance(rule, Rule) else rule.code
    if named not in known:
        raise BusinessError(f"{where}: a name of {place} expected, got {named!r}")
    for condition in rule.when:
        word, _, name = condition.partition(":")
        if word not in (_NAMED if name else _STATES):
            words = ", ".join([*_STATES, *(f"{one}:..." for one in _NAMED)])
            raise BusinessError(f"{where}: when: one of {words} expected, got {condition!r}")
    return rule
