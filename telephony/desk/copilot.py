"""The co-pilot's calls of the desk: ask, mark, be quiet, read an article; and its state over the desk's feed."""

from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, HTTPException
from pydantic import Field

from telephony.access.roles import Role
from telephony.copilot.answer import Answer, NoQuestion, Source
from telephony.copilot.articles import Page
from telephony.copilot.room import Copilot, Mark, Shown
from telephony.desk.copilot_models import AnswerModel, ArticleModel, CopilotModel, of_answer, of_page, of_shown
from telephony.desk.desks import Desks
from telephony.desk.doors import Doors, Seat
from telephony.desk.messages import CopilotMessage, Wire, Written
from telephony.desk.office import News, NotPossible, OfferClosed, Recorded, WrappedUpAll

ROLES = (Role.AGENT, Role.SUPERVISOR)
LONGEST = 200_000
"""Characters of a question that is looked at, to say how many words it has: any body the desk takes."""


class Ask(Wire):
    question: Written = Field(max_length=LONGEST)


class MarkShown(Wire):
    mark: Mark


class Quiet(Wire):
    on: bool


class CopilotDoor(Protocol):
    def shown(self, agent: str) -> Shown: ...

    async def ask(self, agent: str, question: str) -> tuple[str, Answer]: ...

    def mark(self, agent: str, shown: str, mark: Mark) -> None: ...

    def quiet(self, agent: str, on: bool) -> None: ...

    def article(self, name: str) -> tuple[Page, Source] | None: ...


def routes(*, copilot: CopilotDoor, doors: Doors) -> APIRouter:
    router = APIRouter(prefix="/desk/api/copilot")
    reading, acting = doors.reads(*ROLES), doors.acts(*ROLES)

    @router.get("")
    async def shown(seat: Annotated[Seat, Depends(reading)]) -> CopilotModel:
        return of_shown(copilot.shown(seat.agent))

    @router.post("/ask")
    async def ask(body: Ask, seat: Annotated[Seat, Depends(acting)]) -> AnswerModel:
        try:
            return of_answer(*await copilot.ask(seat.agent, body.question.strip()))
        except NoQuestion as error:
            raise NotPossible(str(error)) from error

    @router.post("/shown/{shown}/mark")
    async def mark(shown: str, body: MarkShown, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        try:
            copilot.mark(seat.agent, shown, body.mark)
        except NoQuestion as error:
            raise NotPossible(str(error)) from error
        return {}

    @router.post("/quiet")
    async def quiet(body: Quiet, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        copilot.quiet(seat.agent, body.on)
        return {}

    @router.get("/articles/{name}")
    async def article(name: str, seat: Annotated[Seat, Depends(reading)]) -> ArticleModel:
        found = copilot.article(name)
        if found is None:
            raise HTTPException(404, "There is no such article any more.")
        return of_page(*found)

    return router


def follow(desks: Desks, copilot: Copilot) -> None:
    """The co-pilot sees what every signed-in agent's desk sees."""

    def heard(agent: str, news: News) -> None:
        match news:
            case Recorded(record):
                copilot.see(agent, record)
            case WrappedUpAll(call):
                copilot.over(agent, call)
            case OfferClosed(why=why) if why != "accepted":
                copilot.over(agent, copilot.shown(agent).call)

    desks.beside(heard)


def tell(desks: Desks, agent: str, shown: Shown) -> None:
    feed = desks.feed(agent)
    if feed is not None:
        feed.send(CopilotMessage(copilot=of_shown(shown)))
