"""What the co-pilot showed and what agents made of it: kept a row each, and told as rates apart."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Function, case, func, select, update

from telephony.records.rows import Row
from telephony.records.schema import copilot_shown


@dataclass(frozen=True, slots=True)
class Rates:
    """Of one kind (prompt, answer, action). What was never marked is in `shown` alone: passed over, or used."""

    kind: str
    shown: int
    accepted: int  # marked useful
    overridden: int  # marked not useful
    dismissed: int
    unanswered: int  # nothing in the knowledge answered

    @property
    def accept_rate(self) -> float | None:
        return self.accepted / self.shown if self.shown else None

    @property
    def override_rate(self) -> float | None:
        return (self.overridden + self.dismissed) / self.shown if self.shown else None


def shown(connection: Connection, row: Row) -> None:
    """The projection of `CopilotShown`."""
    f = row.fields
    connection.execute(copilot_shown.insert().values(
        call=row.call, seq=row.seq, agent=f["agent"], shown=f["shown"], kind=f["kind"], article=f["article"],
        question=f["question"], sure=f["sure"], mark="", wall=row.wall,
    ))  # fmt: skip


def marked(connection: Connection, row: Row) -> None:
    """The projection of `CopilotMarked`: the last mark counts."""
    f = row.fields
    of = copilot_shown.c
    this = (of.call == row.call, of.agent == f["agent"], of.shown == f["shown"])
    connection.execute(update(copilot_shown).where(*this).values(mark=f["mark"]))


def rates(connection: Connection, *, since_wall: float = 0.0) -> Sequence[Rates]:
    """By kind, in the order of the alphabet."""
    of = copilot_shown.c

    def count(condition: ColumnElement[bool]) -> Function[int]:
        return func.sum(case((condition, 1), else_=0))

    query = (
        select(
            of.kind, func.count(), count(of.mark == "useful"), count(of.mark == "not_useful"),
            count(of.mark == "dismissed"), count(of.article == ""),
        )
        .where(of.wall >= since_wall)
        .group_by(of.kind)
        .order_by(of.kind)
    )  # fmt: skip
    return [Rates(*row) for row in connection.execute(query)]
