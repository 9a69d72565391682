"""The words of a text as the search compares them: without the commonest, and without their endings.

Unlike `models/ngrams.words` figures stay as they are: "1099" is the name of a form.
"""

import re

MOST_WORDS = 200
"""Of one question: whoever pastes more than a page has asked by then."""

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_STOPS = frozenset({
    "a", "about", "all", "also", "an", "and", "any", "anything", "are", "as", "ask", "asked", "asking", "asks",
    "at", "be", "been", "but", "by", "call", "called", "caller", "calls", "can", "could", "did", "do", "does",
    "doing", "don't", "else", "for", "from", "get", "gets", "getting", "go", "going", "got", "had", "has",
    "have", "he", "he's", "hello", "her", "here", "hers", "hi", "him", "his", "how", "i", "i'd", "i'll", "i'm",
    "i've", "if", "in", "into", "is", "isn't", "it", "it's", "its", "just", "know", "let", "like", "many",
    "may", "me", "member", "members", "might", "mine", "most", "much", "must", "my", "need", "needs", "no",
    "nor", "not", "now", "of", "off", "oh", "okay", "on", "or", "our", "ours", "out", "over", "please", "put",
    "really", "right", "said", "say", "says", "see", "she", "she's", "should", "so", "some", "somebody",
    "someone", "something", "tell", "than", "thank", "thanks", "that", "that's", "the", "their", "them", "then",
    "there", "they", "they're", "thing", "this", "those", "to", "too", "uh", "um", "up", "us", "use", "very",
    "want", "wanted", "wants", "was", "we", "we're", "well", "were", "what", "what's", "when", "where", "which",
    "while", "who", "whom", "whose", "why", "will", "with", "would", "yeah", "yes", "yet", "you", "your",
    "yours",
})  # fmt: skip
_VOWELS = "aeiouy"


def tokens(text: str) -> list[str]:
    """Stems of the words that tell one subject from another, in their order."""
    return [stem(word) for word in _telling(text)]


def written(text: str) -> dict[str, str]:
    """Each stem of `text` with a word it comes from."""
    return {stem(word): word for word in _telling(text)}


def _telling(text: str) -> list[str]:
    plain = text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    found = (word.removesuffix("'s") for word in _WORD.findall(plain)[:MOST_WORDS])
    return [word for word in found if word not in _STOPS]


def stem(word: str) -> str:
    """Without the commonest English endings, so that "stopped", "stopping" and "stops" meet in "stop"."""
    for ending in ("ations", "ation", "ings", "ing", "edly", "ed", "ies", "es", "s", "e", "y", "ly"):
        root = word.removesuffix(ending)
        if root != word and len(root) >= 3:
            doubled = len(root) > 3 and root[-1] == root[-2] and root[-1] not in _VOWELS + "ls"
            return root[:-1] if doubled and ending in ("ing", "ings", "ed") else root
    return word
