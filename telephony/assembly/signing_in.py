"""Makes a service's sign-in from its settings: users of the record, PINs of the environment, the organisation's."""

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack

from telephony.access import audit, passwords
from telephony.access.directory import Credentials
from telephony.access.oidc import Flow, OidcSettings, open_http
from telephony.access.parts import Access, open_access
from telephony.access.users import User
from telephony.assembly.world import World
from telephony.errors import ConfigError
from telephony.journal import Keeper
from telephony.records.notes import StoredNotes
from telephony.records.store import Store
from telephony.records.users import StoredUsers
from telephony.settings import AgentSettings, Settings, secret

BACK = "/desk/oidc/callback"


async def open_sign_in(settings: Settings, world: World, keeper: Keeper, stack: AsyncExitStack) -> Access:
    """Users and the audit are kept in the database, where there is one. Raises `ConfigError`."""
    clock = asyncio.get_running_loop().time
    stored = keeper if isinstance(keeper, Store) else None
    notes = audit.Audit(StoredNotes(stored) if stored else audit.InMemory(), wall=world.wall)
    await stack.enter_async_context(audit.running(notes))
    flow = None
    if (provider := oidc_settings(settings)) is not None:
        http = await stack.enter_async_context(open_http())
        flow = Flow(provider, http=http, clock=clock, wall=world.wall)
    return open_access(
        agents={agent.id: agent.name for agent in settings.agents},
        credentials=Credentials(_pins(settings.agents), one_click=settings.desk.demo_sign_in),
        demo=[User(p.id, p.name, frozenset(p.roles)) for p in settings.desk.demo_people],
        users=StoredUsers(stored) if stored else None,
        audit=notes,
        flow=flow,
        emails={agent.email: agent.id for agent in settings.agents if agent.email},
        clock=clock,
        wall=world.wall,
    )


def oidc_settings(settings: Settings) -> OidcSettings | None:
    """None where no organisation is set."""
    own = settings.desk.oidc
    if own is None:
        return None
    kept = secret(own.secret_variable)
    if kept is None:
        raise ConfigError(f"[desk.oidc] secret_variable: a secret in {own.secret_variable} expected, got none")
    return OidcSettings(
        issuer=own.issuer,
        client_id=own.client_id,
        secret=kept,
        redirect_uri=settings.service.public_url + BACK,
        name=own.name,
        roles_claim=own.roles_claim,
        roles=own.roles,
        email_domains=tuple(domain.lower() for domain in own.email_domains),
        scopes=own.scopes,
    )


def _pins(agents: Iterable[AgentSettings]) -> dict[str, str]:
    """Hashes of the agents' PINs, as the environment holds them; an agent without one cannot sign in by PIN."""
    return {a.id: passwords.hashed(pin) for a in agents if a.pin_variable and (pin := secret(a.pin_variable))}
