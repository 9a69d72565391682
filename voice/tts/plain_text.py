"""Text as mere words: what an engine could take for a command is gone before it is spoken.

A caller's own words come back in prompts ("I'll tell them: ..."). espeak-ng takes a control character for a change of
voice and Piper takes double brackets for phonemes; angle brackets and braces are markup to others. None of these is
ever spoken, so they become blanks.
"""

import unicodedata

_MARKUP = str.maketrans(dict.fromkeys("<>[]{}|\\^`~", " "))
_UNSPOKEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "So", "Sk"})
"""Unicode's categories: control, format (also of direction), half a pair, private, unassigned, pictures, modifiers."""


def plain_text(text: str) -> str:
    """The same words on one line. Ligatures and wide letters become plain ones; says nothing new the second time."""
    written = unicodedata.normalize("NFKC", text.translate(_MARKUP)).translate(_MARKUP)
    return " ".join("".join(" " if unicodedata.category(one) in _UNSPOKEN else one for one in written).split())
