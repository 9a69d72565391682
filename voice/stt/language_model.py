"""What a state expects to hear, as a trigram language model in ARPA text (the format of CMU and SRILM tools).

Counts of one to three words, absolute discounting, back-off to the shorter history. Nothing is kept for words that no
sentence holds: the recogniser can only answer with words of the state.

"#6" in a sentence stands for a number of exactly six digits. Each of its places has digits of its own ("four#6.2" is a
four in the second of six), so that a trigram, which cannot count, hears six digits and neither five nor seven.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from math import log10, prod

DIGIT_WORDS = ("zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_DISCOUNT = 0.5  # taken from each count and given to unseen followers; usual for counts this small
_PLACE_DISCOUNT = 0.05  # likewise after a digit of a number: that it stops early or goes on is hardly ever meant
_NOTHING = 1e-9  # of probability: what sums leave by rounding
_ORDER = 3
_NEVER = -99.0  # log10 of what cannot be: the start mark as a word that follows

Gram = tuple[str, ...]
Counts = dict[Gram, float]

_WORD = re.compile(r"[a-z][a-z']*")
_NUMBER = re.compile(r"#([1-9]\d?)")


def words_of(sentence: str) -> list[str]:
    """Lower-case words; hyphens part words, other marks go. Digits stay, so that a caller can refuse them."""
    plain = sentence.lower().replace("’", "'").replace("-", " ")
    return [word.strip("'") for word in re.findall(r"#[0-9]+|[a-z0-9']+", plain) if word.strip("'")]


def pronounceable(word: str) -> bool:
    return _WORD.fullmatch(word) is not None


def number_length(word: str) -> int | None:
    """6 for "#6"; None for what stands for no number."""
    found = _NUMBER.fullmatch(word)
    return int(found[1]) if found else None


def places(word: str) -> list[list[str]]:
    """What may stand for `word`, place by place: itself, or the digits of a number."""
    length = number_length(word)
    if length is None:
        return [[word]]
    return [[f"{digit}{word}.{place}" for digit in DIGIT_WORDS] for place in range(1, length + 1)]


def as_said(word: str) -> str:
    """The word without its place in a number."""
    return word.partition("#")[0]


def arpa(sentences: Iterable[Sequence[str]]) -> str:
    """The model's text. Raises ValueError without a sentence."""
    counts = _count(sentences)
    probability, backoff = _estimate(counts)
    return "\n".join(_lines(counts, probability, backoff)) + "\n"


def estimated(sentences: Iterable[Sequence[str]]) -> tuple[dict[Gram, float], dict[Gram, float]]:
    """Probability of each gram, and what each history leaves to its shorter one, before they are written."""
    return _estimate(_count(sentences))


def _count(sentences: Iterable[Sequence[str]]) -> list[Counts]:
    counts: list[Counts] = [defaultdict(float) for _ in range(_ORDER)]
    often: defaultdict[Sequence[str], int] = defaultdict(int)
    for sentence in sentences:
        often[tuple(sentence)] += 1
    for sentence, times in often.items():
        line = [["<s>"], *(one for word in sentence for one in places(word)), ["</s>"]]
        for n in range(_ORDER):
            for at in range(len(line) - n):
                _add(counts[n], line[at : at + n + 1], times)
    return counts


def _add(counts: Counts, places: Sequence[Sequence[str]], times: int) -> None:
    """Digits of a number follow each other by chance: of three places with two digits the pairs say it all."""
    if len(places) == _ORDER and sum(len(one) > 1 for one in places) > 1:
        return
    share = times / prod(map(len, places))
    for gram in product(*places):
        counts[gram] += share


def _estimate(counts: Sequence[Mapping[Gram, float]]) -> tuple[dict[Gram, float], dict[Gram, float]]:
    """Probability of each gram, and what each history leaves to its shorter one."""
    if not counts[0]:
        raise ValueError("a language model needs at least one sentence")
    spoken = sum(count for gram, count in counts[0].items() if gram != ("<s>",))
    probability = {gram: count / spoken for gram, count in counts[0].items() if gram != ("<s>",)}
    backoff: dict[Gram, float] = {}
    for n in range(1, _ORDER):
        seen: defaultdict[Gram, float] = defaultdict(float)  # how often each history had a follower
        taken: defaultdict[Gram, float] = defaultdict(float)  # of those, kept for followers it never had
        covered: defaultdict[Gram, float] = defaultdict(float)  # what the shorter history gives to those it had
        for gram, count in counts[n].items():
            seen[gram[:-1]] += count
            taken[gram[:-1]] += _taken(gram, count)
            covered[gram[:-1]] += probability[gram[1:]]
        # Where every follower of the shorter history was seen there is nobody to give to: no discount.
        left = {history: 1.0 - covered[history] for history in seen}
        giving = {history for history in seen if left[history] > _NOTHING}
        for gram, count in counts[n].items():
            kept = count - (_taken(gram, count) if gram[:-1] in giving else 0.0)
            probability[gram] = kept / seen[gram[:-1]]
        for history in giving:
            backoff[history] = taken[history] / seen[history] / left[history]
    return probability, backoff


def _taken(gram: Gram, count: float) -> float:
    return min(_PLACE_DISCOUNT if "#" in gram[-2] else _DISCOUNT, count / 2)


def _lines(
    counts: Sequence[Mapping[Gram, float]], probability: Mapping[Gram, float], backoff: Mapping[Gram, float]
) -> Iterator[str]:
    yield "\\data\\"
    yield from (f"ngram {n + 1}={len(grams)}" for n, grams in enumerate(counts))
    for n, grams in enumerate(counts):
        yield f"\n\\{n + 1}-grams:"
        for gram in sorted(grams):
            weight = log10(probability[gram]) if gram in probability else _NEVER
            left = f" {log10(backoff[gram]):.4f}" if gram in backoff else ""
            yield f"{weight:.4f} {' '.join(gram)}{left}"
    yield "\n\\end\\"
