"""What the system settled alone: calls that no person took, net of callers who had to ring again.

A caller who rings again within the week was not helped, whatever the first call said of itself.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from telephony.figures.figure import Figure, Goals, share
from telephony.figures.visit import Visit

DAY_S = 86_400.0


def figures(visits: Sequence[Visit], goals: Goals, *, until: float) -> list[Figure]:
    """`until`: the end of what is known, wall seconds; calls whose week is not over yet are not judged."""
    calls = [one for one in visits if one.inbound and one.answered and not one.turned_away]
    alone = [one for one in calls if contained(one)]
    week_s = goals.recontact_days * DAY_S
    again = _again(calls, week_s)
    judged = [one for one in calls if one.caller and one.at + week_s <= until]
    kept = sum(contained(one) and one.call not in again for one in judged)
    days = f"{goals.recontact_days:g}"
    return [
        share("contained", "Settled without a person", len(alone), len(calls),
              "inbound calls that ended without a search for a person, a promise to call back or a failure, of all "
              "answered"),
        share("contained_net", f"… and no call again in {days} days", kept, len(judged),
              f"the same, and the number did not ring again within {days} days; of calls with a number whose "
              f"{days} days are over"),
        share("recontact", f"Rang again in {days} days", sum(one.call in again for one in judged), len(judged),
              "calls after which the same number rang again"),
    ]  # fmt: skip


def contained(visit: Visit) -> bool:
    return not visit.searches and visit.outcome not in ("failed", "callback", "")


def _again(calls: Sequence[Visit], within_s: float) -> set[str]:
    """Calls after which their caller rang again within so long."""
    by_caller: defaultdict[str, list[Visit]] = defaultdict(list)
    for one in calls:
        if one.caller:
            by_caller[one.caller].append(one)
    found: set[str] = set()
    for theirs in by_caller.values():
        theirs.sort(key=lambda one: one.at)
        found |= {a.call for a, b in pairwise(theirs) if b.at - a.at <= within_s}
    return found
