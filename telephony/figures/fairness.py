"""Whom the system serves worse: escalations by line, by how well the caller was heard, and by language.

A share without its bounds would accuse or acquit by chance, so each group has them, and small groups are shown as such.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from telephony.figures.figure import Figure, Table, mean, share
from telephony.figures.visit import Visit

HEARD = ((0.85, "heard well"), (0.65, "heard fairly"), (0.0, "heard badly"))
"""Mean confidence of a caller's utterances, those not understood counted as 0: from here on, and what it is called."""


def tables(visits: Sequence[Visit]) -> list[Table]:
    calls = [one for one in visits if one.inbound and one.answered and not one.turned_away]
    return [
        by(calls, "escalated_by_line", "Escalated, by line", lambda one: one.line),
        by(calls, "escalated_by_quality", "Escalated, by how well the caller was heard", heard),
        by(calls, "escalated_by_language", "Escalated, by language", lambda one: one.language or "unknown"),
        _waits(calls),
        reasons(calls),
    ]


def heard(visit: Visit) -> str:
    quality = visit.quality
    return "said nothing" if quality is None else next(name for least, name in HEARD if quality >= least)


def by(calls: Sequence[Visit], id: str, title: str, group: Callable[[Visit], str]) -> Table:
    how = "calls in which a person was sought, of the group's calls, with 95 % bounds"
    return Table(
        id, title, how,
        tuple(
            (name, share(f"{id}.{name}", name, sum(bool(one.searches) for one in theirs), len(theirs), how))
            for name, theirs in _grouped(calls, group)
        ),
    )  # fmt: skip


def _waits(calls: Sequence[Visit]) -> Table:
    how = "mean wait for a person, of the group's searches that had one"
    rows: list[tuple[str, Figure]] = []
    for name, theirs in _grouped(calls, heard):
        waits = [s.wait_s for one in theirs for s in one.searches if s.bridged_ms is not None and s.wait_s is not None]
        rows.append((name, mean(f"wait_by_quality.{name}", name, waits, how)))
    return Table("wait_by_quality", "Wait, by how well the caller was heard", how, tuple(rows))


def reasons(calls: Sequence[Visit]) -> Table:
    """Why persons were brought in: the first trigger of each call that had one."""
    how = "calls by the first trigger, of the calls in which a person was sought"
    sought = [one for one in calls if one.searches]
    counted = Counter(one.triggers[0] if one.triggers else "no trigger" for one in sought)
    rows = ((name, share(f"reason.{name}", name, n, len(sought), how)) for name, n in counted.most_common())
    return Table("transfer_reasons", "Why a person was brought in", how, tuple(rows))


def _grouped(calls: Sequence[Visit], group: Callable[[Visit], str]) -> list[tuple[str, list[Visit]]]:
    """The largest first; by name where they are equal."""
    found: defaultdict[str, list[Visit]] = defaultdict(list)
    for one in calls:
        found[group(one)].append(one)
    return sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
