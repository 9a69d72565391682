"""One value of a closed list, longest phrase first; a word that the recogniser half-heard still finds its value."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from models.slots.numbers import Token, tokens
from models.slots.sound import sound

LIKE_ENOUGH = (
    0.8  # of letters in common; "checkin" and "checking" .93, "savings" and "saving" .92, "loan" and "load" .75
)
SAME_SOUND = 0.9  # likeness of names that sound the same, however they are written
EXACT = 0.95  # sure, of a phrase that was said word for word
_SHORTEST = 5  # letters; shorter words have too many neighbours


@dataclass(frozen=True, slots=True)
class Listed:
    value: str
    first: int
    last: int
    confidence: float

    @property
    def exact(self) -> bool:
        """Said word for word; the most alike one stays below."""
        return self.confidence >= EXACT


def listed(said: list[Token], values: Mapping[str, Sequence[str]], *, by_sound: bool = False) -> Iterator[Listed]:
    """Every value named in `said`: exact phrases first, then the most alike one among the words that are left: by its
    letters, or, as names are spelt in more ways than said, `by_sound` too."""
    phrases = sorted(
        (
            (tuple(token.text for token in tokens(phrase)), value)
            for value, others in values.items()
            for phrase in (value.replace("_", " "), *others)
        ),
        key=lambda entry: (-len(entry[0]), -sum(map(len, entry[0]))),
    )
    left = [token.text for token in said]
    at = 0
    while at < len(left):
        exact = next((one for one in phrases if one[0] and tuple(left[at : at + len(one[0])]) == one[0]), None)
        if exact is None:
            at += 1
            continue
        end = at + len(exact[0])
        yield Listed(exact[1], at, end, EXACT)
        left[at:end] = [""] * (end - at)
        at = end
    alike = _alike(left, phrases, by_sound=by_sound)
    if alike is not None:
        yield alike


def _alike(left: list[str], phrases: list[tuple[tuple[str, ...], str]], *, by_sound: bool) -> Listed | None:
    best: Listed | None = None
    for phrase, value in phrases:
        wanted = " ".join(phrase)
        if len(wanted) < _SHORTEST:
            continue
        for at in range(max(0, len(left) - len(phrase) + 1)):
            heard = " ".join(left[at : at + len(phrase)])
            likeness = SequenceMatcher(None, wanted, heard).ratio()
            if by_sound and likeness < SAME_SOUND and sound(wanted) == sound(heard):
                likeness = SAME_SOUND
            if likeness >= LIKE_ENOUGH and (best is None or likeness > best.confidence):
                best = Listed(value, at, at + len(phrase), likeness)
    return None if best is None else Listed(best.value, best.first, best.last, round(0.75 * best.confidence, 3))
