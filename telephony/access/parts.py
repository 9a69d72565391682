"""All that sign-in is made of, put together once for a service."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from telephony.access.audit import Audit
from telephony.access.audit import InMemory as NotesInMemory
from telephony.access.directory import Credentials, Directory
from telephony.access.invitations import Invitations
from telephony.access.oidc import Flow
from telephony.access.organisation import Organisation
from telephony.access.reception import Reception
from telephony.access.registry import Registry
from telephony.access.sessions import Sessions
from telephony.access.users import InMemory, User, Users


@dataclass(frozen=True, slots=True)
class Access:
    """`organisation`: its own sign-in, where one is set."""

    audit: Audit
    directory: Directory
    sessions: Sessions
    invitations: Invitations
    reception: Reception
    registry: Registry
    organisation: Organisation | None = None

    async def first_link(self, base: str, now: float) -> str:
        """Where the first admin is made, below `base`; empty where there is one. Raises `RecordError`."""
        if await self.directory.has_admin():
            return ""
        return f"{base}/welcome#{self.invitations.issue(now)}"


def open_access(
    *,
    agents: Mapping[str, str],
    credentials: Credentials,
    clock: Callable[[], float],
    wall: Callable[[], float],
    demo: Sequence[User] = (),
    users: Users | None = None,
    audit: Audit | None = None,
    flow: Flow | None = None,
    emails: Mapping[str, str] | None = None,
) -> Access:
    """`agents`: id → name, of the settings; `emails`: theirs → id. `flow`: of the organisation's sign-in.

    `clock`: seconds, never going back; `wall`: seconds since 1970.
    """
    audit = audit or Audit(NotesInMemory(), wall=wall)
    directory = Directory(users or InMemory(), agents=agents, credentials=credentials, demo=demo)
    sessions, invitations = Sessions(), Invitations()
    reception = Reception(directory, audit=audit, clock=clock, wall=wall)
    registry = Registry(directory, sessions=sessions, invitations=invitations, audit=audit, clock=clock, wall=wall)
    own = None
    if flow is not None:
        own = Organisation(flow, directory, reception, sessions=sessions, audit=audit, agents=emails or {}, wall=wall)
    return Access(audit, directory, sessions, invitations, reception, registry, own)
