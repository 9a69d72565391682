"""There and back through the organisation's sign-in: the browser is sent, and comes back with a code."""

import logging
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from telephony.access.errors import AccessError
from telephony.access.oidc.errors import ProviderFailed
from telephony.access.oidc.flow import UNDER_WAY_SECONDS
from telephony.access.organisation import Organisation
from telephony.desk.settings import DeskSettings
from telephony.desk.signin import Entrance
from telephony.errors import RecordError

log = logging.getLogger(__name__)

BACK = "/desk/oidc/callback"
COOKIE = "warmline_oidc"
NOTE = "warmline_note"
FAILED = "The sign-in of your organisation does not answer as it should. Try again, or ask an admin."


def routes(*, organisation: Organisation, entrance: Entrance, settings: DeskSettings) -> APIRouter:
    router = APIRouter()

    @router.get("/desk/oidc/start")
    async def start(then: str = "/") -> RedirectResponse:
        try:
            begun = await organisation.start(own_page(then))
        except AccessError as error:
            return _again(error)
        answer = RedirectResponse(begun.url, 303)
        answer.set_cookie(
            COOKIE, begun.cookie, max_age=int(UNDER_WAY_SECONDS), httponly=True, samesite="lax",
            secure=settings.secure_cookie, path=BACK,
        )  # fmt: skip
        return answer

    @router.get(BACK)
    async def back(request: Request) -> RedirectResponse:
        try:
            user, then = await organisation.finish(dict(request.query_params), request.cookies.get(COOKIE))
        except (AccessError, RecordError) as error:
            return _again(error)
        answer = RedirectResponse(then, 303)
        entrance.opens(user, request, answer)
        answer.delete_cookie(COOKIE, path=BACK, secure=settings.secure_cookie)
        return answer

    return router


def own_page(path: str) -> str:
    """A page of ours, whatever somebody has written into a link to us."""
    parts = urlsplit(path)
    own = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return path if own and path.isprintable() and "\\" not in path else "/"


def _again(error: Exception) -> RedirectResponse:
    """Back to the sign-in page, with a sentence. What the provider did wrong is for the log."""
    if isinstance(error, ProviderFailed | RecordError):
        log.warning("sign-in through the organisation: %s", error)
    said = FAILED if isinstance(error, ProviderFailed | RecordError) else str(error)
    answer = RedirectResponse("/sign-in", 303)
    # Not in the address: there anybody could write a sentence into our page.
    answer.set_cookie(NOTE, quote(said), max_age=60, samesite="lax", path="/sign-in")
    return answer
