"""A short answer to yes or no, heard among what it may be mistaken for instead of among all that the state expects.

Of "yes" alone a large language leaves nothing: every sound of 300 ms has a better match somewhere. So it is heard again
with only the plain answers and the commonest other words as competitors, once through the net and once without, and
believed where both hear the same answer. Other words hardly ever come out the same way twice.
"""

from collections.abc import Iterable, Iterator

from models.service_language import ServiceLanguage
from models.slots.yes_no import read_yes_no

COMPETITORS = 300  # of people's words to service lines, the commonest
_WEIGHT = 3  # of each plain answer against each competitor
_ALONE = ("yes", "yeah", "no")  # most people say just that
_ALONE_WEIGHT = 18
_NEVER_ALONE = frozenset({"uh", "um"})


def sentences(expected: Iterable[list[str]], people: ServiceLanguage) -> Iterator[list[str]]:
    """Of the narrow language: the state's own plain answers, and words that are none."""
    plain = list({" ".join(words): words for words in expected if _plain(" ".join(words))}.values())
    known = {word for words in plain for word in words}
    for words in plain:
        yield from [words] * _WEIGHT
        if " ".join(words) in _ALONE:
            yield from [words] * _ALONE_WEIGHT
    common = sorted(people.singles().items(), key=lambda one: (-one[1], one[0]))
    others = [word for word, _ in common if word.isalpha() and len(word) > 1 and word not in known | _NEVER_ALONE]
    yield from ([word] for word in others[:COMPETITORS])


def answer(text: str) -> str:
    """Either "yes" or "no" when `text` begins with that, else ""."""
    found = read_yes_no(text)
    return found[0] if found and text.startswith(found[1]) else ""


def _plain(text: str) -> bool:
    """Nothing but answers, one after the other: "no that's not right", and not "no friday"."""
    while text and answer(text):
        found = read_yes_no(text)
        text = text[len(found[1]) :].strip() if found else text
    return not text
