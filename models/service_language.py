"""How people talk to service lines: a trigram of a few thousand words, for recognisers that hear open speech.

`models/training/service_language.py` made it from customers' sentences; `voice/stt/open_language.py` mixes it with what
one business expects.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

SHIPPED = Path(__file__).with_name("data") / "service_language.npz"
START, END = "<s>", "</s>"
STEPS = 32.0  # of a log10 a byte tells: 0 to -7.97, and of a back-off +1 to -6.97
_BACKOFF_TOP = 1.0

Gram = tuple[str, ...]
Ids = npt.NDArray[np.uint16]
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class ServiceLanguage:
    """Log10 of probabilities and back-offs as bytes. `pairs` and `triples` stand sorted by their history, whose number
    of followers `pair_counts` (a word) and `triple_counts` (a pair) tell."""

    words: tuple[str, ...]
    single: Bytes
    single_left: Bytes
    pair_counts: Ids
    pairs: Ids  # the second word of each
    pair: Bytes
    pair_left: Bytes
    triple_counts: Ids
    triples: Ids  # the third word of each
    triple: Bytes

    def said(self) -> frozenset[str]:
        """The words, without the marks of a sentence's ends."""
        return frozenset(self.words) - {START, END}

    def singles(self) -> Mapping[str, float]:
        """Probability of each word, whatever stands before."""
        return dict(zip(self.words, probabilities(self.single).tolist(), strict=True))

    def histories(self) -> Iterator[tuple[Gram, float, Mapping[str, float]]]:
        """Each history of one word, then each of two: what it leaves to its shorter one, and its followers."""
        left = backoffs(self.single_left).tolist()
        pair_left, firsts = backoffs(self.pair_left).tolist(), _starts(self.pair_counts)
        seconds = [self.words[one] for one in self.pairs]
        chances = probabilities(self.pair).tolist()
        for at, word in enumerate(self.words):
            part = slice(firsts[at], firsts[at + 1])
            if part.start < part.stop:
                yield (word,), left[at], dict(zip(seconds[part], chances[part], strict=True))
        thirds, of_three = [self.words[one] for one in self.triples], probabilities(self.triple).tolist()
        begins = _starts(self.triple_counts)
        for at, word in enumerate(self.words):
            for pair in range(firsts[at], firsts[at + 1]):
                part = slice(begins[pair], begins[pair + 1])
                if part.start < part.stop:
                    followers = dict(zip(thirds[part], of_three[part], strict=True))
                    yield (word, seconds[pair]), pair_left[pair], followers


def shipped() -> ServiceLanguage:
    return load(SHIPPED)


def load(path: Path) -> ServiceLanguage:
    with np.load(path) as kept:
        words = tuple(kept["words"].tobytes().decode("utf-8").split("\n"))
        return ServiceLanguage(words, **{name: kept[name] for name in ServiceLanguage.__slots__ if name != "words"})


def save(path: Path, language: ServiceLanguage) -> None:
    arrays = {name: getattr(language, name) for name in ServiceLanguage.__slots__ if name != "words"}
    words = np.frombuffer("\n".join(language.words).encode("utf-8"), dtype=np.uint8)
    np.savez_compressed(path, words=words, **arrays)


def probabilities(codes: Bytes) -> npt.NDArray[np.float64]:
    found: npt.NDArray[np.float64] = 10.0 ** (-codes.astype(np.float64) / STEPS)
    return found


def backoffs(codes: Bytes) -> npt.NDArray[np.float64]:
    found: npt.NDArray[np.float64] = 10.0 ** (_BACKOFF_TOP - codes.astype(np.float64) / STEPS)
    return found


def packed(probability: Mapping[Gram, float], backoff: Mapping[Gram, float]) -> ServiceLanguage:
    """The reverse: each history of two words must itself be a pair."""
    words = tuple(sorted({gram[0] for gram in probability if len(gram) == 1} | {START}))
    number = {word: at for at, word in enumerate(words)}
    pairs, triples = _numbered(probability, number, 2), _numbered(probability, number, 3)
    place = {pair: at for at, pair in enumerate(pairs)}
    grams = [tuple(words[one] for one in pair) for pair in pairs]
    return ServiceLanguage(
        words,
        _codes([probability.get((word,), 0.0) for word in words]),
        _codes([backoff.get((word,), 1.0) for word in words], top=_BACKOFF_TOP),
        np.bincount([pair[0] for pair in pairs], minlength=len(words)).astype(np.uint16),
        np.array([pair[1] for pair in pairs], np.uint16),
        _codes([probability[gram] for gram in grams]),
        _codes([backoff.get(gram, 1.0) for gram in grams], top=_BACKOFF_TOP),
        np.bincount([place[triple[:2]] for triple in triples], minlength=len(pairs)).astype(np.uint16),
        np.array([triple[2] for triple in triples], np.uint16),
        _codes([probability[tuple(words[one] for one in triple)] for triple in triples]),
    )


def _numbered(probability: Mapping[Gram, float], number: Mapping[str, int], length: int) -> list[tuple[int, ...]]:
    return sorted(tuple(number[word] for word in gram) for gram in probability if len(gram) == length)


def _codes(values: list[float], *, top: float = 0.0) -> Bytes:
    logs = np.log10(np.maximum(np.array(values, np.float64), 1e-30))
    return np.clip(np.rint((top - logs) * STEPS), 0, 255).astype(np.uint8)


def _starts(counts: Ids) -> list[int]:
    return [0, *np.cumsum(counts.astype(np.int64)).tolist()]
