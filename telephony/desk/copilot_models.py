"""What the co-pilot shows at a desk, as it goes over the wire."""

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict

from telephony.copilot.answer import NOTHING, Answer, Source
from telephony.copilot.articles import Page
from telephony.copilot.room import Shown


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceModel(Model):
    article: str  # "": not an article
    title: str
    section: str
    updated: str  # ISO date
    warning: str  # "": its review is not due


class PromptModel(Model):
    id: str
    source: SourceModel
    sentences: tuple[str, ...]
    because: str  # the words it came after


class FactModel(Model):
    text: str
    source: str
    day: str  # ISO date


class ActionModel(Model):
    id: str
    text: str
    source: SourceModel


class CopilotModel(Model):
    """All there is; `version` grows with each change."""

    call: str
    version: int
    prompts: tuple[PromptModel, ...]
    facts: tuple[FactModel, ...]
    actions: tuple[ActionModel, ...]
    quiet: bool


class AnswerModel(Model):
    id: str
    question: str
    answered: bool
    note: str  # what is said where nothing answers
    sentences: tuple[str, ...]
    source: SourceModel | None
    others: tuple[SourceModel, ...]


class SectionModel(Model):
    heading: str
    sentences: tuple[str, ...]


class ArticleModel(Model):
    source: SourceModel
    owner: str
    review_by: str
    sections: tuple[SectionModel, ...]


def of_source(source: Source) -> SourceModel:
    return SourceModel(
        article=source.article, title=source.title, section=source.section, updated=source.updated.isoformat(),
        warning=f"past its review date ({source.review_by.isoformat()})" if source.stale else "",
    )  # fmt: skip


def of_shown(shown: Shown) -> CopilotModel:
    actions = tuple(
        ActionModel(
            id=f"a-{action.name}",
            text=action.text,
            source=SourceModel(
                article=action.article, title=action.source, section="", updated=action.updated.isoformat(),
                warning="past its review date" if action.stale else "",
            ),
        )
        for action in shown.actions
    )  # fmt: skip
    return CopilotModel(
        call=shown.call,
        version=shown.version,
        prompts=tuple(
            PromptModel(id=one.id, source=of_source(one.source), sentences=one.sentences, because=one.because)
            for one in shown.prompts
        ),
        facts=tuple(
            FactModel(text=one.text, source=one.source, day=datetime.fromtimestamp(one.wall, UTC).date().isoformat())
            for one in shown.facts
        ),
        actions=actions,
        quiet=shown.quiet,
    )


def of_answer(name: str, answer: Answer) -> AnswerModel:
    return AnswerModel(
        id=name,
        question=answer.question,
        answered=answer.answered,
        note="" if answer.answered else NOTHING,
        sentences=answer.sentences,
        source=of_source(answer.source) if answer.source is not None else None,
        others=tuple(map(of_source, answer.others)),
    )


def of_page(page: Page, source: Source) -> ArticleModel:
    sections = tuple(SectionModel(heading=one.heading, sentences=one.sentences) for one in page.sections)
    return ArticleModel(
        source=of_source(source), owner=page.owner, review_by=page.review_by.isoformat(), sections=sections
    )
