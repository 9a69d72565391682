"""How a name sounds, roughly, as letters: what is written in several ways and said in one comes out the same
("Catherine" and "Kathryn", "Philips" and "Fillips"). Only a first vowel counts: by telephone they
are told apart least.
"""

import re

_RULES = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^(?:kn|gn|pn)", "n"), (r"^wr", "r"), (r"^ps", "s"), (r"^x", "s"), (r"mb$", "m"), (r"tsch|tch|cz", "ch"),
        (r"ph", "f"), (r"gh(?=t|$|s)", ""), (r"sch|sh", "S"), (r"ch", "C"), (r"th", "t"), (r"c(?=[eiy])", "s"),
        (r"ck|[cq]", "k"), (r"x", "ks"), (r"z", "s"), (r"dg(?=e)|g(?=[ei])", "j"), (r"v", "f"), (r"w|h", ""),
        (r"^[aeiouy]+", "A"), (r"[aeiouy]+", ""), (r"(.)\1+", r"\1"),
    )
)  # fmt: skip


def sound(words: str) -> str:
    return " ".join(_sound(word) for word in re.findall(r"[a-z]+", words.casefold()))


def _sound(word: str) -> str:
    for pattern, said in _RULES:
        word = pattern.sub(said, word)
    return word
