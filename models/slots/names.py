"""A person's name out of what they say: after "my name is", or the whole of a short answer."""

import re

_LEAD = re.compile(
    r"\b(?:my (?:full |first |last )?name(?:'s| is)|this is|i am|i'm|it's|it is|speaking with|name is|call me)\s+(.+)",
    re.IGNORECASE,
)
_STOPS = frozenset(
    [
        "and",
        "calling",
        "from",
        "with",
        "about",
        "i",
        "my",
        "the",
        "a",
        "an",
        "here",
        "speaking",
        "please",
        "thanks",
        "thank",
        "you",
        "for",
        "to",
        "not",
        "very",
        "so",
        "really",
        "just",
        "account",
        "member",
        "number",
        "that",
        "is",
        "was",
        "it",
    ]
)
_FILLERS = frozenset(["uh", "um", "er", "well", "yes", "yeah", "hi", "hello", "hey", "sure", "okay", "ok", "oh"])
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")


def read_name(text: str) -> tuple[str, str, float] | None:
    """(name in title case, words, confidence), or None."""
    lead = _LEAD.search(text)
    if lead is not None:
        kept = _until_stop(_WORD.findall(lead.group(1)))
        return (_titled(kept), " ".join(kept), 0.75) if kept else None
    spoken = [word for word in _WORD.findall(text) if word.casefold() not in _FILLERS]
    if not 1 <= len(spoken) <= 4 or any(character.isdigit() for character in text):
        return None
    if any(word.casefold() in _STOPS for word in spoken):
        return None
    return _titled(spoken), " ".join(spoken), 0.6 if len(spoken) > 1 else 0.5


def _until_stop(spoken: list[str]) -> list[str]:
    kept: list[str] = []
    for word in spoken[:4]:
        if word.casefold() in _STOPS:
            break
        kept.append(word)
    return kept


def _titled(spoken: list[str]) -> str:
    return " ".join(word[:1].upper() + word[1:] for word in spoken)
