"""The pages there are, for whom, and how they are named on the first page. A room with one adds its line here."""

from collections.abc import Iterable
from dataclasses import dataclass

from telephony.access.roles import Role, Roles


@dataclass(frozen=True, slots=True)
class Page:
    path: str
    title: str
    note: str
    roles: Roles


PAGES = (
    Page(
        "/desk",
        "Agent desk",
        "Take calls that are handed over to you, with their story, in this browser",
        frozenset({Role.AGENT}),
    ),
    Page(
        "/approvals",
        "Approvals",
        "What waits for a person's yes while its caller stays on the line",
        frozenset({Role.AGENT, Role.SUPERVISOR}),
    ),
    Page("/wall", "Wall", "Calls, queue and agents as they are now", frozenset({Role.SUPERVISOR})),
    Page("/numbers", "Numbers", "How the line has served its callers", frozenset({Role.SUPERVISOR})),
    Page(
        "/review",
        "Review",
        "Hear calls again, and mark what the system judged right or wrong",
        frozenset({Role.REVIEWER, Role.SUPERVISOR}),
    ),
    Page("/rules", "Rules", "Change when a person is called: two people", frozenset({Role.SUPERVISOR, Role.ADMIN})),
    Page("/admin", "People", "Users, roles and who is signed in", frozenset({Role.ADMIN})),
    Page("/audit", "Audit", "Who did what, and when", frozenset({Role.AUDITOR})),
)


def open_to(roles: Roles, served: Iterable[str]) -> list[dict[str, str]]:
    """Pages of this service that somebody with these roles may open."""
    there = set(served)
    return [
        {"path": page.path, "title": page.title, "note": page.note}
        for page in PAGES
        if page.path in there and not page.roles.isdisjoint(roles)
    ]
