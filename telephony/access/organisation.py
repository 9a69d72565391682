"""Who comes in through the organisation: bound to one user by the provider's subject, with the roles it gives now."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace

from telephony.access.audit import Notes, Outcome
from telephony.access.directory import Directory
from telephony.access.errors import NotLetIn
from telephony.access.oidc import Flow, Identity, Started
from telephony.access.reception import Reception
from telephony.access.roles import Who
from telephony.access.sessions import Sessions
from telephony.access.users import User

TRIES = 20  # short names tried for a newcomer: anna, anna-2, anna-3


class Organisation:
    """`agents`: e-mail address → id of the settings' agent who has it. `wall`: seconds since 1970."""

    def __init__(
        self,
        flow: Flow,
        directory: Directory,
        reception: Reception,
        *,
        sessions: Sessions,
        audit: Notes,
        agents: Mapping[str, str],
        wall: Callable[[], float],
    ) -> None:
        self._flow = flow
        self._directory = directory
        self._reception = reception
        self._sessions = sessions
        self._audit = audit
        self._agents = {email.lower(): id for email, id in agents.items()}
        self._wall = wall

    @property
    def name(self) -> str:
        return self._flow.settings.name

    async def start(self, then: str) -> Started:
        return await self._flow.start(then)

    async def finish(self, back: Mapping[str, str], cookie: str | None) -> tuple[User, str]:
        """The user who came back, and the page to open. Raises what `Flow.finish` does, and `RecordError`."""
        try:
            identity, then = await self._flow.finish(back, cookie)
            user = await self._user(identity)
        except NotLetIn as error:
            self._audit.note(Who("", frozenset()), "sign_in", outcome=Outcome.REFUSED, detail=f"organisation: {error}")
            raise
        await self._reception.let_in(user, "organisation")
        return user, then

    async def _user(self, identity: Identity) -> User:
        subject = f"{self._flow.settings.issuer} {identity.subject}"
        users = self._directory.users
        known = await users.by_subject(subject)
        if known is None:
            return await self._newcomer(identity, subject)
        if known.disabled:
            raise NotLetIn("Your account here is switched off. Ask an admin.")
        if (known.roles, known.name) == (identity.roles, identity.name):
            return known
        changed = replace(known, roles=identity.roles, name=identity.name, version=known.version + 1)
        if not await users.put(changed):
            raise NotLetIn("Your account was changed at this moment. Sign in again.")
        self._sessions.end_all(known.id)
        return changed

    async def _newcomer(self, identity: Identity, subject: str) -> User:
        """An agent of the settings by their verified address, or somebody new; nobody takes over another's account."""
        agent = self._agents.get(identity.email) if identity.email else None
        if agent is not None:
            kept = await self._directory.users.find(agent)
            if kept is not None and (kept.subject or kept.hash):
                raise NotLetIn(f"The account {agent} belongs to somebody else already. Ask an admin.")
            return await self._kept(agent, identity, subject, kept)
        wanted = short_name(identity)
        for number in range(1, TRIES):
            id = wanted if number == 1 else f"{wanted}-{number}"
            if await self._directory.find(id) is None:
                return await self._kept(id, identity, subject, None)
        raise NotLetIn(f"A free short name like {wanted} expected, got none. Ask an admin.")

    async def _kept(self, id: str, identity: Identity, subject: str, kept: User | None) -> User:
        base = kept or User(id, identity.name, identity.roles, created_wall=self._wall())
        if base.disabled:
            raise NotLetIn("Your account here is switched off. Ask an admin.")
        user = replace(base, name=identity.name, roles=identity.roles, subject=subject, version=base.version + 1)
        if not await self._directory.users.put(user):
            raise NotLetIn("Somebody else took this account at the same moment. Sign in again.")
        self._audit.note(user.who, "users.add", detail=f"{id}: through the organisation")
        return user


def short_name(identity: Identity) -> str:
    """From the address or the name: "Renée Müller" → renee.muller."""
    said = identity.email.partition("@")[0] or identity.name
    ascii_only = unicodedata.normalize("NFKD", said).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9._-]+", ".", ascii_only).strip("._-")[:40] or "somebody"
