"""The admin's calls: users with their roles, and who is signed in. Each change is checked and noted in the registry."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from telephony.access.parts import Access
from telephony.access.roles import Role
from telephony.access.users import User
from telephony.desk.doors import Doors, Seat
from telephony.desk.messages import Wire, Written


class SetRoles(Wire):
    roles: tuple[Role, ...] = Field(max_length=len(Role))


class AddUser(SetRoles):
    id: str = Field(max_length=64)
    name: Written = Field(max_length=100)


class SetDisabled(Wire):
    disabled: bool


def routes(*, access: Access, doors: Doors, clock: Callable[[], float]) -> APIRouter:
    router = APIRouter(prefix="/desk/api/admin")
    reading, acting = doors.reads(Role.ADMIN), doors.acts(Role.ADMIN)
    registry = access.registry

    @router.get("/people")
    async def people(seat: Annotated[Seat, Depends(reading)]) -> dict[str, object]:
        now = clock()
        return {
            "you": seat.agent,
            "roles": [role.value for role in Role],
            "users": [_user(user, access) for user in await access.directory.all()],
            "sessions": [
                {
                    "key": session.key,
                    "user": session.agent,
                    "name": session.name,
                    "roles": sorted(session.roles),
                    "address": session.address,
                    "minutes": int((now - session.began) // 60),
                    "idle_minutes": int((now - session.seen) // 60),
                    "yours": session is seat.session,
                }
                for session in sorted(access.sessions.all(now), key=lambda s: (s.agent, s.began))
            ],
        }

    @router.post("/users")
    async def add(body: AddUser, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        return {"link": await registry.add(seat.who, body.id, body.name, frozenset(body.roles))}

    @router.post("/users/{user}/roles")
    async def roles(user: str, body: SetRoles, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        await registry.set_roles(seat.who, user, frozenset(body.roles))
        return {}

    @router.post("/users/{user}/disabled")
    async def disabled(user: str, body: SetDisabled, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        await registry.disable(seat.who, user, disabled=body.disabled)
        return {}

    @router.post("/users/{user}/reset")
    async def reset(user: str, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        return {"link": await registry.reset(seat.who, user)}

    @router.post("/users/{user}/sign-out")
    async def sign_out(user: str, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        return {"ended": registry.end_all(seat.who, user)}

    @router.post("/sessions/{key}/end")
    async def end(key: str, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        registry.end_session(seat.who, key)
        return {}

    return router


def _user(user: User, access: Access) -> dict[str, object]:
    return {
        "id": user.id,
        "name": user.name,
        "roles": sorted(user.roles),
        "disabled": user.disabled,
        "way": _way(user, access),
        "created_wall": user.created_wall or None,
        "signed_in_wall": user.signed_in_wall,
    }


def _way(user: User, access: Access) -> str:
    """How they sign in: one_click | organisation | pin | password | none."""
    if access.directory.without_password(user.id):
        return "one_click"
    if user.subject:
        return "organisation"
    on_file = access.directory.on_file(user.id)
    if on_file is not None and on_file.hash and on_file.hash == user.hash:
        return "pin"
    return "password" if user.hash else "none"
