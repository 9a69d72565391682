"""A caller's words made comparable: lower case, contractions written out, fillers dropped."""

import re

_CONTRACTIONS = (
    (r"\bcan't\b", "cannot"),
    (r"\bcan not\b", "cannot"),
    (r"\bwon't\b", "will not"),
    (r"\b(\w+)n't\b", r"\1 not"),
    (r"\b(i|you|he|she|it|we|they|who|that)'d\b", r"\1 would"),
    (r"\b(\w+)'ll\b", r"\1 will"),
    (r"\bi'm\b", "i am"),
    (r"\b(\w+)'re\b", r"\1 are"),
    (r"\b(i|you|we|they)'ve\b", r"\1 have"),
    (r"\blet's\b", "let us"),
    (r"\b(that|it|what|there|who|he|she)'s\b", r"\1 is"),
    (r"\bwanna\b", "want to"),
    (r"\bgonna\b", "going to"),
    (r"\bgotta\b", "got to"),
    (r"\blemme\b", "let me"),
    (r"\bgimme\b", "give me"),
)
_FILLERS = re.compile(
    r"\b(?:uh|um|er|erm|uhm|hmm|mm|ah|oh|hey|hello|hi|well|please|just|now|right now|immediately|directly|really|"
    r"actually|kindly|damn it|dammit|goddammit|god damn it|for fuck's sake|jesus|christ|"
    r"thanks|thank you|look|listen|sir|madam|ma'am|okay|ok|maybe|possibly|simply|straight away|asap|"
    r"for god's sake|for goodness sake|for heaven's sake|good morning|good afternoon|good evening|mister|excuse me)\b"
)
_DOUBLED = re.compile(r"\b(\w+(?: \w+)?)(?: \1\b)+")


def plain(text: str) -> str:
    """Lower case, straight apostrophes, no other signs, contractions written out."""
    words = text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    for short, full in _CONTRACTIONS:
        words = re.sub(short, full, words)
    return " ".join(re.sub(r"[^\w' ]", " ", words).split())


def bare(text: str) -> str:
    """`plain` without fillers and doubled words ("agent agent agent")."""
    words = " ".join(_FILLERS.sub(" ", plain(text)).split())
    return _DOUBLED.sub(r"\1", words)


def holds(text: str, phrase: str) -> bool:
    """Whether plain `text` holds `phrase` as whole words."""
    return re.search(rf"(?<![\w']){re.escape(phrase)}(?![\w'])", text) is not None
