"""How callers who need a person are served: service level, speed of answer, abandonment, handling time."""

from collections.abc import Sequence

from telephony.figures.figure import Figure, Goals, mean, share
from telephony.figures.visit import Search, Visit


def figures(visits: Sequence[Visit], goals: Goals) -> list[Figure]:
    searches = [search for one in visits for search in one.searches if waited(search, goals)]
    reached = [s.wait_s for s in searches if s.bridged_ms is not None and s.wait_s is not None]
    soon = sum(wait <= goals.seconds for wait in reached)
    left = sum(s.bridged_ms is None and s.outcome == "abandoned" for s in searches)
    promised = sum(s.bridged_ms is None and s.outcome == "callback" for s in searches)
    n = len(searches)
    leave = f"searches given up by the caller within {goals.short_abandon_seconds:g} s are left out"
    return [
        share(
            "service_level", f"Service level, {goals.seconds:g} s", soon, n,
            f"searches for a person that had one within {goals.seconds:g} s of the trigger, of all searches; {leave}",
            goal=f">= {goals.share:.0%}",
        ),
        mean("asa_s", "Speed of answer, mean", reached, "from the trigger to the person, of searches that had one"),
        share("abandoned", "Abandoned", left, n,
              f"searches that ended because the caller hung up, of all; {leave}; who only talked with the system and "
              "hung up abandoned nothing"),
        share("called_back", "Ended in a call back", promised, n, "searches that ended in a promise to call back"),
        mean("talk_s", "Talk, mean", [t for one in visits for t in one.talk_s], "caller and person joined, with hold"),
        mean("aht_s", "Handling time, mean", handling(visits), "talk, hold and wrap-up of each call a person took"),
    ]  # fmt: skip


def waited(search: Search, goals: Goals) -> bool:
    """Whether the search counts: it is over or was answered, and the caller did wait."""
    if search.wait_s is None:
        return False
    gave_up = search.bridged_ms is None and search.outcome == "abandoned"
    return not (gave_up and search.wait_s < goals.short_abandon_seconds)


def handling(visits: Sequence[Visit]) -> list[float]:
    return [sum(one.talk_s) + sum(one.wrap_s) for one in visits if one.talk_s]
