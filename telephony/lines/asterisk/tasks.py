"""How the line does several things at once: side by side, no longer than a leg lives, and without harm to others."""

import asyncio
import logging
from collections.abc import Coroutine

from telephony.errors import LineError
from telephony.lines.asterisk.leg import AsteriskLeg

log = logging.getLogger(__name__)

Work = Coroutine[None, None, None]


async def together(*works: Work) -> None:
    """All at once, each to its end; then the first failure, if any, is raised."""
    for done in await asyncio.gather(*works, return_exceptions=True):
        if isinstance(done, BaseException):
            raise done


async def tried(work: Work) -> None:
    """What fails here is seen again when the legs are next compared with what Asterisk holds."""
    try:
        await work
    except LineError as error:
        log.warning("asterisk: %s", error)
    except Exception:  # one leg's fault must not end the others, nor the listening
        log.exception("asterisk: an end to its work expected")


async def while_alive(leg: AsteriskLeg, work: Work) -> None:
    """Does `work`, but no longer than the leg lives."""
    working, over = asyncio.create_task(work), asyncio.create_task(leg.ended())
    try:
        await asyncio.wait({working, over}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        over.cancel()
        working.cancel()
        await asyncio.wait({working})
    if not working.cancelled():
        working.result()
