"""Did the caller have to tell it again? Read off the first minute with a person.

Two signs count: the person asks for what the brief already held, or the caller says again what the brief quotes.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from telephony.figures.line import Line

FIRST_MS = 60_000  # agents who were told nothing spend the first 30 to 60 s asking; see docs/figures.md
SAID_AGAIN = 0.6  # of the content words of a quoted line
LEAST_WORDS = 3  # content words; shorter sentences say nothing twice

ASKS = {
    "issue": re.compile(
        r"\b(how (can|may) i help|what('s| is| was)? (the |your )?(problem|issue|matter|reason)|what happened"
        r"|what can i do for you|what are you calling about|why are you calling|tell me (what|why|again))\b"
    ),
    "who": re.compile(
        r"\b(what('s| is) your (full )?name|who am i (speaking|talking) (to|with)|your (member|account) number"
        r"|(have|get) your name|verify your identity)\b"
    ),
}
"""What a person asks who was not told: part of the brief → the question."""

COMMON = frozenset(
    re.findall(
        r"\S+",
        """a an and are at be but can could did do for from had has have he her his how i i'm in is it it's its me my no
        not of on or our please she so some that that's the their them there they this to uh um was we were what when
        which who will with would yeah yes you your""",
    )
)
"""Words that say nothing about the matter."""


def reexplained(talk: Sequence[Line], briefs: Sequence[Mapping[str, Any]]) -> bool | None:
    """`talk`: what was heard after the bridge; `briefs`: the versions of the brief. None: there is nothing to judge."""
    if not talk or not briefs:
        return None
    since = talk[0].at_ms
    first = [line.fields for line in talk if line.at_ms - since <= FIRST_MS and line.fields["text"]]
    if not first:
        return None
    known = {part: _of(briefs[-1], part) for part in ASKS}
    asked = any(
        known[part] and question.search(f["text"].lower())
        for f in first
        if f["speaker"] == "agent"
        for part, question in ASKS.items()
    )
    return asked or any(_says_again(f["text"], known["issue"]) for f in first if f["speaker"] == "caller")


def _of(brief: Mapping[str, Any], part: str) -> list[str]:
    return [line["text"] for line in brief.get("lines", ()) if line["part"] == part]


def _says_again(text: str, quoted: Iterable[str]) -> bool:
    said = _content(text)
    for line in quoted:
        told = _content(line)
        if len(told) >= LEAST_WORDS and len(told & said) >= SAID_AGAIN * len(told):
            return True
    return False


def _content(text: str) -> set[str]:
    return {word for word in re.findall(r"[a-z0-9']+", text.lower()) if word not in COMMON}
