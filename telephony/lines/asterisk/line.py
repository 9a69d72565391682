"""Asterisk as a line: callers whom its dialplan hands to us, agents whom it rings for us, over any phone or trunk.

One owner of the legs: what Asterisk says comes here first, and each leg's life is one task, from ring to nothing left.
"""

import asyncio
import logging
import secrets
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

from fastapi import APIRouter

from telephony.errors import DialRefused, LineError
from telephony.lateness import Lateness
from telephony.leg import Leg, LegEnded, LegId, LegState, Party
from telephony.lines.asterisk.ari import Ari, Connection
from telephony.lines.asterisk.bridge import AsteriskBridge, follow
from telephony.lines.asterisk.destinations import endpoint
from telephony.lines.asterisk.events import Channel, Destroyed, Drop, Entered, Event, Held, Key, Left, Replaced, parse
from telephony.lines.asterisk.http import AiohttpConnection
from telephony.lines.asterisk.leftovers import Leftovers, channels_of
from telephony.lines.asterisk.leg import AsteriskLeg, Names
from telephony.lines.asterisk.life import Life
from telephony.lines.asterisk.media import MediaDoor
from telephony.lines.asterisk.settings import PREFIX, Settings
from telephony.lines.asterisk.tasks import together, tried
from telephony.numbers import must_be_number
from telephony.reference import sip_headers

log = logging.getLogger(__name__)

NAME = "asterisk"
CALLER = "caller"  # the dialplan hands callers to us by Stasis(warmline,caller), perhaps with the number dialled
RECONNECT_SECONDS = 0.5  # doubled each time ...
REMEMBERED = 2000  # attempts and channels, oldest forgotten first
REPLACED_SECONDS = 60.0  # before we take the app back from another process: two must not fight for each event
RECONNECT_SECONDS_MAX = 10.0  # ... up to this: a PBX that restarts is back within 10 s of being there


class AsteriskLine:
    """`agents`: agent id or fallback address → where they are rung; nobody else may be."""

    name = NAME

    def __init__(
        self, settings: Settings, *, agents: Mapping[str, str], connect: Callable[[], Connection] | None = None
    ) -> None:
        self.settings = settings
        self.refusals: Counter[str] = Counter()  # what was not let in, by kind
        self.dropped: Counter[str] = Counter()  # messages and events that made no sense, by reason
        self.late = Lateness()  # of the frames we send
        self.listening = asyncio.Event()  # set while Asterisk's events reach us
        self._agents = agents
        self._connection = connect() if connect else AiohttpConnection(settings)
        self._ari = Ari(settings, self._connection)
        self._door = MediaDoor(
            start_seconds=settings.start_seconds, refusals=self.refusals, dropped=self.dropped, late=self.late
        )
        self._arriving: asyncio.Queue[AsteriskLeg] = asyncio.Queue(settings.waiting_calls_max)
        self._legs: dict[str, AsteriskLeg] = {}  # by the party's channel
        self._replaced = False
        self._leftovers = Leftovers(self._ari)
        self._life = Life(self._ari, self._door, settings)
        self._attempts: OrderedDict[str, None] = OrderedDict()
        self._over: OrderedDict[str, None] = OrderedDict()  # channels that have ended: what comes late changes nothing
        self._tasks = asyncio.TaskGroup()

    # --- the line ------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def open(self) -> AsyncIterator["AsteriskLine"]:
        """Raises `ConfigError` for an Asterisk that will not do; one that does not answer yet is waited for."""
        try:
            log.info("asterisk %s at %s", await self._ari.check(), self.settings.ari_url)
        except LineError as error:
            log.error("asterisk: no calls until it answers at %s: %s", self.settings.ari_url, error)
        opened, closing = asyncio.Event(), asyncio.Event()
        working = asyncio.create_task(self._work(opened, closing), name="asterisk line")
        await opened.wait()
        try:
            yield self
        finally:
            await self._hang_up_all()
            closing.set()
            await working
            await self._ari.close()

    async def still_up(self, carrier_id: str) -> bool:
        """Whether a channel of a process before this one goes on. Raises `LineError` when Asterisk does not say."""
        return await self._ari.exists(carrier_id)

    async def let_go(self, carrier_id: str) -> None:
        """Ends such a channel. Raises `LineError`."""
        await self._ari.hang_up(carrier_id)

    def routes(self) -> APIRouter:
        """Where Asterisk's media come in; mount them at the root."""
        return self._door.routes()

    async def arrivals(self) -> AsyncIterator[Leg]:
        while True:
            yield await self._arriving.get()

    async def dial(self, address: str, *, ring_seconds: float, call: str, attempt: str) -> AsteriskLeg:
        """Rings a listed agent once. A failure to dial is a leg that has ended, as busy and no answer are."""
        where = self._allowed(address, attempt)
        return await self._ring(
            where, address, ring_seconds=ring_seconds, attempt=attempt, headers=sip_headers(attempt)
        )

    async def ring_back(self, number: str, *, ring_seconds: float, call: str) -> AsteriskLeg:
        """Rings a caller who was promised it, through the trunk; `call` is the id of the call that this becomes."""
        number = must_be_number(number, call=call)
        where = endpoint(number, technology=self.settings.technology, trunk=self.settings.trunk)
        self._dialled_once(call)
        return await self._ring(where, number, ring_seconds=ring_seconds, attempt=call, headers={})

    async def _ring(
        self, where: str, address: str, *, ring_seconds: float, attempt: str, headers: Mapping[str, str]
    ) -> AsteriskLeg:
        _remember(self._attempts, attempt)
        key = secrets.token_hex(6)
        channel = f"{PREFIX}agent-{key}"
        party = Party(line=self.name, address=address, called=where, carrier_id=channel)
        leg = AsteriskLeg(leg_id=LegId(attempt), party=party, channel=channel, names=Names.of(key), inbound=False)
        self._legs[channel] = leg
        log.info("ringing, attempt %s", attempt)
        try:
            await self._ari.ring(channel, where, ring_seconds=ring_seconds, headers=headers)
            leg.placed = True
        except LineError as error:
            log.warning("attempt %s failed: %s", attempt, error)
            leg.end(LegEnded.FAILED)
        except asyncio.CancelledError:
            leg.end(LegEnded.BY_US)
            raise
        finally:
            self._start(self._live(leg, ring_seconds=ring_seconds))
        return leg

    def bridge(self, caller: Leg, agent: Leg) -> AsteriskBridge | None:
        """Inside Asterisk, where both are its own and still there."""
        if not (isinstance(caller, AsteriskLeg) and isinstance(agent, AsteriskLeg)):
            return None
        if LegState.ENDED in (caller.state, agent.state):
            return None
        return AsteriskBridge(self._ari, caller, agent, seconds=self.settings.join_seconds)

    async def _work(self, opened: asyncio.Event, closing: asyncio.Event) -> None:
        """Everything the line has going on, in one group; a task of its own, which opened and closes it."""
        async with self._tasks:
            attending = self._tasks.create_task(self._attend(), name="asterisk events")
            opened.set()
            await closing.wait()
            attending.cancel()

    # --- what Asterisk says --------------------------------------------------------------------------------------

    async def _attend(self) -> None:
        """Reads events as long as the line is open; a connection that is lost is made again, and the legs compared."""
        pause = RECONNECT_SECONDS
        while True:
            try:
                left_over = await self._ari.held_before()
                async with self._connection.events(self.settings.app) as events:
                    log.info("asterisk: listening to its events")
                    self.listening.set()
                    pause = RECONNECT_SECONDS
                    self._start(self._leftovers.compare(self._legs.values(), left_over))
                    async for text in events:
                        self._take(text)
                log.error("asterisk: its events ended; connecting again")
            except LineError as error:
                log.warning("asterisk: %s", error)
            except Exception:  # a line that stopped listening would never hear of a call again
                log.exception("asterisk: its events expected")
            self.listening.clear()
            await asyncio.sleep(REPLACED_SECONDS if self._replaced else pause)
            pause, self._replaced = min(2 * pause, RECONNECT_SECONDS_MAX), False

    def _take(self, text: object) -> None:
        event = parse(text, app=self.settings.app)
        try:
            drop = event if isinstance(event, Drop) or event is None else self._happened(event)
        except Exception:  # whatever one event does, the next ones are heard
            log.exception("asterisk: an event to be taken expected: %s", type(event).__name__)  # no number, no key
            return
        if drop is not None:
            self.dropped[drop.value] += 1
            if self.dropped[drop.value] == 1:
                log.warning("asterisk: event ignored: %s (further ones are counted only)", drop)

    def _happened(self, event: Event) -> Drop | None:
        """Never waits: what takes time is started."""
        match event:
            case Entered(replaces=str(before)):
                return self._took_over(event.channel, before)
            case Entered(channel=channel, args=args):
                return self._entered(channel, args)
            case Left(channel=channel):
                return self._gone(channel, lambda leg: leg.end(LegEnded.HUNG_UP))
            case Destroyed(channel=channel):
                return self._gone(channel, lambda leg: leg.on_destroyed(event))
            case Key(channel=channel, digit=digit):
                leg = self._legs.get(channel)
                if leg is not None and not leg.at_home:  # at home it comes with the media, in its place
                    self._start(leg.press(digit))
                return None
            case Held(channel=channel, on=on):
                if (leg := self._legs.get(channel)) is not None:
                    leg.hold(on)
                return None
            case Replaced():
                log.error(
                    "asterisk: another process listens to app %s now; one for each app expected", self.settings.app
                )
                self._replaced = True
                return None

    def _entered(self, channel: Channel, args: tuple[str, ...]) -> Drop | None:
        leg = self._legs.get(channel.id)
        if leg is not None:
            repeated = leg.picked_up.is_set()
            leg.picked_up.set()
            return Drop.REPEATED if repeated else None
        if self._ari.entrances.entered(channel.id):
            return None
        if channel.id in self._over or channel.id in channels_of(self._legs.values()):
            return Drop.REPEATED
        if channel.id.startswith(PREFIX):  # answered after it was given up
            self._start(self._ari.hang_up(channel.id))
            return Drop.UNKNOWN_CHANNEL
        if args[:1] != (CALLER,) or self._arriving.full():
            self.refusals["no_room" if args[:1] == (CALLER,) else "not_a_caller"] += 1
            self._start(self._ari.send_on(channel.id))
            return None
        self._arrive(channel, called=args[1] if len(args) > 1 else channel.exten)
        return None

    def _arrive(self, channel: Channel, *, called: str | None) -> None:
        party = Party(line=self.name, address=channel.number, called=called, carrier_id=channel.id)
        leg = AsteriskLeg(
            leg_id=LegId(channel.id),
            party=party,
            channel=channel.id,
            names=Names.of(secrets.token_hex(6)),
            inbound=True,
        )
        self._legs[channel.id] = leg
        self._arriving.put_nowait(leg)
        self._start(self._live(leg, answer=channel.state != "Up"))

    def _gone(self, channel: str, tell: Callable[[AsteriskLeg], None]) -> Drop | None:
        _remember(self._over, channel)
        leg = self._legs.get(channel)
        if leg is not None:
            tell(leg)
        elif (left := self._leftovers.parted(channel)) is not None:
            self._start(self._leftovers.let_go(*left))
        else:
            self._ari.entrances.ended(channel)
        return None  # one that we know no more is the echo of an end

    def _took_over(self, channel: Channel, before: str) -> Drop | None:
        """An agent's transfer: whoever they sent the caller to stands in their place. A caller may not do that."""
        leg = self._legs.get(before)
        if leg is None or leg.inbound or leg.over is not None:
            if channel.id in self._legs:
                return Drop.REPEATED
            self._start(self._ari.hang_up(channel.id))
            return Drop.NOT_TRANSFERABLE
        log.info("leg %s: handed on by a transfer, from channel %s to %s", leg.id, before, channel.id)
        del self._legs[before]
        self._legs[channel.id] = leg
        leg.channel = channel.id
        leg.hold(False)
        leg.party = replace(leg.party, carrier_id=channel.id)
        self._start(follow(self._ari, leg))
        return None

    async def _hang_up_all(self) -> None:
        await together(*(leg.hang_up("the line closes") for leg in self._legs.values()))

    async def _live(self, leg: AsteriskLeg, *, ring_seconds: float = 0.0, answer: bool = False) -> None:
        try:
            await self._life.live(leg, ring_seconds=ring_seconds, answer=answer)
        finally:
            self._legs.pop(leg.channel, None)

    # --- shared --------------------------------------------------------------------------------------------------

    def _allowed(self, address: str, attempt: str) -> str:
        listed = address if address in self._agents.values() else None
        destination = self._agents.get(address, listed)
        if destination is None:
            raise DialRefused(f"attempt {attempt}: expected an agent or an address of the list, got another")
        self._dialled_once(attempt)
        return endpoint(destination, technology=self.settings.technology, trunk=self.settings.trunk)

    def _dialled_once(self, attempt: str) -> None:
        if attempt in self._attempts:
            raise DialRefused(f"attempt {attempt}: dialled before; nobody is rung twice for one offer")

    def _start(self, work: Coroutine[None, None, None]) -> None:
        self._tasks.create_task(tried(work))


def _remember(names: OrderedDict[str, None], name: str) -> None:
    names[name] = None
    if len(names) > REMEMBERED:
        names.popitem(last=False)
