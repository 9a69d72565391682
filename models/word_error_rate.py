"""How many words a recogniser got wrong: substituted, lost and added ones, the fewest that explain the difference."""

from collections.abc import Sequence


def word_errors(spoken: Sequence[str], heard: Sequence[str]) -> int:
    """Levenshtein's distance over words; divided by the words spoken it is the word error rate."""
    row = list(range(len(heard) + 1))
    for said_at, said in enumerate(spoken, 1):
        diagonal, row[0] = row[0], said_at
        for heard_at, word in enumerate(heard, 1):
            best = min(row[heard_at] + 1, row[heard_at - 1] + 1, diagonal + (said != word))
            diagonal, row[heard_at] = row[heard_at], best
    return row[-1]
