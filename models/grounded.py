"""Whether a sentence that a language model wrote says only what its article says: every number, amount, date and name
in it, most of its words, no denial of its own, and no promise."""

import re
from datetime import date

from models.knowledge import Article, stems
from models.supported import borne_out

MOST_WORDS = 60  # about twenty seconds of speech
NEW_WORDS = 0.34  # share of its words that the article may lack: other words for the same, not other things
_PLAIN = re.compile(r"[\w\s.,;:!?'’%$()-]+")  # no markup, links or lists: it is spoken
_DENIES = re.compile(r"\b(?:not|no|never|none|cannot|nothing)\b|n't\b", re.IGNORECASE)
_PROMISES = re.compile(r"\b(?:i|i'm|i've|i'll|i'd|me|my)\b", re.IGNORECASE)  # the line does nothing by answering


def grounded(text: str, article: Article, today: date) -> bool:
    """`text` is as it would be said. False in doubt."""
    text = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    source = f"{article.title}. {article.spoken} {article.text}"
    said = set(stems(text))
    if not said or len(text.split()) > MOST_WORDS or not _PLAIN.fullmatch(text) or _PROMISES.search(text):
        return False
    if _DENIES.search(text) and not _DENIES.search(source):
        return False
    new = said - set(stems(source))
    return len(new) <= NEW_WORDS * len(said) and borne_out(text, [source], today)
