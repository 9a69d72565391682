"""Twilio's HTTP requests: a call that rings, a stream or a conference that ended, a status that changed. Forged ones
get 403."""

import logging
from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, HTTPException, Request, Response, WebSocket

from telephony.errors import Refused
from telephony.lines.twilio.bridge import ConferenceNews
from telephony.lines.twilio.line import TwilioLine, Visit
from telephony.lines.twilio.security import Form
from telephony.lines.twilio.settings import (
    AFTER_CONFERENCE_PATH,
    CONFERENCE_PATH,
    HOLD_PATH,
    HOLD_SOUND_PATH,
    STATUS_PATH,
    STREAM_ENDED_PATH,
    STREAM_PATH,
    VOICE_PATH,
)
from telephony.lines.twilio.stream import serve_stream

log = logging.getLogger(__name__)
BODY_BYTES_MAX = 64 * 1024  # Twilio's forms are 1 to 3 kB
FIELDS_MAX = 200


def router(line: TwilioLine) -> APIRouter:
    """The routes of one line; mount them at the root, their paths are those that Twilio is told."""
    routes = APIRouter()
    signed = Depends(_signed(line))

    @routes.post(VOICE_PATH)
    async def voice(form: Annotated[Form, signed]) -> Response:
        call_sid = _field(form, "CallSid")
        return _xml(line.ring(call_sid=call_sid, caller=form.get("From"), called=form.get("To")))

    @routes.post(STREAM_ENDED_PATH)
    async def stream_ended(request: Request, form: Annotated[Form, signed]) -> Response:
        return _xml(line.after_stream(_visit(form), request.query_params.get("n", "")))

    @routes.post(STATUS_PATH)
    async def status(request: Request, form: Annotated[Form, signed]) -> Response:
        call_sid, says = _field(form, "CallSid"), _field(form, "CallStatus")
        await line.on_status(call_sid=call_sid, status=says, attempt=request.query_params.get("attempt"))
        return Response(status_code=204)

    @routes.post(CONFERENCE_PATH)
    async def conference(request: Request, form: Annotated[Form, signed]) -> Response:
        news = ConferenceNews(
            event=_field(form, "StatusCallbackEvent"),
            conference=_field(form, "ConferenceSid"),
            call=form.get("CallSid"),
            call_status=form.get("ParticipantCallStatus"),
            sequence=form.get("SequenceNumber"),
        )
        line.rooms.on_news(request.query_params.get("room", ""), news)
        return Response(status_code=204)

    @routes.post(AFTER_CONFERENCE_PATH)
    async def after_conference(request: Request, form: Annotated[Form, signed]) -> Response:
        return _xml(line.after_conference(_visit(form), request.query_params.get("room", "")))

    @routes.post(HOLD_PATH)
    async def hold(form: Annotated[Form, signed]) -> Response:
        return _xml(line.documents.on_hold())

    @routes.get(HOLD_SOUND_PATH)
    async def hold_sound() -> Response:
        """Music and a sentence that are the same for everybody: Twilio may keep them, and does not sign for a sound."""
        return Response(line.hold_sound(), media_type="audio/wav", headers={"Cache-Control": "max-age=3600"})

    @routes.websocket(STREAM_PATH)
    async def stream(websocket: WebSocket) -> None:
        await serve_stream(websocket, line)

    return routes


def _signed(line: TwilioLine) -> Callable[[Request], Awaitable[Form]]:
    async def signed_form(request: Request) -> Form:
        """The form of a request that Twilio signed; 403 for any other."""
        form = await _read_form(request)
        path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")  # not by the Host header
        try:
            line.signatures.check_webhook(path, query, form, request.headers)
        except Refused as error:
            line.refusals["webhook_signature"] += 1
            log.warning("refused: %s", error)
            raise HTTPException(403, "signature expected") from error
        return form

    return signed_form


async def _read_form(request: Request) -> Form:
    """Urlencoded fields, as Twilio sends them; an upload or a huge body never gets as far as the signature."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise HTTPException(413, f"expected a form of at most {BODY_BYTES_MAX} bytes")
    try:
        return Form(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=FIELDS_MAX))
    except ValueError as error:
        raise HTTPException(400, "expected an urlencoded form") from error


def _field(form: Form, name: str) -> str:
    value = form.get(name)
    if not value:
        raise HTTPException(400, f"expected the field {name}")
    return value


def _visit(form: Form) -> Visit:
    return Visit(
        call_sid=_field(form, "CallSid"),
        status=form.get("CallStatus", ""),
        inbound=not form.get("Direction", "inbound").startswith("outbound"),
        caller=form.get("From"),
        called=form.get("To"),
    )


def _xml(document: str) -> Response:
    return Response(document, media_type="text/xml")
