"""Users, their roles and their sessions: what an admin does is noted, and holds at once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from argon2 import PasswordHasher

from telephony.access import passwords
from telephony.access.audit import Audit, InMemory, running
from telephony.access.directory import AGENT, Credentials
from telephony.access.errors import NotAllowed, NotLetIn, TooManyTries
from telephony.access.invitations import FIRST_SECONDS, INVITED_SECONDS
from telephony.access.parts import open_access
from telephony.access.reception import LINE
from telephony.access.roles import Role, Who
from telephony.access.users import InMemory as UsersInMemory
from telephony.access.users import User, Users
from telephony.records.store import open_store
from telephony.records.terminal import open_direct
from telephony.records.users import StoredUsers

WORDS = "seven green herons"
OTHER = "nine yellow kettles"
ADMIN, SUPERVISOR = frozenset({Role.ADMIN}), frozenset({Role.SUPERVISOR})
ROOT = Who("root", ADMIN)
HERE = "192.0.2.7"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""argon2 as it is used costs tens of milliseconds by design; what it costs is the story of one test alone."""
KEPT, PIN = QUICK.hash(WORDS), QUICK.hash("4711")


class Office:
    """Sign-in over a clock that stands until it is turned. Ana is an agent of the settings, with a PIN."""

    def __init__(self, users: Users) -> None:
        self.now = 1000.0
        self.notes = InMemory()
        self.audit = Audit(self.notes, wall=lambda: 1_790_000_000.0)
        self.access = open_access(
            agents={"ana": "Ana Ruiz"},
            credentials=Credentials({"ana": PIN}),
            users=users,
            audit=self.audit,
            clock=lambda: self.now,
            wall=lambda: 1_790_000_000.0,
        )
        self.registry = self.access.registry

    async def enters(self, id: str, password: str = WORDS) -> User:
        return await self.access.reception.by_password(id, password, address=HERE)

    async def refuses(self, id: str, password: str = WORDS) -> None:
        with pytest.raises(NotLetIn):
            await self.enters(id, password)

    async def done(self) -> list[str]:
        """What was noted, in order."""
        async with running(self.audit):
            pass
        return [f"{kept.note.who} {kept.note.what} {kept.note.outcome}" for kept in self.notes.kept]


@pytest_asyncio.fixture(params=["in memory", "in the record", "at the terminal"])
async def users(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Users]:
    if request.param == "in memory":
        yield UsersInMemory()
        return
    store = open_store("", tmp_path) if request.param == "in the record" else open_direct("", tmp_path)
    yield StoredUsers(store)
    store.close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HASHER", QUICK)
    monkeypatch.setattr(passwords, "_NOBODY", PIN)


@pytest_asyncio.fixture
async def office(quick: None) -> Office:
    users = UsersInMemory()
    await users.put(User("root", "Root", ADMIN, hash=KEPT, version=1))
    return Office(users)


async def test_a_new_user_sets_their_password_by_a_link_and_comes_in_with_their_roles(office: Office):
    link = await office.registry.add(ROOT, "kim", "Kim Weber", SUPERVISOR)
    await office.refuses("kim", "")
    assert office.registry.invited(link) == "kim"
    await office.registry.welcome(link, id="", name="", password=WORDS)
    kim = await office.enters("kim")
    assert (kim.name, kim.roles) == ("Kim Weber", SUPERVISOR)
    assert (await office.access.directory.find("kim")).signed_in_wall == 1_790_000_000.0
    assert await office.done() == [
        "root users.add done", "kim sign_in refused", "kim users.password done", "kim sign_in done",
    ]  # fmt: skip


async def test_a_link_opens_once(office: Office):
    link = await office.registry.add(ROOT, "kim", "Kim Weber", SUPERVISOR)
    await office.registry.welcome(link, id="", name="", password=WORDS)
    with pytest.raises(NotLetIn, match="was used"):
        await office.registry.welcome(link, id="", name="", password=OTHER)


async def test_a_link_is_not_used_up_by_a_password_that_was_refused(office: Office):
    link = await office.registry.add(ROOT, "kim", "Kim Weber", SUPERVISOR)
    with pytest.raises(NotAllowed, match="At least 12"):
        await office.registry.welcome(link, id="", name="", password="short")
    await office.registry.welcome(link, id="", name="", password=WORDS)


@pytest.mark.parametrize("spoils", ["late", "switched off", "another link", "roles changed"])
async def test_a_link_that_is_late_or_overtaken_opens_nothing(office: Office, spoils: str):
    link = await office.registry.add(ROOT, "kim", "Kim Weber", SUPERVISOR)
    if spoils == "late":
        office.now += INVITED_SECONDS + 1
    elif spoils == "switched off":
        await office.registry.disable(ROOT, "kim")
    elif spoils == "another link":
        await office.registry.reset(ROOT, "kim")
    else:
        await office.registry.set_roles(ROOT, "kim", ADMIN)
    with pytest.raises(NotLetIn):
        await office.registry.welcome(link, id="", name="", password=WORDS)


async def test_two_who_use_one_link_at_once_are_one_user(office: Office):
    link = await office.registry.add(ROOT, "kim", "Kim Weber", SUPERVISOR)
    both = (office.registry.welcome(link, id="", name="", password=words) for words in (WORDS, OTHER))
    results = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["NotLetIn", "User"]


@pytest.mark.parametrize("change", ["roles", "disable", "reset", "password"])
async def test_a_changed_user_s_sessions_end_at_once(office: Office, change: str):
    await office.registry.add_with_password(ROOT, "kim", "Kim Weber", SUPERVISOR, WORDS)
    told: list[str] = []
    office.access.sessions.on_end(lambda session: told.append(session.agent))
    cookie, session = office.access.sessions.open(await office.enters("kim"), office.now)
    match change:
        case "roles":
            await office.registry.set_roles(ROOT, "kim", frozenset({Role.REVIEWER}))
        case "disable":
            await office.registry.disable(ROOT, "kim")
        case "reset":
            await office.registry.reset(ROOT, "kim")
        case _:
            await office.registry.set_password(ROOT, "kim", OTHER)
    assert office.access.sessions.find(cookie, office.now) is None
    assert not office.access.sessions.live(session, office.now)
    assert told == ["kim"]


async def test_a_ticket_of_a_session_that_was_ended_opens_no_websocket(office: Office):
    sessions = office.access.sessions
    cookie, _ = sessions.open(await office.enters("root"), office.now)
    ticket = sessions.ticket(cookie, office.now)
    office.registry.end_all(ROOT, "root")
    assert sessions.redeem(ticket, office.now) is None


async def test_who_was_switched_off_stays_out_until_switched_on(office: Office):
    await office.registry.add_with_password(ROOT, "kim", "Kim Weber", SUPERVISOR, WORDS)
    await office.registry.disable(ROOT, "kim")
    await office.refuses("kim")
    await office.registry.disable(ROOT, "kim", disabled=False)
    await office.enters("kim")


async def test_an_agent_of_the_settings_keeps_their_pin_through_changes_of_roles(office: Office):
    assert (await office.enters("ana", "4711")).roles == AGENT
    await office.registry.set_roles(ROOT, "ana", AGENT | SUPERVISOR)
    assert (await office.enters("ana", "4711")).roles == AGENT | SUPERVISOR
    await office.registry.disable(ROOT, "ana")
    await office.refuses("ana", "4711")


async def test_the_pin_of_the_settings_is_changed_there(office: Office):
    for change in (office.registry.reset(ROOT, "ana"), office.registry.set_password(ROOT, "ana", WORDS)):
        with pytest.raises(NotAllowed, match="PIN of the settings"):
            await change


async def test_there_is_always_an_admin(office: Office):
    for change in (office.registry.disable(ROOT, "root"), office.registry.set_roles(ROOT, "root", SUPERVISOR)):
        with pytest.raises(NotAllowed, match="last admin"):
            await change
    assert await office.done() == ["root users.disable refused", "root users.roles refused"]
    await office.registry.add_with_password(ROOT, "kim", "Kim Weber", ADMIN, WORDS)
    await office.registry.disable(ROOT, "root")


@pytest.mark.parametrize("id", ["", "Kim", "k im", "../kim", "-kim", "k" * 65, "kim\n", "קים"])
async def test_short_names_are_plain(office: Office, id: str):
    with pytest.raises(NotAllowed, match="small letters"):
        await office.registry.add(ROOT, id, "Kim Weber", SUPERVISOR)


@pytest.mark.parametrize("id", ["ana", "root"])
async def test_a_name_that_is_taken_is_not_given_again(office: Office, id: str):
    with pytest.raises(NotAllowed, match="already"):
        await office.registry.add(ROOT, id, "Another", ADMIN)


async def test_of_two_admins_who_change_one_user_at_once_the_second_looks_again(users: Users):
    await users.put(User("kim", "Kim", SUPERVISOR, version=1))
    assert await users.put(User("kim", "Kim", ADMIN, version=2))
    assert not await users.put(User("kim", "Kim", AGENT, version=2))
    assert (await users.find("kim")).roles == ADMIN


async def test_a_user_comes_back_from_the_record_as_they_went_in(users: Users):
    kim = User("kim", "קים <b>", SUPERVISOR | ADMIN, "h", "https://i s", True, 1, 5.0, 6.0)
    await users.put(kim)
    assert await users.find("kim") == kim == await users.by_subject("https://i s")
    assert await users.all() == [kim]
    assert await users.by_subject("") is None and await users.find("KIM") is None


async def test_a_change_at_the_terminal_ends_sessions_of_the_service(quick: None, tmp_path: Path):
    terminal = Office(StoredUsers(open_direct("", tmp_path)))
    await terminal.registry.add_with_password(ROOT, "kim", "Kim Weber", SUPERVISOR, WORDS)
    store = open_store("", tmp_path)
    service = Office(StoredUsers(store))
    for id, password in (("kim", WORDS), ("ana", "4711")):
        service.access.sessions.open(await service.enters(id, password), service.now)
    directory, sessions = service.access.directory, service.access.sessions
    assert await directory.end_outdated(sessions, service.now) == []
    await terminal.registry.set_roles(ROOT, "kim", AGENT)
    assert await directory.end_outdated(sessions, service.now) == ["kim"]
    assert [session.agent for session in sessions.all(service.now)] == ["ana"]
    store.close()


# --- the first start --------------------------------------------------------------------------------------------------


async def test_the_first_start_prints_a_link_by_which_the_admin_is_made(quick: None):
    office = Office(UsersInMemory())
    link = await office.access.first_link("http://127.0.0.1:8080", office.now)
    where, _, token = link.partition("#")
    assert where == "http://127.0.0.1:8080/welcome"
    assert office.registry.invited(token) == ""
    made = await office.registry.welcome(token, id="root", name="Root", password=WORDS)
    assert made.roles == ADMIN and (await office.enters("root")).roles == ADMIN
    assert await office.access.first_link("http://127.0.0.1:8080", office.now) == ""


async def test_the_first_link_makes_one_admin_within_an_hour_and_none_beside_another(quick: None):
    users = UsersInMemory()
    office = Office(users)
    tokens = [(await office.access.first_link("", office.now)).partition("#")[2] for _ in range(2)]
    with pytest.raises(NotLetIn):  # a newer one was printed
        await office.registry.welcome(tokens[0], id="root", name="Root", password=WORDS)
    office.now += FIRST_SECONDS + 1
    with pytest.raises(NotLetIn):
        await office.registry.welcome(tokens[1], id="root", name="Root", password=WORDS)
    token = (await office.access.first_link("", office.now)).partition("#")[2]
    await users.put(User("other", "Another", ADMIN, version=1))
    with pytest.raises(NotLetIn):
        await office.registry.welcome(token, id="root", name="Root", password=WORDS)


async def test_the_first_admin_takes_nobody_s_name(quick: None):
    office = Office(UsersInMemory())
    token = (await office.access.first_link("", office.now)).partition("#")[2]
    with pytest.raises(NotAllowed, match="already"):
        await office.registry.welcome(token, id="ana", name="Ana", password=WORDS)


# --- guessing ---------------------------------------------------------------------------------------------------------


async def test_a_stranger_costs_the_same_argon2_as_a_user(monkeypatch: pytest.MonkeyPatch):
    """Not by the clock, which a test must not read: each of them is verified once against a hash of the same cost."""
    office = Office(UsersInMemory(User("root", "Root", ADMIN, hash=passwords.hashed(WORDS), version=1)))
    verified: list[str] = []
    verify = passwords.HASHER.verify

    def watched(kept: str, password: str) -> bool:
        verified.append(kept.rpartition("$")[0].rpartition("$")[0])
        return verify(kept, password)

    class Watched:
        verify = staticmethod(watched)

    monkeypatch.setattr(passwords, "HASHER", Watched)
    await office.registry.add(ROOT, "kim", "Kim Weber", SUPERVISOR)  # has no password yet
    for id in ("root", "nobody", "kim"):
        await office.refuses(id, OTHER)
    assert len(verified) == 3 and len(set(verified)) == 1


async def test_a_crowd_at_the_door_is_asked_to_come_again_and_audio_keeps_its_cores(office: Office):
    crowd = (office.access.reception.by_password(f"u{n}", "", address=f"192.0.2.{n}") for n in range(LINE + 9))
    results = await asyncio.gather(*crowd, return_exceptions=True)
    assert sum(isinstance(result, TooManyTries) for result in results) == 9
