"""An answer from an article, put in other words by a language model where the operator runs one: asked like any act,
and answered by the article's own sentence where nothing usable comes in time."""

from models.knowledge import Article
from voice.dialogue.prompts import quoted
from voice.dialogue.step import Step
from voice.events import ActionDone, Notice

PHRASE = "phrase_answer"


def ask(step: Step, article: Article, question: str, key: str) -> None:
    step.opener("one_moment")
    step.do(PHRASE, {"article": article.name, "question": question}, key)


def say(step: Step, article: Article, event: ActionDone | None = None) -> None:
    """The article's answer, in the words of `event` where it brings any."""
    if article.stale(step.today):
        what = f"knowledge/{article.name}.md: a review by {article.review_by} expected, none came; a caller was told it"
        step.acts.append(Notice("knowledge", what))
    text = event.facts.get("text", "") if event is not None and event.ok else ""
    if event is not None and not text:
        what = f"other words for {article.name}.md expected, got {event.error or 'none'}; its own sentence was said"
        step.acts.append(Notice("language model", what))
    step.say("article", {**quoted(article), "text": text or article.spoken})
