"""Wordings of a rule as patterns over a caller's plain words: regular expressions over whole words, in which `<name>`
stands for a class of words of the rule's own (`[rule.words]`).

A class is a list of such patterns, so one class may name another. Text is marked before frames are looked for: what a
mark's pattern matches becomes one capital word ("a real person" → PERSON), so that the frames stay short and quick.
"""

import re
from collections.abc import Iterable, Mapping

CLASS = re.compile(r"<(\w+)>")
_DEEPEST = 8  # classes within classes


class WordingError(ValueError):
    """A wording that cannot be read; the message says which and why."""


def written_out(pattern: str, words: Mapping[str, Iterable[str]]) -> str:
    """The pattern with its classes filled in. Raises `WordingError` for an unknown class, or one that holds itself."""
    for _ in range(_DEEPEST):
        if not CLASS.search(pattern):
            return pattern
        pattern = CLASS.sub(lambda name: _alternatives(name[1], words), pattern)
    raise WordingError(f"classes at most {_DEEPEST} deep expected, got one that holds itself in {pattern[:60]!r}")


def whole_words(patterns: Iterable[str], words: Mapping[str, Iterable[str]]) -> re.Pattern[str]:
    """Matches any of the patterns as whole words; none given: nothing. Raises `WordingError`."""
    written = [written_out(pattern, words) for pattern in patterns]
    for pattern in written:
        try:
            re.compile(pattern)
        except re.error as error:
            raise WordingError(f"a regular expression expected, got {pattern[:60]!r}: {error}") from error
    return re.compile(rf"(?<![\w'])(?:{'|'.join(f'(?:{one})' for one in written) or '(?!)'})(?![\w'])")


def _alternatives(name: str, words: Mapping[str, Iterable[str]]) -> str:
    if name not in words:
        raise WordingError(f"<{name}>: one of {', '.join(f'<{one}>' for one in sorted(words))} expected, got this name")
    longest_first = sorted(words[name], key=len, reverse=True)
    return f"(?:{'|'.join(longest_first)})"
