"""More than one wish in a sentence: "check my balance and then move fifty dollars", and a mind changed on the way:
"actually, cancel that, I lost my card".

A sentence is cut only where each part is surely a wish of its own and they are different ones; "from checking and put
it in savings" stays whole.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from models.intent import IntentMatch
from voice.dialogue.business import Intent, IntentKind

SURE = 0.6  # of a part, to be taken for a wish of its own; cut wrongly, a wish is done that nobody had
LEAST_WORDS = 2  # of what stands behind a change of mind: "actually savings" changes a value, no wish
MOST = 3  # wishes kept from one sentence

_JOINT = re.compile(
    r"[\s,;.]+(?:and (?:then|also|after that|afterwards|while (?:you're|we're|i'm) at it)|and|then|also|plus|after that"
    r"|(?:oh )?and (?:one more|another) thing)\b[\s,]*",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"\b(?:(?:no,? )?(?:actually|wait|hold on|hang on),? (?:no,? )?"
    r"(?:(?:cancel|forget|scratch|scrap|stop|leave|drop|skip) (?:that|it|this|about (?:that|it))"
    r"|never ?mind(?: that)?|i changed my mind)"
    r"|(?:cancel|forget|scratch|scrap|drop|skip) (?:that|it|this|about (?:that|it))|never ?mind(?: that)?"
    r"|i(?:'ve| have)? changed my mind|on second thoughts?|(?:no,? )?actually(?:,? (?:no|wait))?|no wait|wait no"
    r"|instead(?: of that)?|i'd rather|i would rather)\b[\s,.]*",
    re.IGNORECASE,
)

Match = Callable[[str], IntentMatch]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A part of a sentence that is a wish of its own."""

    words: str
    match: IntentMatch


def changed_mind(text: str, match: Match, *, bar: float) -> Wanted | None:
    """What the caller wants instead of what they said before; None where the rest is no wish of ours."""
    cuts = [found.end() for found in _CHANGED.finditer(text)]
    for cut in reversed(cuts):
        rest = text[cut:].strip(" ,.")
        if len(rest.split()) < LEAST_WORDS:
            continue
        found = match(rest)
        if found.in_scope and found.confidence >= bar:
            return Wanted(rest, found)
    return None


def wishes(text: str, match: Match, intents: Mapping[str, Intent]) -> tuple[Wanted, ...]:
    """The wishes of `text` in their order, two at least; empty where it holds but one."""
    pieces = [piece for piece in _JOINT.split(text) if piece.strip()]
    if len(pieces) < 2:
        return ()
    found: list[Wanted] = []
    for piece in pieces:
        one = match(piece)
        own = one.in_scope and one.confidence >= SURE and one.name is not None
        own = own and intents[one.name or ""].kind is not IntentKind.CONTROL
        if own and one.name not in [known.match.name for known in found]:
            found.append(Wanted(piece.strip(), one))
        elif found:
            found[-1] = Wanted(f"{found[-1].words} and {piece.strip()}", found[-1].match)
        else:
            return ()  # the beginning says nothing by itself: the sentence is one
    return tuple(found[:MOST]) if len(found) > 1 else ()
