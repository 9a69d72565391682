"""Where a text may be cut: into sentences, which the cache keeps, and into clauses, so that a voice that renders whole
pieces is heard after the first short one.
"""

import re

FIRST_CLAUSE = 40  # characters; Piper medium needs about 120 ms for it on one core (measured)
FIRST_WORDS = 6  # and no more words than this, which are half of the usual sentence
LONGEST = 80  # characters rendered at once where there is a comma: 5 s of speech, 0.3 s of Piper medium's work, during
# which another call's clause waits for the core and a barge-in changes nothing

_ABBREVIATION = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|St|No|Inc|Ltd|vs|[ap]\.m)\.$", re.IGNORECASE)
_AFTER_END = re.compile(r"(?<=[.!?])\s+")
_BREAK = re.compile(r"[,;:]\s+")
_AFTER_BREAK = re.compile(r"(?<=[,;:])\s+")
_BEFORE_JOINT = re.compile(r"\s+(?=(?:and|but|or|so|because|if|when|while|that|which|to|for|with|from)\b)")


def sentences(text: str) -> list[str]:
    found: list[str] = []
    for part in _AFTER_END.split(text.strip()):
        if found and _ABBREVIATION.search(found[-1]):
            found[-1] += " " + part
        elif part:
            found.append(part)
    return found


def parts(sentence: str) -> list[str]:
    """A sentence at its commas, semicolons and colons, each part with its mark."""
    return [part for part in _AFTER_BREAK.split(sentence) if part]


def clauses(text: str, *, first_at_most: int = FIRST_CLAUSE) -> list[str]:
    """Sentences, the first one cut after its first clause when it is longer than `first_at_most` characters, and long
    ones at their commas."""
    first, rest = _first_clause(sentences(text), first_at_most)
    return [*first, *(piece for sentence in rest for piece in _shortened(sentence))]


def _first_clause(found: list[str], at_most: int) -> tuple[list[str], list[str]]:
    """What is rendered by itself, and the rest."""
    cut = _cut_within(found[0], at_most) if found and len(found[0]) > at_most else None
    if cut is None:
        return [], found
    return [found[0][:cut].rstrip()], [found[0][cut:].lstrip(), *found[1:]]


def _shortened(sentence: str) -> list[str]:
    """Its clauses, as many together as stay within `LONGEST`."""
    pieces: list[str] = []
    for part in parts(sentence):
        if pieces and len(pieces[-1]) + 1 + len(part) <= LONGEST:
            pieces[-1] += " " + part
        else:
            pieces.append(part)
    return pieces


def _cut_within(sentence: str, limit: int) -> int | None:
    """The best place to breathe: after a comma, else before a joining word, else between any two words."""
    spaces = list(re.finditer(r"\s+", sentence))
    if len(spaces) >= FIRST_WORDS:
        limit = min(limit, spaces[FIRST_WORDS - 1].start())
    for places in (
        [match.end() for match in _BREAK.finditer(sentence) if match.start() + 1 <= limit],
        [match.start() for match in _BEFORE_JOINT.finditer(sentence) if match.start() <= limit],
        [match.start() for match in spaces if match.start() <= limit],
    ):
        if places:
            return places[-1]
    return None
