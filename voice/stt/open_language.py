"""The language of an open question: what the business expects, and beside it how people talk to service lines.

At "how can I help?" people say what no list of sentences holds. A state that expects `ANYTHING` gets its own sentences'
trigram interpolated with the shipped one, as ARPA text.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import log10

from models.service_language import END, START, Gram, ServiceLanguage

SHARE = 0.4
"""Of the business's own sentences. 142 lines of tuning callers by three voices over a telephone are heard with .36 of
their words wrong; of the sentences alone with .56 [measured]."""

_NEVER = -99.0  # log10 of the start mark as a word that follows
_LEAST = 1e-7  # of probability: what rounding leaves

Followers = Mapping[str, float]
Estimate = tuple[Mapping[Gram, float], Mapping[Gram, float]]
"""Probability of each gram, and what each history leaves to its shorter one."""


def mixed(own: Estimate, others: ServiceLanguage, *, share: float = SHARE) -> str:
    """ARPA text. A history that the business never has stays as people have it, so most of the model is copied."""
    probability, backoff = own
    mine = _by_history(probability)
    singles = _singles(mine[()], others.singles(), share)
    left: dict[Gram, float] = {}
    grams: tuple[dict[Gram, float], dict[Gram, float]] = ({}, {})
    theirs = {history: (followers, rest) for history, rest, followers in others.histories()}
    own_chance, their_chance = _Chance(mine, backoff), _Chance.of(theirs, others.singles())
    for history in sorted(theirs.keys() | (mine.keys() - {()}), key=len):
        followers, rest = theirs.get(history, ({}, 1.0))
        if history in mine:
            wanted = mine[history].keys() | followers.keys()
            followers = {
                word: share * own_chance(history, word) + (1 - share) * their_chance(history, word) for word in wanted
            }
            shorter = (grams[len(history) - 2], singles) if len(history) > 1 else None
            rest = _rest(history, followers, singles, shorter, left)
        left[history] = rest
        grams[len(history) - 1].update({(*history, word): chance for word, chance in followers.items()})
    return "\n".join(_lines(singles, grams, left)) + "\n"


class _Chance:
    """Of a word after a history, by one of the two models."""

    def __init__(self, followers: Mapping[Gram, Followers], backoff: Mapping[Gram, float]) -> None:
        self._followers = followers
        self._backoff = backoff

    @classmethod
    def of(cls, theirs: Mapping[Gram, tuple[Followers, float]], singles: Followers) -> "_Chance":
        followers = {history: after for history, (after, _) in theirs.items()}
        return cls({**followers, (): singles}, {history: rest for history, (_, rest) in theirs.items()})

    def __call__(self, history: Gram, word: str) -> float:
        weight = 1.0
        while history:
            found = self._followers.get(history, {}).get(word)
            if found is not None:
                return weight * found
            weight *= self._backoff.get(history, 1.0)
            history = history[1:]
        return weight * self._followers[()].get(word, 0.0)


def _by_history(probability: Mapping[Gram, float]) -> dict[Gram, dict[str, float]]:
    found: dict[Gram, dict[str, float]] = {(): {}}
    for gram, chance in probability.items():
        found.setdefault(gram[:-1], {})[gram[-1]] = chance
    return found


def _singles(own: Followers, others: Followers, share: float) -> dict[str, float]:
    words = (own.keys() | others.keys()) - {START}
    return {word: share * own.get(word, 0.0) + (1 - share) * others.get(word, 0.0) for word in words}


def _rest(
    history: Gram,
    followers: Followers,
    singles: Followers,
    shorter: tuple[Mapping[Gram, float], Followers] | None,
    left: Mapping[Gram, float],
) -> float:
    """What the shorter history is weighed with: what followers leave, by what the shorter one has for others."""
    covered = 0.0
    for word in followers:
        if shorter is None:
            covered += singles[word]
        else:
            known = shorter[0].get((history[-1], word))
            covered += known if known is not None else left.get(history[-1:], 1.0) * singles[word]
    return max(_LEAST, 1.0 - sum(followers.values())) / max(_LEAST, 1.0 - covered)


def _lines(singles: Followers, grams: Sequence[Mapping[Gram, float]], left: Mapping[Gram, float]) -> Iterator[str]:
    every: list[dict[Gram, float]] = [{(word,): chance for word, chance in singles.items()}, *map(dict, grams)]
    yield "\\data\\"
    yield from (f"ngram {n + 1}={len(found) + (n == 0)}" for n, found in enumerate(every))
    for n, found in enumerate(every):
        yield f"\n\\{n + 1}-grams:"
        if n == 0:
            yield f"{_NEVER} {START} {log10(left.get((START,), 1.0)):.4f}"
        for gram in sorted(found):
            rest = left.get(gram)
            tail = "" if rest is None or gram[-1] == END else f" {log10(rest):.4f}"
            yield f"{log10(max(found[gram], _LEAST)):.4f} {' '.join(gram)}{tail}"
    yield "\n\\end\\"
