"""Every sentence whose words are known at the start, and every clause of those that are known in part: rendered ahead,
they cost nothing in a call, and can be said when no voice runs any more."""

from collections.abc import Iterator
from itertools import product

from telephony.settings import Settings
from voice.dialogue import prompts as wording
from voice.dialogue.business import Business
from voice.dialogue.questions import MORE_KEY
from voice.tts.clauses import parts, sentences
from voice.tts.say_text import spelled

SPELLED = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def known_prompts(business: Business, settings: Settings) -> list[str]:
    """Queues, agents, intents, articles, choices and the menu's keys are the fields known by then."""
    texts = [text for variants in business.prompts.texts.values() for text in variants]
    every = [*texts, *_filled(business, settings, texts)]
    known = [piece for text in every for piece in _known_of(text)]
    return list(dict.fromkeys([*known, *_groups()]))


def _known_of(text: str) -> Iterator[str]:
    """The text, or of a text with open fields the sentences and clauses that have none."""
    if "{" not in text:
        yield text
        return
    for sentence in sentences(text):
        for piece in parts(sentence) if "{" in sentence else [sentence]:
            if "{" not in piece:
                yield piece


def _groups() -> Iterator[str]:
    """The groups that numbers and references are read out in, each with the comma or the full stop behind it.

    Amounts are not put together from clips: within "two hundred and four dollars" no voice pauses, and words that were
    rendered apart each begin and end like a sentence. They are rendered while the clause before them plays.
    """
    for pair in product("0123456789", repeat=2):
        yield from (f"{wording.digits(''.join(pair))}{mark}" for mark in ",.")
    yield from (f"{spelled(character)}{mark}" for character in SPELLED for mark in ",.")


def _filled(business: Business, settings: Settings, texts: list[str]) -> Iterator[str]:
    prompts = business.prompts.texts
    for text in texts:
        yield from (text.replace("{queue}", queue.title) for queue in business.queues.values())
        yield from (text.replace("{name}", agent.name) for agent in settings.agents)
    for text in (*prompts["confirm_intent"], *prompts.get("identity.why", ()), *prompts["several.next"]):
        yield from (text.replace("{title}", intent.title) for intent in business.intents.values())
    for text in (*prompts["article"], *prompts["seek.tip"]):
        yield from (text.format_map(wording.quoted(article)) for article in business.articles.values())
    yield from (text.replace("{key}", str(MORE_KEY)) for text in prompts["menu.more"])
    for page in business.menu:
        for key, name in enumerate(page, start=1):
            title = business.intents[name].menu or business.intents[name].title
            yield from (text.format(title=title, key=key) for text in prompts["menu.item"])
