"""What people are to this service. A role opens doors; nobody has one by default, and one never includes another."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    AGENT = "agent"  # takes calls
    SUPERVISOR = "supervisor"  # sees all calls, listens, coaches, takes over; signs changes
    REVIEWER = "reviewer"  # marks the system's judgements
    ADMIN = "admin"  # users, roles, sessions
    AUDITOR = "auditor"  # reads who did what, and does nothing else


Roles = frozenset[Role]


@dataclass(frozen=True, slots=True)
class Who:
    """A person who does something, with the roles they had as they did it."""

    id: str
    roles: Roles

    def has(self, *any_of: Role) -> bool:
        return not self.roles.isdisjoint(any_of)


def refusal(needed: Iterable[Role], has: Roles) -> str:
    """The sentence for somebody who has none of the roles `needed`."""
    return f"This is for {_any(f'{_an(r)} {r}' for r in sorted(needed))}. You are {_yours(has)}."


def _yours(has: Roles) -> str:
    return _any((f"{_an(r)} {r}" for r in sorted(has)), "and") if has else "signed in without a role; ask an admin"


def _an(role: Role) -> str:
    return "an" if role[0] in "aeiou" else "a"


def _any(parts: Iterable[str], word: str = "or") -> str:
    *first, last = parts
    return f"{', '.join(first)} {word} {last}" if first else last
