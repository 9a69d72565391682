"""Phrases of frustration and how an agent is told about them: `models/data/frustration_words.toml`, compiled once."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SHIPPED = Path(__file__).with_name("data") / "frustration_words.toml"
_NEGATED = re.compile(r"(?:\bnot|n't|\bnever|\bwithout|\bno)(?: \w+)?\s*$")


@dataclass(frozen=True, slots=True)
class Group:
    """Phrases that mean the same; `weight` is the log-odds one of them adds."""

    name: str
    weight: float
    say: str
    pattern: re.Pattern[str]

    def found(self, plain: str) -> str | None:
        """The first phrase of the group in `plain` (see `plain_text`) that is not negated."""
        for match in self.pattern.finditer(plain):
            negated = _NEGATED.search(plain[: match.start()]) and not match.group().startswith(
                ("not ", "no ", "never ")
            )
            if not negated:
                return match.group()
        return None


@dataclass(frozen=True, slots=True)
class FrustrationWords:
    groups: tuple[Group, ...]
    says: Mapping[str, str]

    @classmethod
    def read(cls, path: Path = SHIPPED) -> "FrustrationWords":
        """Raises `ValueError` naming the group that is not as described at the top of the shipped file."""
        content = tomllib.loads(path.read_text("utf-8"))
        return cls(tuple(_group(name, entry) for name, entry in content["groups"].items()), dict(content["says"]))


def plain_text(text: str) -> str:
    """Lower case, straight apostrophes, single spaces, no other signs."""
    straight = text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return " ".join(re.sub(r"[^\w' ]", " ", straight).split())


def _group(name: str, entry: Mapping[str, object]) -> Group:
    weight, say, phrases = entry.get("weight"), entry.get("say"), entry.get("phrases")
    if not isinstance(weight, int | float) or not isinstance(say, str) or not isinstance(phrases, list) or not phrases:
        raise ValueError(f"frustration words, group {name}: weight, say and phrases expected, got {sorted(entry)}")
    longest_first = sorted((plain_phrase(str(phrase)) for phrase in phrases), key=len, reverse=True)
    return Group(name, float(weight), say, re.compile(rf"(?<![\w'])(?:{'|'.join(longest_first)})(?![\w'])"))


def plain_phrase(phrase: str) -> str:
    """A phrase as a pattern; "*" is one to three words."""
    return re.escape(phrase.casefold()).replace(r"\*", r"(?:[\w']+ ){0,2}[\w']+")
