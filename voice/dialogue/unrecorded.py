"""Whether a caller asks not to be recorded: known by its words alone, because a model may not be sure enough."""

import re

from voice.triggers.words import bare

_ASKED = re.compile(
    r"\b(?:(?:do not|not|never|stop|without|no|off|refuse|object|rather not|against) (?:\w+ ){0,4}"
    r"(?:record|recorded|recording|recorder|tape|taped|taping)"
    r"|(?:record|recorded|recording|recorder|taping)(?: \w+){0,2} (?:off|stopped|out))\b"
)
_ABOUT_PAPERS = re.compile(r"\brecords?\b (?:of|for|shows?|show|my payment|that|says?)\b")


def unrecorded(text: str) -> bool:
    words = bare(text)
    return bool(_ASKED.search(words)) and not _ABOUT_PAPERS.search(words)
