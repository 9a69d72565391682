"""Signing in by name and password: who it is, how often it may be tried, and the same cost and answer for strangers."""

import asyncio
from collections.abc import Callable

from telephony.access import passwords
from telephony.access.audit import Notes, Outcome
from telephony.access.directory import Directory
from telephony.access.errors import NotLetIn, TooManyTries
from telephony.access.roles import Who
from telephony.access.tries import Tries
from telephony.access.users import User

WRONG = "Name and password do not fit. Try again."
WAIT = "Too many tries. Wait five minutes, or ask an admin."
BUSY = "Too many people sign in at this moment. Try again in a few seconds."

AT_ONCE = 2  # argon2 takes 64 MiB and four threads each; audio shares this machine
LINE = 30  # who waits for it: some two seconds, then they are told


class Reception:
    """`clock`: seconds, never going back; `wall`: seconds since 1970."""

    def __init__(
        self, directory: Directory, *, audit: Notes, clock: Callable[[], float], wall: Callable[[], float]
    ) -> None:
        self._directory = directory
        self._audit = audit
        self._clock = clock
        self._wall = wall
        self._tries = Tries()
        self._room = asyncio.Semaphore(AT_ONCE)
        self._in_line = 0

    async def by_password(self, id: str, password: str, *, address: str, device: str | None = None) -> User:
        """Raises `TooManyTries`, `NotLetIn`, and `RecordError` when the database cannot say who that is."""
        now = self._clock()
        if not self._tries.may(id, address, device, now):
            raise TooManyTries(WAIT)
        self._tries.failed(id, address, device, now)  # until it fits: many at once are no more tries than one by one
        user = await self._directory.find(id)
        free = self._directory.without_password(id)
        fits = free or await self._fits(user.hash if user is not None else "", password)
        if user is None or not fits or user.disabled:
            if user is not None:
                self._audit.note(Who(user.id, frozenset()), "sign_in", outcome=Outcome.REFUSED, detail=_why(user, fits))
            raise NotLetIn(WRONG)
        self._tries.right(id, address, device)
        await self.let_in(user, "demo" if free else "password")
        return user

    async def let_in(self, user: User, how: str) -> None:
        """Whoever proved who they are, by whatever way."""
        self._audit.note(user.who, "sign_in", detail=how)
        await self._directory.users.signed_in(user.id, self._wall())

    def device(self, user: User) -> str:
        """The cookie by which their next try on this device is counted apart from strangers'."""
        return self._tries.device(user.id)

    async def _fits(self, kept: str, password: str) -> bool:
        """Off the loop that moves audio, a few at a time."""
        if self._in_line >= LINE:
            raise TooManyTries(BUSY)
        self._in_line += 1
        try:
            async with self._room:
                return await asyncio.to_thread(passwords.fits, kept, password)
        finally:
            self._in_line -= 1


def _why(user: User, fits: bool) -> str:
    return "disabled" if user.disabled and fits else "wrong password"
