"""The operator's own system, as the settings name it; only the one in use is imported."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from telephony.assembly.world import World
from telephony.errors import ConfigError
from telephony.settings import Settings
from voice.dialogue.backend import Backend


@asynccontextmanager
async def open_backend(settings: Settings, world: World) -> AsyncIterator[Backend]:
    if settings.business.backend == "http":
        if not settings.business.http_url:
            raise ConfigError("[business] http_url: an address expected for backend 'http', got none")
        from telephony.backends import http  # noqa: PLC0415  (only the backend in use is imported)

        async with http.open(settings.business.http_url, settings.business.http_timeout_seconds) as backend:
            yield backend
    else:
        from telephony.backends import demo_bank  # noqa: PLC0415

        bank = demo_bank.DemoBank(world.bank or settings.service.records_folder / "demo-bank.db", today=world.today())
        try:
            yield bank
        finally:
            bank.close()
