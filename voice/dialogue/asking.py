"""Articles that can be asked for: each with questions of its own is an intent beside those of `intents/`, answered by
its sentence, with its own owner and review date in the scope register."""

from collections.abc import Mapping

from models.knowledge import Article
from voice.dialogue.business import Intent, IntentKind, Scope

ABOUT = "about_"


def intent_of(article: Article) -> Intent:
    title = f"our page on {lower(article.title)}"
    return Intent(
        name=f"{ABOUT}{article.name}",
        kind=IntentKind.ANSWER,
        examples=article.questions,
        title=title,
        summary=f"you asked about {lower(article.title)}",
        attempt=f"asked about {lower(article.title)}",
        next_step=f"Answer their question about {lower(article.title)}.",
        article=article.name,
        asked=True,
    )


def scope_of(article: Article, queue: str) -> Scope:
    return Scope("automatic", article.owner or "knowledge", article.review_by, article.queue or queue)


def with_articles(
    intents: Mapping[str, Intent], scope: Mapping[str, Scope], articles: Mapping[str, Article]
) -> tuple[dict[str, Intent], dict[str, Scope]]:
    """Intents and register with those of the articles. Where an article names no queue, that of a caller who asks for a
    person has it."""
    asked = [article for article in articles.values() if article.questions]
    person = scope.get("talk_to_person") or next(iter(scope.values()), None)
    queue = person.queue if person else ""
    made = {intent.name: intent for intent in map(intent_of, asked)}
    owned = {f"{ABOUT}{article.name}": scope_of(article, queue) for article in asked}
    return {**made, **intents}, {**owned, **scope}


def lower(title: str) -> str:
    """A title inside a sentence: "Opening hours" becomes "opening hours", "ATM fees" stays."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
