"""What a state expects to hear, as a trigram language model in ARPA text (the format of CMU and SRILM tools).

Counts of one to three words, absolute discounting, back-off to the shorter history. Nothing is kept for words that no
sentence holds: the recogniser can only answer with words of the state.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import log10

_DISCOUNT = 0.5  # taken from each count and given to unseen followers; usual for counts this small
_NOTHING = 1e-9  # of probability: what sums leave by rounding
_ORDER = 3
_NEVER = -99.0  # log10 of what cannot be: the start mark as a word that follows

Gram = tuple[str, ...]

_WORD = re.compile(r"[a-z][a-z']*")


def words_of(sentence: str) -> list[str]:
    """Lower-case words; hyphens part words, other marks go. Digits stay, so that a caller can refuse them."""
    plain = sentence.lower().replace("’", "'").replace("-", " ")
    return [word.strip("'") for word in re.findall(r"[a-z0-9']+", plain) if word.strip("'")]


def pronounceable(word: str) -> bool:
    return _WORD.fullmatch(word) is not None


def arpa(sentences: Iterable[Sequence[str]]) -> str:
    """The model's text. Raises ValueError without a sentence."""
    counts = _count(sentences)
    if not counts[0]:
        raise ValueError("a language model needs at least one sentence")
    probability, backoff = _estimate(counts)
    return "\n".join(_lines(counts, probability, backoff)) + "\n"


def _count(sentences: Iterable[Sequence[str]]) -> list[Counter[Gram]]:
    counts: list[Counter[Gram]] = [Counter() for _ in range(_ORDER)]
    for sentence in sentences:
        marked = ("<s>", *sentence, "</s>")
        for n in range(_ORDER):
            counts[n].update(marked[i : i + n + 1] for i in range(len(marked) - n))
    return counts


def _estimate(counts: list[Counter[Gram]]) -> tuple[dict[Gram, float], dict[Gram, float]]:
    """Probability of each gram, and what each history leaves to its shorter one."""
    spoken = sum(count for gram, count in counts[0].items() if gram != ("<s>",))
    probability = {gram: count / spoken for gram, count in counts[0].items() if gram != ("<s>",)}
    backoff: dict[Gram, float] = {}
    for n in range(1, _ORDER):
        seen: Counter[Gram] = Counter()  # how often each history had a follower
        kinds: Counter[Gram] = Counter()  # how many different ones
        covered: defaultdict[Gram, float] = defaultdict(float)  # what the shorter history gives to those
        for gram, count in counts[n].items():
            seen[gram[:-1]] += count
            kinds[gram[:-1]] += 1
            covered[gram[:-1]] += probability[gram[1:]]
        # Where every follower of the shorter history was seen there is nobody to give to: no discount.
        left = {history: 1.0 - covered[history] for history in seen}
        taken = {history: _DISCOUNT if left[history] > _NOTHING else 0.0 for history in seen}
        for gram, count in counts[n].items():
            probability[gram] = (count - taken[gram[:-1]]) / seen[gram[:-1]]
        for history in seen:
            if taken[history]:
                backoff[history] = _DISCOUNT * kinds[history] / seen[history] / left[history]
    return probability, backoff


def _lines(counts: list[Counter[Gram]], probability: dict[Gram, float], backoff: dict[Gram, float]) -> Iterator[str]:
    yield "\\data\\"
    yield from (f"ngram {n + 1}={len(grams)}" for n, grams in enumerate(counts))
    for n, grams in enumerate(counts):
        yield f"\n\\{n + 1}-grams:"
        for gram in sorted(grams):
            weight = log10(probability[gram]) if gram in probability else _NEVER
            left = f" {log10(backoff[gram]):.4f}" if gram in backoff else ""
            yield f"{weight:.4f} {' '.join(gram)}{left}"
    yield "\n\\end\\"
