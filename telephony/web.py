"""The one HTTP door: health, metrics, the carrier's webhooks and streams, the desk."""

from collections.abc import Callable

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from telephony.access.parts import Access
from telephony.approvals.call_side import CallSide
from telephony.copilot.room import Copilot
from telephony.desk.app import DeskDeps, create_desk
from telephony.desk.asked import Rooms
from telephony.desk.desks import Desks
from telephony.desk.earlier import Earlier
from telephony.desk.front_office import FrontOffice
from telephony.desk.numbers import Counts
from telephony.desk.reviews import ReviewDoor
from telephony.desk.settings import DeskSettings
from telephony.desk.wall import WallParts
from telephony.lines import twilio
from telephony.lines.asterisk import AsteriskLine
from telephony.lines.webrtc import WebRtcLine
from telephony.metrics_access import may_read
from telephony.rules import RulesRoom
from telephony.settings import Settings, secret
from telephony.switchboard.switchboard import Switchboard
from voice.dialogue.business import Business


def _asked(switchboard: Switchboard) -> Rooms:
    def side(call: str) -> CallSide | None:
        conduct = switchboard.calls.get(call)
        return conduct.colleagues.side if conduct is not None else None

    return Rooms(switchboard.house.approvals, switchboard.house.consults, side)


def create_app(
    *,
    settings: Settings,
    business: Business,
    front: FrontOffice,
    desks: Desks,
    phone: WebRtcLine,
    carrier: twilio.TwilioLine | None,
    pbx: AsteriskLine | None,
    switchboard: Switchboard,
    metrics: CollectorRegistry,
    clock: Callable[[], float],
    access: Access,
    wall: WallParts,
    copilot: Copilot,
    counts: Counts | None,
    review: ReviewDoor | None,
    rules: RulesRoom | None,
    earlier: Earlier | None,
) -> FastAPI:
    app = FastAPI(title="Warmline", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/healthz")
    async def healthz(response: Response) -> dict[str, object]:
        """503 while draining: no new calls should be sent here."""
        response.status_code = 503 if switchboard.draining else 200
        return {"ok": not switchboard.draining, "calls": len(switchboard.calls)}

    readers, token = settings.metrics.networks, secret(settings.metrics.token_variable)

    @app.get("/metrics")
    async def shown_metrics(request: Request) -> Response:
        """403 for whoever may not read them."""
        client = request.client.host if request.client else None
        if not may_read(client, request.headers, networks=readers, token=token):
            return PlainTextResponse("a reader of [metrics] networks, or its bearer token, expected\n", 403)
        return Response(generate_latest(metrics), headers={"Content-Type": CONTENT_TYPE_LATEST})

    if carrier is not None:
        app.include_router(twilio.router(carrier))
    if pbx is not None:
        app.include_router(pbx.routes())
    public = settings.service.public_url
    desk = create_desk(
        DeskDeps(
            office=front,
            phone=phone,
            desks=desks,
            access=access,
            clock=clock,
            settings=DeskSettings(
                business=business.name,
                secure_cookie=public.startswith("https://"),
                phone_number=settings.desk.phone_number,
            ),
            wall=wall,
            asked=_asked(switchboard),
            copilot=copilot,
            counts=counts,
            review=review,
            rules=rules,
            earlier=earlier,
        )
    )
    app.mount("/", desk)
    return app
