"""Named sentences with their slots filled; digits said one by one, money and days as people say them."""

from collections.abc import Mapping
from datetime import date

from num2words import num2words

from models.knowledge import Article
from voice.dialogue.asking import lower
from voice.dialogue.business import Prompts, Slot


def render(prompts: Prompts, name: str, attempt: int, slots: Mapping[str, str]) -> str:
    """Variant `attempt` of prompt `name` (the last one for later attempts), filled with `slots`.

    Raises `KeyError` naming the prompt or slot; the loader has checked the names that the dialogue uses.
    """
    variants = prompts.texts[name]
    text = variants[min(attempt, len(variants) - 1)]
    try:
        return text.format_map(slots)
    except KeyError as error:
        raise KeyError(f"prompt {name} {prompts.version}: slot {error} expected, got {sorted(slots)}") from error


def plain(prompts: Prompts, name: str) -> str:
    """What is said in place of the parts of `name` that no voice can say now: words without slots, rendered ahead."""
    texts = prompts.texts
    return texts.get(f"{name}.plain", texts["unsayable"])[0]


def digits(number: str) -> str:
    """Digit by digit with a breath between groups: pairs, and longer numbers as telephone numbers are written."""
    size = 2 if len(number) <= 6 else 3
    groups = [number[at : at + size] for at in range(0, len(number), size)]
    if size == 3 and len(groups[-1]) == 1:  # 3, 3 and 4
        groups[-2:] = [groups[-2] + groups[-1]]
    return ", ".join(" ".join(group) for group in groups)


def money(amount: str) -> str:
    """ "84.20" as it is said: "84 dollars and 20 cents"."""
    dollars, _, cents = f"{abs(float(amount)):.2f}".partition(".")
    sign = "minus " if float(amount) < 0 else ""
    whole = f"{int(dollars):,} dollar{'' if int(dollars) == 1 else 's'}"
    part = f"{int(cents)} cent{'' if int(cents) == 1 else 's'}"
    if int(cents) == 0:
        return sign + whole
    return sign + (f"{whole} and {part}" if int(dollars) else part)


def day(iso: str) -> str:
    """ "2026-11-24" as it is said: "Tuesday, November twenty-fourth"."""
    when = date.fromisoformat(iso)
    return f"{when:%A}, {when:%B} {num2words(when.day, to='ordinal')}"


def quoted(article: Article) -> dict[str, str]:
    """What an answer says of its source, and its sentence: fields of the prompt `article`."""
    return {"text": article.spoken, "title": lower(article.title), "date": f"{article.updated:%B %Y}"}


def spoken(slot: Slot, value: str) -> str:
    """A slot's value as the system says it."""
    if slot.kind == "amount":
        return money(value)
    if slot.kind == "date":
        return day(value)
    if slot.kind == "digits":
        return digits(value)
    return slot.said(value)
