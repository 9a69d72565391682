"""What a dialogue state expects to hear, as a free recogniser uses it: to hint, to forgive, and to doubt."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from voice.stt import Languages
from voice.stt.language_model import DIGIT_WORDS, number_length, words_of

FAR = 0.5
"""Of the confidence is left to a text without one expected word. With a doubtful score that is below the dialogue's
`words_confidence`; a sure text far from everything is still used, since callers do say the unexpected."""


@dataclass(frozen=True, slots=True)
class Expected:
    sentences: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    hint: str = ""  # the rarest words first

    def trust(self, text: str) -> float:
        """1 for what the state expects, down to `FAR`. Numbers are written in ways no list holds: they are known."""
        spoken = text.split()
        if not self.words or not spoken or text in self.sentences:
            return 1.0
        known = sum(1 for word in spoken if word in self.words or word[0].isdigit())
        return FAR + (1.0 - FAR) * min(1.0, 2.0 * known / len(spoken))  # half known is near enough


def expectations(languages: Languages) -> Mapping[str, Expected]:
    return {state: _expected(sentences) for state, sentences in languages.items()}


def _expected(sentences: Sequence[str]) -> Expected:
    texts = [plain(sentence) for sentence in sentences if "#" not in sentence]  # "#6" is any number of six digits
    words = [one for sentence in sentences for word in words_of(sentence) for one in _spelt(word)]
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    rarest = sorted((word for word in counts if len(word) > 3), key=lambda word: (counts[word], -len(word)))
    return Expected(frozenset(texts), frozenset(words).union(*(text.split() for text in texts)), " ".join(rarest))


def _spelt(word: str) -> Sequence[str]:
    return (word,) if number_length(word) is None else DIGIT_WORDS


def plain(text: str) -> str:
    """Lower case without punctuation; "$1,250.50" is "1250.50 dollars", since a point inside a number is a digit's."""
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text.lower().replace("’", "'"))
    text = re.sub(r"\$\s*(\d+(?:\.\d+)?)", r"\1 dollars", text).replace("%", " percent")
    return " ".join(re.findall(r"\d+(?:[.:]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*", text))
