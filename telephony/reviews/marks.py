"""A mark: one reviewer's right or wrong of one judgement, with the right answer; and how far two reviewers agree."""

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from models.redact import redact
from telephony.reviews.errors import NotReviewed
from telephony.reviews.judgements import MOODS, NOBODY, NOTHING, Judgement, Kind

NOTE_CHARS = 500


@dataclass(frozen=True, slots=True)
class Mark:
    """`answer`: what is right; of a right judgement its own. For an escalation `NOBODY`, or the turn of the caller by
    which a person was needed, as the back-test counts. `wall`: seconds since 1970."""

    call: str
    judgement: str
    reviewer: str
    right: bool
    said: str
    answer: str
    note: str
    wall: float


def mark(
    judgement: Judgement, *, call: str, reviewer: str, right: bool, answer: str, note: str, wall: float,
    intents: Container[str], last_turn: int,
) -> Mark:  # fmt: skip
    """Raises `NotReviewed` for an answer that is none."""
    if right:
        answer = _own(judgement)
    else:
        answer = " ".join(redact(answer).split())[:NOTE_CHARS]
        if judgement.kind is Kind.MOOD:
            answer = next(mood for mood in MOODS if mood != judgement.said)
        _checked(judgement, answer, intents, last_turn)
    return Mark(call, judgement.id, reviewer, right, judgement.said, answer, redact(note.strip())[:NOTE_CHARS], wall)


def _own(judgement: Judgement) -> str:
    if judgement.kind is Kind.ESCALATION and judgement.said != NOBODY:
        return str(max(1, judgement.nth))
    return judgement.said


def _checked(judgement: Judgement, answer: str, intents: Container[str], last_turn: int) -> None:
    if not answer:
        raise NotReviewed("Say what would have been right.")
    if answer == _own(judgement):
        raise NotReviewed("That is what the system said. Mark it right, or choose another answer.")
    if judgement.kind is Kind.INTENT and answer != NOTHING and answer not in intents:
        raise NotReviewed("Choose one of the things callers may want here, or nothing of ours.")
    turn = int(answer) if answer.isdecimal() else 0
    if judgement.kind is Kind.ESCALATION and answer != NOBODY and not 1 <= turn <= last_turn:
        raise NotReviewed(f"Choose one of the caller's turns, 1 to {last_turn}, or nobody.")


@dataclass(frozen=True, slots=True)
class Agreement:
    """Over judgements that two people marked. `kappa` None: nothing to tell yet, or no variety to tell it from."""

    n: int
    agreed: int
    kappa: float | None


def agreement(marks: Iterable[Mark]) -> Agreement:
    """Cohen's kappa of right against wrong; of three reviewers the first two count."""
    pairs = [_pair(both) for both in _of_each(marks).values() if len(both) >= 2]
    n, agreed = len(pairs), sum(one == other for one, other in pairs)
    if not n:
        return Agreement(0, 0, None)
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    chance = sum(first[value] * second[value] for value in (True, False)) / (n * n)
    return Agreement(n, agreed, None if chance == 1 else (agreed / n - chance) / (1 - chance))


def settled(marks: Iterable[Mark], needed: int) -> list[Mark]:
    """One mark for each judgement that `needed` people marked alike; where they differ, none."""
    found = []
    for both in _of_each(marks).values():
        if len(both) >= needed and len({one.answer for one in both}) == 1:
            found.append(both[0])
    return found


def _pair(both: Sequence[Mark]) -> tuple[bool, bool]:
    one, other = sorted(both[:2], key=lambda mark: mark.reviewer)
    return one.right, other.right


def _of_each(marks: Iterable[Mark]) -> dict[tuple[str, str], list[Mark]]:
    found: dict[tuple[str, str], list[Mark]] = {}
    for one in sorted(marks, key=lambda mark: mark.wall):
        found.setdefault((one.call, one.judgement), []).append(one)
    return found
