"""The desk as one ASGI app: pages, their calls, and the feed. Built from its collaborators; keeps no globals."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import FastAPI, Request, WebSocket
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

from telephony.access.audit import Notes
from telephony.access.errors import AccessError, NotLetIn, TooManyTries
from telephony.access.parts import Access
from telephony.desk import (
    admin,
    approvals,
    audit,
    briefs,
    copilot,
    earlier,
    line_work,
    numbers,
    organisation,
    reviews,
    rules,
    signin,
    softphone,
    work,
    wrapup,
)
from telephony.desk.asked import Rooms
from telephony.desk.copilot import CopilotDoor
from telephony.desk.desks import Desks
from telephony.desk.doors import Doors, SecurityHeaders, wrong
from telephony.desk.earlier import Earlier
from telephony.desk.office import DeskOffice, NotPossible
from telephony.desk.settings import DeskSettings
from telephony.desk.softphone import Phone
from telephony.desk.wall import WallParts, serve_wall
from telephony.desk.wire import Wire
from telephony.errors import RecordError
from telephony.rules import RulesRoom

log = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
BODY_BYTES_MAX = 256 * 1024
"""Of a request; the largest, an SDP offer, has some 5 kB."""


@dataclass(frozen=True, slots=True)
class DeskDeps:
    """`desks` is made first, since the webrtc line (`phone`) rings it. `clock`: seconds, never going back."""

    office: DeskOffice
    phone: Phone
    desks: Desks
    access: Access
    clock: Callable[[], float]
    settings: DeskSettings = field(default_factory=DeskSettings)
    wall: WallParts | None = None
    asked: Rooms | None = None
    copilot: CopilotDoor | None = None
    counts: numbers.Counts | None = None
    review: reviews.ReviewDoor | None = None
    rules: RulesRoom | None = None
    earlier: Earlier | None = None

    @property
    def audit(self) -> Notes:
        return self.access.audit


def create_desk(deps: DeskDeps) -> FastAPI:
    """Pages `/`, `/desk`, `/call`; calls below `/desk/api`; the websocket `/desk/feed`."""
    app = FastAPI(title="Warmline desk", docs_url=None, redoc_url=None, openapi_url=None, max_body_size=BODY_BYTES_MAX)
    sessions, settings = deps.access.sessions, deps.settings
    sessions.on_end(lambda session: deps.desks.sign_out(session.agent))
    doors = Doors(sessions=sessions, clock=deps.clock, origins=settings.origins, cookie=settings.cookie)
    wire = Wire(sessions=sessions, desks=deps.desks, clock=deps.clock)
    deps.desks.serve(deps.office)

    app.add_middleware(SecurityHeaders)
    app.mount("/desk/static", StaticFiles(directory=STATIC), name="static")
    _include(app, deps, doors)
    _include_access(app, deps, doors)
    _say_what_is_refused(app)
    _serve_pages(app, caller=deps.settings.caller_page)
    if deps.asked is not None:
        approvals.serve(app, deps.asked, doors=doors, sessions=sessions, clock=deps.clock)
    if deps.wall is not None:
        serve_wall(app, deps.wall, doors=doors, sessions=sessions, clock=deps.clock)

    @app.websocket("/desk/feed")
    async def feed(socket: WebSocket) -> None:
        if not doors.ours(socket.headers):
            await socket.close(1008, "this page may not listen here")
            return
        await wire.serve(socket)

    return app


def _include_access(app: FastAPI, deps: DeskDeps, doors: Doors) -> None:
    """Who comes in, who may, and what they did."""
    access, settings, clock = deps.access, deps.settings, deps.clock
    entrance = signin.Entrance(access=access, office=deps.office, desks=deps.desks, settings=settings, clock=clock)
    app.include_router(
        signin.routes(access=access, entrance=entrance, desks=deps.desks, doors=doors, settings=settings, clock=clock)
    )
    app.include_router(admin.routes(access=access, doors=doors, clock=clock))
    app.include_router(audit.routes(audit=access.audit, doors=doors))
    if access.organisation is not None:
        app.include_router(organisation.routes(organisation=access.organisation, entrance=entrance, settings=settings))


def _include(app: FastAPI, deps: DeskDeps, doors: Doors) -> None:
    app.include_router(work.routes(office=deps.office, doors=doors))
    app.include_router(line_work.routes(office=deps.office.line, doors=doors))
    app.include_router(briefs.routes(office=deps.office, doors=doors))
    app.include_router(wrapup.routes(office=deps.office, doors=doors))
    if deps.earlier is not None:
        app.include_router(earlier.routes(earlier=deps.earlier, office=deps.office, doors=doors))
    if deps.copilot is not None:
        app.include_router(copilot.routes(copilot=deps.copilot, doors=doors))
    if deps.counts is not None:
        numbers.serve(app, deps.counts, doors=doors)
    if deps.review is not None:
        reviews.serve(app, deps.review, doors=doors)
    if deps.rules is not None:
        rules.serve(app, deps.rules, doors=doors)
    app.include_router(
        softphone.routes(
            phone=deps.phone,
            doors=doors,
            caller_page=deps.settings.caller_page,
            ice_servers=deps.settings.ice_servers,
            business=deps.settings.business,
            phone_number=deps.settings.phone_number,
        )
    )


def _say_what_is_refused(app: FastAPI) -> None:
    @app.exception_handler(NotPossible)
    async def not_possible(_request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 409)

    @app.exception_handler(AccessError)
    async def not_allowed(_request: Request, error: Exception) -> JSONResponse:
        status = 401 if isinstance(error, NotLetIn) else 429 if isinstance(error, TooManyTries) else 409
        return JSONResponse({"detail": str(error)}, status)

    @app.exception_handler(RecordError)
    async def not_kept(_request: Request, error: Exception) -> JSONResponse:
        log.warning("a page was refused: %s", error)
        return JSONResponse({"detail": "The record cannot be reached now. Try again in a moment."}, 503)

    @app.exception_handler(RequestValidationError)
    async def not_understood(_request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": wrong(error)}, 422)


def _serve_pages(app: FastAPI, *, caller: bool) -> None:
    @app.get("/")
    async def landing() -> FileResponse:
        return FileResponse(STATIC / "index.html")

    @app.get("/desk")
    async def desk() -> FileResponse:
        return FileResponse(STATIC / "desk.html")

    @app.get("/sign-in")
    async def sign_in() -> FileResponse:
        return FileResponse(STATIC / "signin.html")

    @app.get("/welcome")
    async def welcome() -> FileResponse:
        return FileResponse(STATIC / "welcome.html")

    @app.get("/admin")
    async def people() -> FileResponse:
        return FileResponse(STATIC / "admin.html")

    @app.get("/audit")
    async def notes() -> FileResponse:
        return FileResponse(STATIC / "audit.html")

    if caller:

        @app.get("/call")
        async def call() -> FileResponse:
            return FileResponse(STATIC / "call.html")
