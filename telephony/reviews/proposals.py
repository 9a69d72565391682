"""What a reviewed call proposes: what is right in it, the caller's words under their right intent, a draft for the
knowledge from how it was resolved; and, of many calls, how early a person should be called."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from models.redact import CODE, EMAIL, NUMBER, redact
from telephony.reviews.changes import (
    SYSTEM,
    AddArticle,
    AddExample,
    AddItems,
    Article,
    Change,
    Item,
    SetNumber,
    stands,
)
from telephony.reviews.judgements import ESCALATION, NOBODY, NOTHING, Judgement, Kind, Line
from telephony.reviews.marks import Mark
from telephony.reviews.queue import Case
from voice.dialogue.learned import BIAS, Learned

WORDS_LEAST, WORDS_MOST = 2, 30  # of an example: "yes" is nobody's, and a story is many
ONE_SIDED = 5  # so many more marks on one side before a number is proposed: 5 of 5 by chance are 1 in 32
STEP = 1.25  # a quarter at a time: the back-test says whether it was too much
_MARKS = re.compile("|".join(map(re.escape, (NUMBER, CODE, EMAIL, "•"))))
_GRAMMAR = re.compile(r"[{}()|]")  # an example's own signs, which a caller's words must not be read as


def of_call(
    judged: Sequence[Judgement], marks: Iterable[Mark], *, call: str, author: str, wall: float, learned: Learned
) -> list[Change]:
    known = {one.id: one for one in judged}
    pairs = [(known[mark.judgement], mark) for mark in marks if mark.judgement in known]
    items = tuple(item for judgement, mark in pairs if (item := _item(call, judgement, mark)) is not None)
    found = []
    if items:
        title = f"What is right in {len(items)} judgement{'s' if len(items) > 1 else ''} of this call"
        found.append(Change(f"items-{call}", title, author, wall, AddItems(items), (call,)))
    for judgement, mark in pairs:
        words = example_of(judgement.words)
        if judgement.kind is Kind.INTENT and not mark.right and words:
            intent = "" if mark.answer == NOTHING else mark.answer
            delta = AddExample(words, intent, stands(learned, words))
            why = f"understood as {judgement.said}" + (f": {mark.note}" if mark.note else "")
            id = f"example-{call}-{judgement.turn}"
            title = f"“{words}” is {intent or 'nothing of ours'}"
            found.append(Change(id, title, author, wall, delta, (call,), (why,)))
    return found


def example_of(words: str) -> str:
    """A caller's words as an example; "": they are none."""
    kept = " ".join(_GRAMMAR.sub(" ", _MARKS.sub(" ", words)).split())
    return kept if WORDS_LEAST <= len(kept.split()) <= WORDS_MOST else ""


def _item(call: str, judgement: Judgement, mark: Mark) -> Item | None:
    if judgement.kind is Kind.INTENT:
        words = example_of(judgement.words)
        return Item(call, words, "" if mark.answer == NOTHING else mark.answer) if words else None
    if judgement.kind is Kind.ESCALATION:
        if mark.answer == NOBODY:
            return Item(call)
        return Item(call, needs_person=True, by_turn=int(mark.answer))
    return None


def draft(one: Case, lines: Sequence[Line], solved: frozenset[str], wall: float) -> Change | None:
    """ "Problem, steps, outcome" of an escalation that a person resolved; None for other calls."""
    if not (one.escalated and one.disposition in solved and one.summary):
        return None
    newest = next((line for line in reversed(lines) if line.type == "BriefReady"), None)
    parts: dict[str, list[str]] = {}
    for told in newest.fields["brief"]["lines"] if newest is not None else ():
        parts.setdefault(str(told["part"]), []).append(str(told["text"]))
    problem = " ".join(parts.get("issue", ())) or "Not known."
    steps = " ".join(parts.get("tried", ())) or "None before a person came."
    text = f"## Problem\n{_plain(problem)}\n\n## Steps\n{_plain(steps)}\n\n## Outcome\n{_plain(one.summary)}\n"
    title = f"How a call was resolved: {_plain(problem)[:60]}"
    return _article(f"draft-{one.call}", title, text, one.agent or SYSTEM, wall, (one.call,), "a resolved escalation")


def answered(id: str, call: str, question: str, answer: str, by: str, wall: float) -> Change:
    """From what a colleague answered in the middle of a call."""
    text = f"## {_plain(question)}\n{_plain(answer)}\n"
    return _article(f"consult-{id}", _plain(question)[:80], text, by, wall, (call,), "answered to a caller")


def _article(id: str, title: str, text: str, author: str, wall: float, calls: tuple[str, ...], why: str) -> Change:
    name = re.sub(r"[^a-z0-9]+", "_", id.lower())[:60]
    article = Article(name, title, text, datetime.fromtimestamp(wall, UTC).date())
    return Change(
        id,
        title,
        author,
        wall,
        AddArticle(article),
        calls,
        (why,),
    )


def _plain(text: str) -> str:
    """One line of text: no heading, link or fence of its own."""
    return " ".join(re.sub(r"[#`\[\]<>*_]", " ", redact(text)).split())


def earliness(marks: Sequence[Mark], *, bias: float | None, author: str, wall: float) -> Change | None:
    """A person called earlier or later in all calls, when marks point one way."""
    sides = _sides(marks)
    earlier, later = len(sides["earlier"]), len(sides["later"])
    if bias is None or abs(earlier - later) < ONE_SIDED:
        return None
    value = round(bias * STEP if earlier > later else max(1.0, bias / STEP), 3)
    if value == bias:
        return None
    calls = tuple(sides["earlier" if earlier > later else "later"])
    why = f"a person came too late or not at all in {earlier} reviewed calls, and needlessly in {later}"
    title = f"Call a person {'earlier' if earlier > later else 'later'}"
    return Change(f"bias-{bias:g}-{value:g}", title, author, wall, SetNumber(BIAS, value, bias), calls, (why,))


def _sides(marks: Sequence[Mark]) -> Mapping[str, list[str]]:
    sides: dict[str, list[str]] = {"earlier": [], "later": []}
    for mark in marks:
        if mark.judgement == ESCALATION and not mark.right:
            sides["later" if mark.answer == NOBODY else "earlier"].append(mark.call)
    return {side: list(dict.fromkeys(calls)) for side, calls in sides.items()}
