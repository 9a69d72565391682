"""A change of what was learned: one thing that marks, calls or colleagues' answers propose, with its evidence and
author, and its way from there: proposed, proving, published; refused, worse, rolled back."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Literal

from models.intent import plain
from telephony.reviews.errors import NotReviewed
from voice.dialogue.learned import Learned, Mode

SYSTEM = "system"  # the author of what nobody wrote: drafts, and the ladder's way down


@dataclass(frozen=True, slots=True)
class Item:
    """What is right in one call: the intent of words, or by which turn a person is needed. A change that makes one
    wrong that was right is worse. `intent`: "" for nothing of ours; None: the item is of the whole call."""

    call: str
    words: str = ""
    intent: str | None = None
    needs_person: bool = False
    by_turn: int | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """For agents, in the co-pilot."""

    name: str
    title: str
    text: str
    day: date


@dataclass(frozen=True, slots=True)
class State:
    """All that is published. Versions count from 1; 0 is the operator's own configuration."""

    learned: Learned = field(default_factory=Learned)
    articles: tuple[Article, ...] = ()
    items: tuple[Item, ...] = ()

    @property
    def version(self) -> int:
        return self.learned.version


@dataclass(frozen=True, slots=True)
class AddItems:
    items: tuple[Item, ...]
    kind: Literal["items"] = "items"


@dataclass(frozen=True, slots=True)
class AddExample:
    """`intent` "": nothing of ours. `was`: where these words stood among the learned ones."""

    words: str
    intent: str
    was: str | None = None
    kind: Literal["example"] = "example"


@dataclass(frozen=True, slots=True)
class AddArticle:
    article: Article
    kind: Literal["article"] = "article"


@dataclass(frozen=True, slots=True)
class SetMode:
    intent: str
    mode: Mode
    was: Mode
    kind: Literal["mode"] = "mode"


@dataclass(frozen=True, slots=True)
class SetNumber:
    name: str
    value: float
    was: float
    kind: Literal["number"] = "number"


Delta = AddItems | AddExample | AddArticle | SetMode | SetNumber


class Step(StrEnum):
    SIGN = "sign"
    PASS = "pass"
    FAIL = "fail"
    BREAK = "break"  # the proof itself could not be made
    REFUSE = "refuse"
    SLIDE = "slide"  # the ladder's way down, which nobody need sign
    ROLL_BACK = "roll_back"


class Standing(StrEnum):
    PROPOSED = "proposed"
    PROVING = "proving"
    PUBLISHED = "published"
    WORSE = "worse"
    REFUSED = "refused"
    ROLLED_BACK = "rolled_back"


TABLE: Mapping[tuple[Standing, Step], Standing] = {
    (Standing.PROPOSED, Step.SIGN): Standing.PROVING,
    (Standing.PROPOSED, Step.REFUSE): Standing.REFUSED,
    (Standing.PROPOSED, Step.SLIDE): Standing.PUBLISHED,
    (Standing.PROVING, Step.PASS): Standing.PUBLISHED,
    (Standing.PROVING, Step.FAIL): Standing.WORSE,
    (Standing.PROVING, Step.BREAK): Standing.PROPOSED,
    (Standing.PUBLISHED, Step.ROLL_BACK): Standing.ROLLED_BACK,
}
WHY_NOT: Mapping[Standing, str] = {
    Standing.PROPOSED: "This change is not live, so it cannot be rolled back.",
    Standing.PROVING: "This change is signed already; it is being tried on known calls.",
    Standing.PUBLISHED: "This change is signed and published already.",
    Standing.WORSE: "This change was signed and found worse; it needs another proposal.",
    Standing.REFUSED: "This change was refused.",
    Standing.ROLLED_BACK: "This change was rolled back.",
}


@dataclass(frozen=True, slots=True)
class Change:
    """`evidence`: calls it rests on, and why, a line each. `said`: how its proof or its end came out. `signer`: who
    signed or refused it."""

    id: str
    title: str
    author: str
    wall: float
    delta: Delta
    calls: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    standing: Standing = Standing.PROPOSED
    signer: str = ""
    version: int | None = None
    said: tuple[str, ...] = ()

    def after(self, step: Step, **news: object) -> "Change":
        """Raises `NotReviewed` where its standing does not allow the step."""
        then = TABLE.get((self.standing, step))
        if then is None:
            raise NotReviewed(WHY_NOT[self.standing])
        return replace(self, standing=then, **news)  # type: ignore[arg-type]


def diff(delta: Delta) -> list[tuple[str, str, str]]:
    """What, before and after, in words."""
    match delta:
        case AddItems(items):
            return [(f"what is right in {item.call}", "", _item(item)) for item in items]
        case AddExample(words, intent, was):
            return [(f"“{words}”", f"example of {was}" if was else "", f"example of {intent or 'nothing of ours'}")]
        case AddArticle(article):
            return [(article.title, "", article.text)]
        case SetMode(intent, mode, was):
            return [(f"who settles {intent}", was, mode)]
        case SetNumber(name, value, was):
            return [(name, f"{was:g}", f"{value:g}")]


def _item(item: Item) -> str:
    if item.intent is not None:
        return f"“{item.words}” is {item.intent or 'nothing of ours'}"
    return f"a person is needed by turn {item.by_turn}" if item.needs_person else "nobody is needed"


def applied(state: State, delta: Delta) -> State:
    """The next version. Raises `NotReviewed` when what it was written over has moved on."""
    now = state.learned
    learned = replace(now, version=now.version + 1)
    match delta:
        case AddItems(items):
            new = {_key(item) for item in items}
            return replace(state, learned=learned, items=(*(i for i in state.items if _key(i) not in new), *items))
        case AddExample(words, intent, was):
            _same(stands(now, words), was, f"“{words}”")
            return replace(state, learned=_under(learned, words, intent))
        case AddArticle(article):
            _same(next((a.name for a in state.articles if a.name == article.name), None), None, article.title)
            return replace(state, learned=learned, articles=(*state.articles, article))
        case SetMode(intent, mode, was):
            _same(now.modes.get(intent, was), was, intent)
            return replace(state, learned=_based(replace(learned, modes={**now.modes, intent: mode}), now, intent, was))
        case SetNumber(name, value, was):
            _same(now.numbers.get(name, was), was, name)
            return replace(
                state, learned=_based(replace(learned, numbers={**now.numbers, name: value}), now, name, was)
            )


def undone(state: State, delta: Delta) -> State:
    """The next version, without what this delta brought. Raises `NotReviewed` when another change stands on it."""
    now = state.learned
    learned = replace(now, version=now.version + 1)
    match delta:
        case AddItems(items):
            return replace(state, learned=learned, items=tuple(item for item in state.items if item not in items))
        case AddExample(words, intent, was):
            _same(stands(now, words), intent, f"“{words}”")
            return replace(state, learned=_under(learned, words, was))
        case AddArticle(article):
            _same(next((a for a in state.articles if a.name == article.name), None), article, article.title)
            return replace(state, learned=learned, articles=tuple(a for a in state.articles if a != article))
        case SetMode(intent, mode, was):
            _same(now.modes.get(intent, was), mode, intent)
            return replace(state, learned=replace(learned, modes={**now.modes, intent: was}))
        case SetNumber(name, value, was):
            _same(now.numbers.get(name, was), value, name)
            return replace(state, learned=replace(learned, numbers={**now.numbers, name: was}))


def _based(learned: Learned, before: Learned, name: str, was: str | float) -> Learned:
    """What the operator's files say: what was there before anything was learned of it."""
    return replace(learned, bases={name: was, **before.bases})


def stands(learned: Learned, words: str) -> str | None:
    """Under which intent these words were learned; "": as nothing of ours; None: nowhere."""
    if any(plain(one) == plain(words) for one in learned.outside):
        return ""
    return next((name for name, own in learned.examples.items() if any(plain(o) == plain(words) for o in own)), None)


def _under(learned: Learned, words: str, intent: str | None) -> Learned:
    """These words under this intent alone; None: under none."""
    kept = {name: tuple(o for o in own if plain(o) != plain(words)) for name, own in learned.examples.items()}
    outside = tuple(one for one in learned.outside if plain(one) != plain(words))
    if intent:
        kept[intent] = (*kept.get(intent, ()), words)
    elif intent == "":
        outside = (*outside, words)
    return replace(learned, examples={name: own for name, own in kept.items() if own}, outside=outside)


def _key(item: Item) -> tuple[str, str]:
    return item.call, "" if item.intent is None else plain(item.words)


def _same(now: object, expected: object, what: str) -> None:
    if now != expected:
        raise NotReviewed(f"{what} has changed since this was written. Propose it anew over what runs now.")
