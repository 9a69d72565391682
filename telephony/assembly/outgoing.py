"""What the service does of its own accord: call backs that were promised, and the brief to another product."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from telephony import outside
from telephony.agents.callback_plan import Calling
from telephony.agents.staff import Staff
from telephony.assembly.world import World
from telephony.callbacks import Callbacks, read_refused
from telephony.errors import ConfigError
from telephony.journal import Keeper
from telephony.leg import Line, RingsBack
from telephony.outside import BriefWebhook
from telephony.records import Store, StoredPromises
from telephony.settings import Settings, secret
from telephony.switchboard.switchboard import Switchboard
from voice.dialogue.business import Business


def callbacks_of(
    settings: Settings,
    business: Business,
    world: World,
    keeper: Keeper,
    staff: Staff,
    switchboard: Switchboard,
    lines: Iterable[Line],
) -> Callbacks | None:
    """None where nothing rings out, or nothing is kept: then promises are for people to keep."""
    table = settings.callbacks
    region = settings.service.region
    _refused(table.do_not_call, region)
    promises = world.promises or (StoredPromises(keeper, wall=world.wall) if isinstance(keeper, Store) else None)
    if not table.enabled or promises is None or not any(isinstance(line, RingsBack) for line in lines):
        return None
    return Callbacks(
        promises=promises,
        staff=staff,
        switchboard=switchboard,
        calling=Calling(
            table.not_before,
            table.not_after,
            table.tries,
            table.retry_seconds,
            home=business.time_zone,
            countries=frozenset(settings.service.callback_countries),
        ),
        wall=world.wall,
        refused=lambda: _refused(table.do_not_call, region),
    )


def _refused(path: str, region: str) -> frozenset[str]:
    """Raises `ConfigError` for a list that cannot be read: nobody on it may be rung because of a typing error."""
    if not path:
        return frozenset()
    try:
        return read_refused(Path(path).read_text(encoding="utf-8"), region=region)
    except ConfigError as error:
        raise ConfigError(f"[callbacks] do_not_call: {path}, {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"[callbacks] do_not_call: a file of numbers expected, got {error}") from error


@asynccontextmanager
async def open_webhook(settings: Settings, world: World) -> AsyncIterator[BriefWebhook | None]:
    """None where no other product is told."""
    table = settings.outside
    if not table.url:
        yield None
        return
    key = secret(table.secret_variable)
    if key is None:
        raise ConfigError(f"[outside] the environment variable {table.secret_variable} expected, it is not set")
    theirs = [agent.id for agent in settings.agents if agent.outside]
    async with aiohttp.ClientSession() as session:
        post = outside.over(session, table.url, timeout_seconds=table.timeout_seconds)
        webhook = BriefWebhook(agents=theirs, secret=key.encode(), post=post, wall=world.wall)
        delivering = asyncio.create_task(webhook.run(), name="brief webhook")
        try:
            yield webhook
        finally:
            delivering.cancel()
