"""Every sentence whose words are known at the start: rendered ahead, it costs nothing in a call, and can be said when
no voice runs any more."""

from collections.abc import Iterator

from telephony.settings import Settings
from voice.dialogue.business import Business
from voice.dialogue.questions import MORE_KEY


def known_prompts(business: Business, settings: Settings) -> list[str]:
    """Queues, agents, intents, articles and the menu's keys are the fields known by then."""
    texts = [text for variants in business.prompts.texts.values() for text in variants]
    every = [*texts, *_filled(business, settings, texts)]
    return [text for text in dict.fromkeys(every) if "{" not in text]


def _filled(business: Business, settings: Settings, texts: list[str]) -> Iterator[str]:
    prompts = business.prompts.texts
    for text in texts:
        yield from (text.replace("{queue}", queue.title) for queue in business.queues.values())
        yield from (text.replace("{name}", agent.name) for agent in settings.agents)
    for text in prompts["confirm_intent"]:
        yield from (text.replace("{title}", intent.title) for intent in business.intents.values())
    for text in (*prompts["article"], *prompts["seek.tip"]):
        yield from (text.replace("{text}", article.spoken) for article in business.articles.values())
    yield from (text.replace("{key}", str(MORE_KEY)) for text in prompts["menu.more"])
    for page in business.menu:
        for key, name in enumerate(page, start=1):
            title = business.intents[name].menu or business.intents[name].title
            yield from (text.format(title=title, key=key) for text in prompts["menu.item"])
