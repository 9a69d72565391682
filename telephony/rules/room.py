"""Where rules are changed: who may take which step, one at a time, and what is noted of it.

A set is tried against the published one; what was found worse, or cannot be told, is not published, whoever signs. The
author does not sign. What is published, or gone back to, answers the next call.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from telephony.access.audit import Notes, Outcome
from telephony.access.roles import Role, Who, refusal
from telephony.errors import RecordError
from telephony.rules.change import Change, Standing, Step, Texts
from telephony.rules.errors import NotChanged
from telephony.rules.ports import Checked, Known, Shelf, Trial, Wrong

log = logging.getLogger(__name__)

T = TypeVar("T")
ROLES = (Role.SUPERVISOR, Role.ADMIN)
REASON_CHARACTERS = 500
OPEN_MAX = 20  # drafts that nobody has decided about; more are nobody's work in hand
SECRET_BYTES = 4


@dataclass(frozen=True, slots=True)
class Overview:
    """`runs`: the set that answers the next call; `upcoming`: the one that a start of the service would run."""

    runs: str
    upcoming: str
    accepted: Sequence[Known]
    changes: Sequence[Change]
    progress: Mapping[str, tuple[int, int]]


class RulesRoom:
    """`wall`: seconds since 1970."""

    def __init__(self, shelf: Shelf, trial: Trial, *, audit: Notes, wall: Callable[[], float]) -> None:
        self._shelf, self._trial, self._audit, self._wall = shelf, trial, audit, wall
        self._one_by_one = asyncio.Lock()
        self._work: set[asyncio.Task[None]] = set()
        self._acts: set[asyncio.Task[Any]] = set()  # of people, that change what answers
        self._progress: dict[str, tuple[int, int]] = {}

    async def overview(self, who: Who) -> Overview:
        _may(who)
        upcoming, _ = await self._shelf.upcoming()
        changes = await self._shelf.changes()
        return Overview(self._shelf.runs, upcoming, await self._shelf.accepted(), changes, dict(self._progress))

    async def upcoming(self, who: Who) -> tuple[str, Texts]:
        _may(who)
        return await self._shelf.upcoming()

    async def texts(self, who: Who, change: str) -> Texts:
        _may(who)
        return await self._shelf.texts((await self._change(change)).id)

    async def check(self, who: Who, texts: Texts) -> Checked:
        _may(who)
        _, old = await self._shelf.upcoming()
        return await self._trial.check(texts, old)

    async def draft(self, who: Who, texts: Texts, *, base: str, reason: str) -> Change:
        """Kept once it can run. `base`: the hash of the set that was edited."""
        _may(who)
        reason = reason.strip()[:REASON_CHARACTERS]
        if not reason:
            raise NotChanged("Say why the rules are changed.")
        async with self._one_by_one:
            upcoming, old = await self._shelf.upcoming()
            _fresh(base, upcoming)
            waiting = [one for one in await self._shelf.changes() if one.standing in _UNDECIDED]
            if len(waiting) >= OPEN_MAX:
                raise NotChanged(f"{OPEN_MAX} drafts wait already. Refuse those that nobody needs.")
            found = await self._trial.check(texts, old)
            if found.wrong:
                first = found.wrong[0]
                raise NotChanged(f"These rules cannot run: {_place(first)}{first.message}")
            if found.hash == upcoming:
                raise NotChanged("This says the same as the published rules.")
            one = Change(
                f"{int(self._wall())}-{secrets.token_hex(SECRET_BYTES)}", who.id, round(self._wall(), 3), reason,
                upcoming, found.hash, found.differences,
            )  # fmt: skip
            await self._shelf.put(one, texts)
        self._note(who, "rules.drafted", one)
        return one

    async def try_it(self, who: Who, change: str, *, days: int) -> Change:
        """Over the calls of the last `days`. Returns at once; the trial goes on."""
        _may(who)
        async with self._one_by_one:
            if self._work:
                raise NotChanged("Another change is being tried. Wait until that is done.")
            one = await self._change(change)
            upcoming, _ = await self._shelf.upcoming()
            _fresh(one.base, upcoming)
            one = one.after(Step.TRY, days=days, said=())
            await self._shelf.put(one)
            self._progress[one.id] = (0, 0)
            work = asyncio.create_task(self._try(who, one), name=f"trial of {one.id}")
            self._work.add(work)
            work.add_done_callback(self._work.discard)
        return one

    async def sign(self, who: Who, change: str) -> Change:
        """The second person's yes: it is published, and answers the next call."""
        _may(who)
        return await self._to_its_end(self._sign(who, change))

    async def _sign(self, who: Who, change: str) -> Change:
        async with self._one_by_one:
            one = await self._change(change)
            if who.id == one.author:
                self._note(who, "rules.signed", one, Outcome.REFUSED, "by its author")
                raise NotChanged("You wrote this change. Another person has to sign it.")
            signed = one.after(Step.SIGN, signer=who.id, signed_wall=round(self._wall(), 3))
            upcoming, _ = await self._shelf.upcoming()
            _fresh(one.base, upcoming)
            figures = await self._shelf.figures(one.id)
            try:
                await self._shelf.publish(signed, figures)
            except NotChanged as error:
                self._note(who, "rules.signed", one, Outcome.FAILED, str(error))
                raise
            self._note(who, "rules.signed", signed, detail=f"written by {signed.author}")
            await self._shelf.put(signed)
        return signed

    async def refuse(self, who: Who, change: str, why: str) -> Change:
        _may(who)
        why = why.strip()[:REASON_CHARACTERS]
        if not why:
            raise NotChanged("Say why this change is refused.")
        async with self._one_by_one:
            one = await self._change(change)
            refused = one.after(
                Step.REFUSE, signer=who.id, signed_wall=round(self._wall(), 3), said=(*one.said, f"refused: {why}")
            )
            await self._shelf.put(refused)
        self._note(who, "rules.refused", refused)
        return refused

    async def roll_back(self, who: Who, hash_: str, why: str) -> None:
        """To a set that was accepted once: it needs no second person, so that nobody waits in an emergency."""
        _may(who)
        why = why.strip()[:REASON_CHARACTERS]
        if not why:
            raise NotChanged("Say why the rules go back.")
        await self._to_its_end(self._roll_back(who, hash_, why))

    async def _roll_back(self, who: Who, hash_: str, why: str) -> None:
        async with self._one_by_one:
            if hash_ not in {one.hash for one in await self._shelf.accepted()}:
                raise NotChanged("Only a set that was accepted once can be gone back to.")
            upcoming, _ = await self._shelf.upcoming()
            left = {self._shelf.runs, upcoming} - {hash_}
            if not left:
                raise NotChanged("These rules are the published ones already.")
            detail = f"from {self._shelf.runs} to {hash_}: {why}"
            try:
                await self._shelf.choose(hash_)
            except NotChanged as error:
                self._audit.note(who, "rules.rolled_back", outcome=Outcome.FAILED, detail=f"{detail}: {error}")
                raise
            self._audit.note(who, "rules.rolled_back", detail=detail)
            for one in await self._shelf.changes():
                if one.hash in left and one.standing is Standing.PUBLISHED:
                    said = (*one.said, f"rolled back by {who.id}: {why}")
                    await self._shelf.put(one.after(Step.ROLL_BACK, said=said))

    async def tried(self) -> None:
        """Until nothing is being tried."""
        while self._work:
            await asyncio.wait(set(self._work))

    async def resume(self) -> None:
        """What was being tried when the service ended may be tried again."""
        for one in await self._shelf.changes():
            if one.standing is Standing.TRYING:
                await self._shelf.put(one.after(Step.BREAK, said=("The service ended meanwhile. Try it again.",)))

    async def close(self) -> None:
        """What changes the rules comes to its end; what is being tried is left."""
        await asyncio.gather(*self._acts, return_exceptions=True)
        for work in self._work:
            work.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)

    # --- inside -------------------------------------------------------------------------------------------------------

    async def _to_its_end(self, act: Coroutine[Any, Any, T]) -> T:
        """Whatever becomes of whoever asked: what is written down is what answers, and stands in the audit."""
        work = asyncio.create_task(act, name="rules change")
        self._acts.add(work)
        work.add_done_callback(self._acts.discard)
        return await asyncio.shield(work)

    async def _try(self, who: Who, one: Change) -> None:
        def progress(done: int, of: int) -> None:
            self._progress[one.id] = (done, of)

        try:
            _, old = await self._shelf.upcoming()
            found = await self._trial.run(await self._shelf.texts(one.id), old, days=one.days, progress=progress)
            step = {True: Step.PASS, False: Step.FAIL, None: Step.UNDECIDED}[found.passed]
            await self._shelf.put_figures(one.id, found.figures)
            over = one.after(step, said=found.said)
        except RecordError as error:
            log.warning("change %s of the rules could not be tried: %s", one.id, error)
            over = one.after(Step.BREAK, said=(f"It could not be tried: {error}"[:REASON_CHARACTERS],))
        finally:
            self._progress.pop(one.id, None)
        await self._shelf.put(over)
        outcome = Outcome.DONE if over.standing is Standing.TRIED else Outcome.FAILED
        self._note(who, "rules.tried", over, outcome, f"over {over.days} days: {over.standing.value}")

    async def _change(self, change: str) -> Change:
        found = next((one for one in await self._shelf.changes() if one.id == change), None)
        if found is None:
            raise NotChanged("There is no such change.")
        return found

    def _note(self, who: Who, what: str, change: Change, outcome: Outcome = Outcome.DONE, detail: str = "") -> None:
        told = ", ".join(part for part in (f"from {change.base} to {change.hash}", detail, change.reason) if part)
        self._audit.note(who, what, outcome=outcome, detail=told)


_UNDECIDED = frozenset({Standing.CHECKED, Standing.TRYING, Standing.TRIED})


def _may(who: Who) -> None:
    if not who.has(*ROLES):
        raise NotChanged(refusal(ROLES, who.roles))


def _fresh(base: str, upcoming: str) -> None:
    if base != upcoming:
        raise NotChanged(f"Other rules were published meanwhile ({upcoming}). Draft this anew over them.")


def _place(wrong: Wrong) -> str:
    return f"{wrong.file}, line {wrong.line}: " if wrong.line is not None else f"{wrong.file}: "
