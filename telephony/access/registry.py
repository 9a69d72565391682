"""What an admin does to users: add, roles, disable, reset, end sessions. Each is noted, and ends sessions at once."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from telephony.access import passwords
from telephony.access.audit import Notes, Outcome
from telephony.access.directory import Directory
from telephony.access.errors import NotAllowed, NotLetIn
from telephony.access.invitations import FIRST_ADMIN, Invitations
from telephony.access.roles import Role, Roles, Who
from telephony.access.sessions import Sessions
from telephony.access.users import ID, User

VOID = "This link was used, is too old, or was never one of ours. Ask an admin for another."
LAST_ADMIN = "This is the last admin: make another one first."
MEANWHILE = "Somebody else changed this user at the same moment. Look again."
NAME_CHARS = 100


class Registry:
    """`wall`: seconds since 1970. Every method may raise `NotAllowed`, and `RecordError` when nothing can be kept."""

    def __init__(
        self,
        directory: Directory,
        *,
        sessions: Sessions,
        invitations: Invitations,
        audit: Notes,
        clock: Callable[[], float],
        wall: Callable[[], float],
    ) -> None:
        self.directory = directory
        self._sessions = sessions
        self._invitations = invitations
        self._audit = audit
        self._clock = clock
        self._wall = wall

    async def add(self, by: Who, id: str, name: str, roles: Roles) -> str:
        """A user who cannot sign in yet. Returns the token of the link by which they set their password."""
        user = await self._new(id, name, roles)
        self._audit.note(by, "users.add", detail=f"{id}: {_said(roles)}")
        return self._invitations.issue(self._clock(), user=id, version=user.version)

    async def add_with_password(self, by: Who, id: str, name: str, roles: Roles, password: str) -> None:
        kept = await self._hashed(password, id, name)
        await self._new(id, name, roles, kept)
        self._audit.note(by, "users.add", detail=f"{id}: {_said(roles)}")

    async def set_roles(self, by: Who, id: str, roles: Roles) -> None:
        user = await self._known(id)
        if user.subject:
            raise NotAllowed(f"The organisation says which roles {id} has: change them there.")
        if Role.ADMIN in user.roles and Role.ADMIN not in roles:
            await self._not_the_last(by, user, "users.roles")
        await self._change(replace(user, roles=roles))
        self._audit.note(by, "users.roles", detail=f"{id}: {_said(user.roles)} to {_said(roles)}")

    async def disable(self, by: Who, id: str, *, disabled: bool = True) -> None:
        user = await self._known(id)
        if disabled and Role.ADMIN in user.roles:
            await self._not_the_last(by, user, "users.disable")
        if user.disabled != disabled:
            await self._change(replace(user, disabled=disabled))
        self._audit.note(by, "users.disable" if disabled else "users.enable", detail=id)

    async def reset(self, by: Who, id: str) -> str:
        """The password no longer opens anything; returns the token of the link by which they set another."""
        user = await self._with_password(id)
        changed = await self._change(replace(user, hash=""))
        self._audit.note(by, "users.reset", detail=id)
        return self._invitations.issue(self._clock(), user=id, version=changed.version)

    async def set_password(self, by: Who, id: str, password: str) -> None:
        user = await self._with_password(id)
        await self._change(replace(user, hash=await self._hashed(password, id, user.name)))
        self._audit.note(by, "users.password", detail=id)

    def end_session(self, by: Who, key: str) -> None:
        ended = self._sessions.end_key(key)
        if ended is None:
            raise NotAllowed("This session is over already.")
        self._audit.note(by, "sessions.end", detail=f"{ended.agent}: one session")

    def end_all(self, by: Who, id: str) -> int:
        ended = len(self._sessions.end_all(id))
        self._audit.note(by, "sessions.end", detail=f"{id}: all, {ended} of them")
        return ended

    def invited(self, token: str) -> str:
        """Whose password this link sets; empty: it makes the first admin. Raises `NotLetIn`."""
        invitation = self._invitations.look(token, self._clock())
        if invitation is None:
            raise NotLetIn(VOID)
        return invitation.user

    async def welcome(self, token: str, *, id: str, name: str, password: str) -> User:
        """Whoever has the link sets a password; with the first start's link, an admin is made. Once."""
        invitation = self._invitations.look(token, self._clock())
        if invitation is None:
            raise NotLetIn(VOID)
        if invitation.user != FIRST_ADMIN:
            return await self._accepted(token, invitation.user, invitation.version, password)
        if await self.directory.has_admin():
            self._invitations.void(FIRST_ADMIN)
            raise NotLetIn(VOID)
        kept = await self._hashed(password, id, name)
        self._check(id, name)
        if self._invitations.use(token, self._clock()) is None:
            raise NotLetIn(VOID)
        user = await self._new(id, name, frozenset({Role.ADMIN}), kept)
        self._audit.note(user.who, "users.add", detail=f"{id}: admin, by the first start's link")
        return user

    async def _accepted(self, token: str, id: str, version: int, password: str) -> User:
        user = await self._known(id)
        kept = await self._hashed(password, id, user.name)
        if self._invitations.use(token, self._clock()) is None or user.version != version or user.disabled:
            raise NotLetIn(VOID)
        changed = await self._change(replace(user, hash=kept))
        self._audit.note(user.who, "users.password", detail=f"{id}: by link")
        return changed

    # --- what holds for all of them -----------------------------------------------------------------------------------

    async def _new(self, id: str, name: str, roles: Roles, kept: str = "") -> User:
        self._check(id, name)
        if await self.directory.find(id) is not None:
            raise NotAllowed(f"There is somebody called {id} already: another short name expected.")
        user = User(id, " ".join(name.split()), roles, hash=kept, version=1, created_wall=self._wall())
        if not await self.directory.users.put(user):
            raise NotAllowed(MEANWHILE)
        return user

    def _check(self, id: str, name: str) -> None:
        if not ID.fullmatch(id):
            raise NotAllowed(
                "A short name of small letters, digits, dots and dashes expected, such as ana or b.okafor."
            )
        if not 0 < len(name.strip()) <= NAME_CHARS:
            raise NotAllowed(f"A name of at most {NAME_CHARS} characters expected.")

    async def _known(self, id: str) -> User:
        user = await self.directory.find(id)
        if user is None:
            raise NotAllowed(f"A user of the list expected, got {id!r}.")
        return user

    async def _with_password(self, id: str) -> User:
        user = await self._known(id)
        if user.subject:
            raise NotAllowed(f"{id} signs in through the organisation, and has no password here.")
        on_file = self.directory.on_file(id)
        if on_file is not None and on_file.hash:
            raise NotAllowed(f"{id} signs in with the PIN of the settings: change the variable that holds it.")
        return user

    async def _change(self, user: User) -> User:
        """Keeps it, and ends the sessions it has made untrue."""
        on_file = self.directory.on_file(user.id)
        kept = replace(user, hash="") if on_file is not None and user.hash == on_file.hash else user
        changed = replace(kept, version=user.version + 1, created_wall=user.created_wall or self._wall())
        if not await self.directory.users.put(changed):
            raise NotAllowed(MEANWHILE)
        self._sessions.end_all(user.id)
        return changed

    async def _not_the_last(self, by: Who, user: User, what: str) -> None:
        others = [u for u in await self.directory.all() if u.id != user.id and Role.ADMIN in u.roles and not u.disabled]
        if not others:
            self._audit.note(by, what, outcome=Outcome.REFUSED, detail=f"{user.id}: the last admin")
            raise NotAllowed(LAST_ADMIN)

    async def _hashed(self, password: str, *about: str) -> str:
        objection = passwords.objection(password, about=about)
        if objection:
            raise NotAllowed(objection)
        return await asyncio.to_thread(passwords.hashed, password)


def _said(roles: Roles) -> str:
    return ", ".join(sorted(roles)) or "no role"
