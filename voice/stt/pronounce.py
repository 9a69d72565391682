"""How words sound, in the phones of the recogniser's dictionary (ARPAbet).

The dictionary's own entries come first; a word it lacks is split into words it has ("warmline" is not
there, "warm" and "line" are), or is one it has in American spelling, or one after "un", or is said by its
letters ("apr"). What is left, mostly names, is guessed from a table of English spellings, which
misses 23 % of the phones of words in the dictionary (3,000 of them, drawn by chance): enough among few alternatives.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from string import ascii_lowercase

Pronunciations = Mapping[str, Sequence[str]]  # word → its phones, blank between; most usual first

_SHORTEST_PART = 3  # letters of a part of a compound; shorter ones split anything
_LONGEST_ABBREVIATION = 4  # letters; a longer one is rarely said letter by letter
_SAYABLE = re.compile(r"[aeiouy](?!.*[bcdfgkptvz][lmnr]$)")  # a vowel, and no end that English words have not


def pronunciations(words: Iterable[str], *, dictionary: Path) -> tuple[Pronunciations, Sequence[str]]:
    """Phones of each word, and those words among them that had to be guessed from their spelling."""
    wanted = sorted(set(words))
    found = _read(dictionary, needed=_with_parts(wanted))
    spoken: dict[str, Sequence[str]] = {}
    guessed: list[str] = []
    for word in wanted:
        known = found.get(word) or _compound(word, found) or _respelled(word, found) or _lettered(word, found)
        if not known:
            guessed.append(word)
        spoken[word] = known or (" ".join(spell_out(word)),)
    return spoken, guessed


def dictionary_text(spoken: Pronunciations) -> str:
    """The small dictionary as the recogniser reads it: second and later pronunciations are marked (2), (3)."""
    lines = [
        f"{word}{f'({n})' if n > 1 else ''} {phones}"
        for word, variants in sorted(spoken.items())
        for n, phones in enumerate(variants, start=1)
    ]
    return "\n".join(lines) + "\n"


def _read(dictionary: Path, *, needed: set[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with dictionary.open(encoding="utf-8") as lines:
        for line in lines:
            entry, _, phones = line.strip().partition(" ")
            word = entry.partition("(")[0]
            if word in needed:
                found.setdefault(word, []).append(phones.strip())
    return found


def _cuts(word: str) -> Iterable[tuple[str, str]]:
    return ((word[:i], word[i:]) for i in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1))


def _with_parts(words: Sequence[str]) -> set[str]:
    stems = {word.removesuffix("'s").removesuffix("s") for word in words}
    parts = {part for word in (*words, *stems) for cut in _cuts(word) for part in cut}
    others = {_american(word) for word in words} | {word.removeprefix("un") for word in words}
    return set(words) | stems | parts | others | set(ascii_lowercase)


def _compound(word: str, found: Mapping[str, Sequence[str]]) -> Sequence[str]:
    stem = word.removesuffix("'s") if word.endswith("'s") else word.removesuffix("s")
    if stem != word and stem in found:
        return [f"{found[stem][0]} {_plural(found[stem][0])}"]
    for first, second in sorted(_cuts(word), key=lambda cut: abs(len(cut[0]) - len(cut[1]))):
        if first in found and second in found:
            return [f"{found[first][0]} {found[second][0]}"]
    return []


def _american(word: str) -> str:
    """ "authorised" is "authorized" there."""
    return re.sub(r"is(e|ed|es|ing|ation)$", r"iz\1", word)


def _respelled(word: str, found: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """American, or what it would undo."""
    if spelled := found.get(_american(word)):
        return spelled
    return [f"AH N {phones}" for phones in found.get(word.removeprefix("un"), ()) if word.startswith("un")]


def _lettered(word: str, found: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """An abbreviation that cannot be said as a word, by its letters: no vowel in it, or an end like that of "apr"."""
    if len(word) > _LONGEST_ABBREVIATION or not all(letter in found for letter in word) or _SAYABLE.search(word):
        return []
    return [" ".join("EY" if letter == "a" else found[letter][0] for letter in word)]


def _plural(phones: str) -> str:
    last = phones.rsplit(maxsplit=1)[-1]
    if last in {"S", "Z", "SH", "ZH", "CH", "JH"}:
        return "IH Z"
    return "S" if last in {"P", "T", "K", "F", "TH"} else "Z"


# --- spelling to sound ------------------------------------------------------------------------------------------------

_LONG = {"a": "EY", "e": "IY", "i": "AY", "o": "OW", "u": "UW", "y": "AY"}
_SHORT = {"a": "AE", "e": "EH", "i": "IH", "o": "AA", "u": "AH", "y": "IH"}
_VOWELS = frozenset("aeiouy")

_TABLE = """
tion:SH-AH-N sion:ZH-AH-N cian:SH-AH-N ture:CH-ER augh:AO ough:AO eigh:EY igh:AY tch:CH dge:JH sch:SH que:K
ous:AH-S air:EH-R ear:IH-R eer:IH-R our:AO-R ore:AO-R oor:AO-R ing:IH-NG ies:IY-Z ch:CH sh:SH th:TH ph:F wh:W
gh:G ck:K ng:NG qu:K-W ee:IY ea:IY ie:IY ei:EY ai:EY ay:EY ey:IY oa:OW oo:UW ou:AW ow:OW oi:OY oy:OY au:AO aw:AO
ew:UW ue:UW eu:Y-UW ar:AA-R er:ER ir:ER ur:ER or:AO-R ce:S ci:S-IH cy:S-IY ge:JH gi:JH-IH b:B c:K d:D f:F g:G
h:HH j:JH k:K l:L m:M n:N p:P q:K r:R s:S t:T v:V w:W x:K-S z:Z
"""
_SPELLINGS = {letters: sound.replace("-", " ") for letters, sound in (entry.split(":") for entry in _TABLE.split())}
_AT_START = {"kn": "N", "wr": "R", "ps": "S", "gn": "N", "x": "Z", "y": "Y", "mc": "M AH K"}
_AT_END = {
    "e": "",
    "y": "IY",
    "o": "OW",
    "a": "AH",
    "i": "IY",
    "le": "AH L",
    "es": "Z",
    "ed": "D",
    "gue": "G",
    "mb": "M",
}


def spell_out(word: str) -> list[str]:
    """A guess at a word's phones from its letters."""
    letters = "".join(c for c in word if c.isalpha())
    phones: list[str] = []
    at = 0
    while at < len(letters):
        length, sound = _next_sound(letters, at)
        phones += sound.split()
        at += length
    return phones


def _next_sound(letters: str, at: int) -> tuple[int, str]:
    rest = letters[at:]
    if len(rest) < len(letters) and rest in _AT_END and (len(letters) > 3 or rest != "e"):
        return len(rest), _AT_END[rest]
    for length in (4, 3, 2, 1):
        piece = rest[:length]
        if len(piece) == length and at == 0 and piece in _AT_START:
            return length, _AT_START[piece]
        if len(piece) == length and piece in _SPELLINGS:
            sound = _SPELLINGS[piece]
            doubled = length == 1 and rest[1:2] == piece
            return length + doubled, sound
    return 1, _vowel(rest)


def _vowel(rest: str) -> str:
    """Long before one consonant and a closing e ("late"), short otherwise."""
    silent_e = len(rest) == 3 and rest[2] == "e" and rest[1] not in _VOWELS
    return (_LONG if silent_e else _SHORT).get(rest[0], "")
