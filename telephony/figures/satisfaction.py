"""What callers say of it: the survey, beside what the call went through; and whether they had to tell it twice."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from telephony.figures.figure import Figure, Table, mean, share
from telephony.figures.visit import Visit

CONTENT = 4  # of 5: from here on a caller is content


def figures(visits: Sequence[Visit]) -> list[Figure]:
    judged = [one.asked_again for one in visits if one.asked_again is not None]
    ratings = [one.rating for one in visits if one.rating is not None]
    return [
        share("reexplained", "Had to explain again", sum(judged), len(judged),
              "calls in whose first minute with a person that person asked for what the brief held, or the caller "
              "said again what it quotes; of calls with a brief and words in that minute"),
        share("content", "Content callers", sum(rating >= CONTENT for rating in ratings), len(ratings),
              f"ratings of {CONTENT} or 5, of the callers who answered the survey"),
        mean("rating", "Rating, mean", [float(rating) for rating in ratings], "of 1 to 5", unit="of 5"),
        mean("approval_s", "Approval, mean", [s for one in visits for s in one.approval_s],
             "from a proposal to its end, whatever it was"),
    ]  # fmt: skip


def tables(visits: Sequence[Visit]) -> list[Table]:
    rated = [one for one in visits if one.rating is not None]
    return [
        _by("rating_by_trigger", "Rating, by why a person was brought in", rated,
            lambda one: one.triggers[0] if one.triggers else "none needed"),
        _by("rating_by_stage", "Rating, by how far the search for a person came", rated,
            lambda one: one.stage or "none begun"),
    ]  # fmt: skip


def _by(id: str, title: str, rated: Sequence[Visit], group: Callable[[Visit], str]) -> Table:
    how = "mean rating, 1 to 5, of the group's callers who answered"
    found: defaultdict[str, list[float]] = defaultdict(list)
    for one in rated:
        found[group(one)].append(float(one.rating or 0))
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return Table(id, title, how, tuple((n, mean(f"{id}.{n}", n, v, how, unit="of 5")) for n, v in ordered))
