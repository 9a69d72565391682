"""Keeps the promised call backs: looks which is due and whose turn it is, rings them, and writes down what came of it.

What may be dialled is decided in `telephony/agents/callback_plan.py`. A promise keeps its place in the queue: it waits
there from the time when a person was first sought for that caller, and is rung when an agent who fits is free for it.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

import phonenumbers
from phonenumbers import NumberParseException

from telephony.agents.callback_plan import ByHand, Calling, Later, Never, Now, verdict
from telephony.agents.staff import Staff
from telephony.errors import ConfigError, DialRefused, RecordError
from telephony.promises import OpenPromise, PromiseOver, Promises

log = logging.getLogger(__name__)

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"  # some editors begin a file with it

LOOK_SECONDS = 30.0
"""How often the promises are looked at when nothing happens: hours begin, agreed times come."""

AT_ONCE = 2
"""Call backs under way at the same time; callers who ring in have the other lines."""


class CallsBack(Protocol):
    """Rings one of them and conducts the call."""

    @property
    def room(self) -> bool:
        """Whether a line is free for it."""
        ...

    def on_the_line(self, call: str) -> bool:
        """Whether that call still goes on: the goodbye after a promise takes some seconds."""
        ...

    def allow_call_back(self, promise: OpenPromise) -> None:
        """Raises `DialRefused` while dialling is switched off or has reached its caps."""
        ...

    async def call_back(self, promise: OpenPromise) -> PromiseOver | None:
        """How the promise ended; None when nobody was reached."""
        ...


class Callbacks:
    """`wall`: seconds since 1970. `refused`: the do-not-call list, read anew each time."""

    def __init__(
        self,
        *,
        promises: Promises,
        staff: Staff,
        switchboard: CallsBack,
        calling: Calling,
        wall: Callable[[], float],
        refused: Callable[[], frozenset[str]] = frozenset,
    ) -> None:
        self._promises = promises
        self._staff = staff
        self._switchboard = switchboard
        self._calling = calling
        self._wall = wall
        self._refused = refused
        self._waiting: dict[str, OpenPromise] = {}  # in their queues, until rung
        self._ringing: dict[str, asyncio.Task[None]] = {}
        self._not_before = 0.0  # wall seconds: nobody may be rung just now
        self._stirred = asyncio.Event()

    def stir(self) -> None:
        """Something was promised: look now."""
        self._stirred.set()

    async def run(self) -> None:
        """Until cancelled; calls under way are then cancelled too."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                try:
                    await self._look(tasks)
                except (RecordError, ConfigError) as error:
                    log.warning("call backs: none is made now: %s", error)
                except Exception:  # a fault here must not end the service, and with it the calls in progress
                    log.exception("call backs: none is made now")
                await self._until_something_happens()

    async def _look(self, tasks: asyncio.TaskGroup) -> None:
        promises = await self._promises.open()
        due = {promise.handoff: promise for promise in promises if await self._is_due(promise)}
        for handoff in self._waiting.keys() - due.keys() - self._ringing.keys():
            self._leave(handoff)
        for handoff, promise in due.items():
            if handoff not in self._waiting:
                self._join(promise)
            free = self._may_ring and not self._switchboard.on_the_line(promise.call)
            if handoff not in self._ringing and free and self._is_their_turn(promise):
                self._ringing[handoff] = tasks.create_task(self._ring(promise), name=f"call back {handoff}")

    async def _is_due(self, promise: OpenPromise) -> bool:
        now = datetime.fromtimestamp(self._wall(), UTC)
        match verdict(promise, now=now, calling=self._calling, refused=self._refused()):
            case Now():
                return True
            case ByHand():
                return False  # the journal of the call that promised it says why
            case Later():
                return promise.handoff in self._ringing  # a try that has begun moved its own next time
            case Never(why=why):
                log.warning("call back %s given up: %s", promise.handoff, why)
                refused = promise.tries < self._calling.tries
                await self._over(promise, PromiseOver.REFUSED if refused else PromiseOver.NOT_REACHED)
                return False

    def _join(self, promise: OpenPromise) -> None:
        waited_ms = max(0, round((self._wall() - promise.since_wall) * 1000))
        self._staff.join(promise.call, promise.place, promise.queue, waited_ms=waited_ms)
        self._waiting[promise.handoff] = promise

    @property
    def _may_ring(self) -> bool:
        return len(self._ringing) < AT_ONCE and self._switchboard.room and self._wall() >= self._not_before

    def _is_their_turn(self, promise: OpenPromise) -> bool:
        return self._staff.claim(promise.place, promise.queue)

    def _leave(self, handoff: str) -> None:
        promise = self._waiting.pop(handoff)
        self._staff.leave(promise.place, promise.queue, served=False)

    async def _ring(self, promise: OpenPromise) -> None:
        how: PromiseOver | None = None
        try:
            self._switchboard.allow_call_back(promise)
            await self._promises.tried(promise.handoff, next_wall=self._wall() + self._calling.retry_seconds)
            how = await self._switchboard.call_back(replace(promise, tries=promise.tries + 1))
        except RecordError as error:
            log.warning("call back %s: not rung without the record: %s", promise.handoff, error)
        except DialRefused as error:
            log.warning("call back %s: not now: %s", promise.handoff, error)
            self._not_before = self._wall() + LOOK_SECONDS
        except Exception:  # one call's fault must not end those in progress
            log.exception("call back %s failed", promise.handoff)
        finally:
            if promise.handoff in self._waiting:
                self._leave(promise.handoff)
            del self._ringing[promise.handoff]
        if how is not None:
            await self._over(promise, how)

    async def _over(self, promise: OpenPromise, how: PromiseOver) -> None:
        try:
            await self._promises.over(promise.handoff, how)
        except RecordError as error:
            log.error("call back %s: its end (%s) could not be recorded: %s", promise.handoff, how, error)

    async def _until_something_happens(self) -> None:
        stirred = asyncio.ensure_future(self._stirred.wait())
        changed = asyncio.ensure_future(self._staff.changed())
        try:
            await asyncio.wait({stirred, changed}, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            self._stirred.clear()
        finally:
            stirred.cancel()
            changed.cancel()


def read_refused(text: str, *, region: str) -> frozenset[str]:
    """The do-not-call list, as E.164: a number a line, however people write it; `#` begins a comment. `region` reads
    national numbers. Raises `ConfigError` naming the line that is none: passed over, it would be rung."""
    found = set()
    for place, line in enumerate(text.removeprefix(BYTE_ORDER_MARK).splitlines(), 1):
        written = line.partition("#")[0].strip().removeprefix(BYTE_ORDER_MARK)
        if not written:
            continue
        try:
            number = phonenumbers.parse(written, region)
        except NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number) or any(map(str.isalpha, written)):
            raise ConfigError(f"line {place}: a telephone number expected, got {len(written)} characters that are none")
        found.add(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return frozenset(found)
