"""The brief of a promised call back: what was known when it was promised stays, and what is heard now is added."""

from dataclasses import replace

from models.brief import Brief, BriefLine, Part
from models.brief_aloud import MOST_WORDS
from models.brief_lines import VERIFIED
from models.spoken import spoken_words
from models.vouched import NOT_KNOWN

AS_PROMISED = "called back as promised"
NEWER = frozenset({Part.WHO})  # who they are now counts, where they proved it again


def kept(before: Brief, now: Brief, call: str) -> Brief:
    """`before` as it was shown for `call`, with what `now` knows better or in addition, under `now`'s version.

    A kept line names the call it comes from instead of turns: those are not of this call.
    """
    lines: list[BriefLine] = []
    for part in Part:
        old = [_of(line, call) for line in before.part(part) if line.text != NOT_KNOWN]
        new = [line for line in now.part(part) if line.text != NOT_KNOWN]
        if part is Part.WHY:
            new = [BriefLine(part, AS_PROMISED, record=f"call {call}")]
        both = new if part in NEWER and new else [*old, *_unsaid(new, old)]
        lines += both or [BriefLine(part, NOT_KNOWN)]
    return Brief(now.version, before.headline, tuple(lines), _spoken(before, now))


def words_of(brief: Brief) -> str:
    """What the caller said it is about, in their own words; "" when nobody knows."""
    first = next((line.text for line in brief.part(Part.ISSUE) if line.text != NOT_KNOWN), "")
    return f"you said: {first}" if first else ""


def was_verified(brief: Brief) -> bool:
    """Whether they had proved who they are."""
    return any(VERIFIED in line.text for line in brief.part(Part.WHO))


def _of(line: BriefLine, call: str) -> BriefLine:
    return replace(line, turns=(), clip=None, record=f"call {call}")


def _unsaid(new: list[BriefLine], old: list[BriefLine]) -> list[BriefLine]:
    known = {line.text for line in old}
    return [line for line in new if line.text not in known]


def _spoken(before: Brief, now: Brief) -> str:
    """Who they are now, then the brief as it was; its own first sentence says who they were."""
    who, _, _ = now.spoken.partition(". ")
    rest = before.spoken.partition(". ")[2] or before.spoken
    text = f"Called back as promised. {who.rstrip('.')}. {rest}"
    while spoken_words(text) > MOST_WORDS and ". " in text:
        text = text.rpartition(". ")[0] + "."
    return text
