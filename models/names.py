"""Which words of a line are names of people, places and shops, as far as its spelling tells."""

import re
import unicodedata
from collections.abc import Collection

_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_GLUED = re.compile(
    r"(twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(one|two|three|four|five|six|seven|eight|nine)\b",
    re.IGNORECASE,
)
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_TITLE = re.compile(r"\b(?:mr|mrs|ms|miss|dr|doctor|named|called)\.? +([^\W\d_]+)", re.IGNORECASE)
_STEM = 5  # letters in which "charged" and "charge" agree

_NO_NAMES = frozenset(
    {"I", "I'm", "I've", "I'd", "I'll", "PIN", "SSN", "OK", "AI", "TV", "ATM", "USD", "January", "February", "March"}
    | {"April", "May", "June", "July", "August", "September", "October", "November", "December", "Monday", "Tuesday"}
    | {"Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "Today", "Yesterday", "Tomorrow"}
)
_ORDINARY = """
a an the this that these those their they them he she it its we you your my our his her who what when where why how
which there here no not none nothing nobody never always all any some each every both one two three four five six
seven eight nine ten and or but if for from to in on at of with without by about after before since until as is are
was were be been has have had do does did can could may might must will would should says said wants want needs need
asks asked ask caller member customer person agent card account charge charged payment paid amount refund money day
date time number name issue topic next step limits limit tried done told found find open opened close closed see
look looked check checked call called calls send sent help listen read book answer make made give gave get got take
took tell verified known unknown frustrated silent went lost stolen blocked blocking opening failed disputed
disputes dispute complaint complains asks reports reported bought buy missing wrong same again still already only
more less most last first second new old yes please
"""
_OPENERS = frozenset(_ORDINARY.split())


def plain(text: str) -> str:
    """`text` with straight apostrophes, plain digits and nothing invisible; "eightyfour" in two words."""
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    return _GLUED.sub(r"\1 \2", folded.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))


def names(text: str, known: Collection[str]) -> list[tuple[str, ...]]:
    """Names in `text`, each with the words that stand together. A capital inside a sentence makes a name; at its
    beginning it does unless the word is an ordinary one, or `known` (lower case) has it in another form."""
    found: list[tuple[str, ...]] = [
        (one.group(1),) for one in _TITLE.finditer(text) if one.group(1).lower() not in known
    ]
    together: list[str] = []
    end = -1
    for match in _WORD.finditer(text):
        word = match.group().removesuffix("'s")
        named = _named(text, match.start(), match.group(), known)
        if named and together and text[end : match.start()] == " ":
            together.append(word)
        else:
            found += [tuple(together)] if together else []
            together = [word] if named else []
        end = match.end()
    return [*found, tuple(together)] if together else found


def _named(text: str, start: int, word: str, known: Collection[str]) -> bool:
    if not word[0].isupper() or word in _NO_NAMES:
        return False
    before = text[:start].rstrip(" \"'(\N{LEFT DOUBLE QUOTATION MARK}")
    if before and before[-1] not in ".!?:;\N{LEFT DOUBLE QUOTATION MARK}":
        return True
    lower = word.lower()
    if lower in _OPENERS:
        return False
    return lower in known or not any(len(one) >= _STEM and one[:_STEM] == lower[:_STEM] for one in known)
