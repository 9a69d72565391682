"""The PBX: calls come in, phones ring, channels meet in bridges, audio flows every 20 ms; our app hears of it all.

`Rest` carries out ARI's commands on it; what happens here becomes ARI's events.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from types import TracebackType
from typing import Self

from starlette.types import ASGIApp

from telephony.sim.agent import Ringing, SimAgent
from telephony.sim.asterisk.channels import SimChannel, added, mixed
from telephony.sim.asterisk.phones import Phone, phone_of
from telephony.sim.asterisk.sockets import MediaChannel
from telephony.sim.phone import Party
from telephony.sim.socket import HandshakeRefused, InMemory, Reach
from telephony.sim.stream import Capture
from voice.audio import FRAME_MS, Pcm, silence

EVENTS_MAX = 10_000  # that a connection may have waiting
MEDIA_URL = "ws://127.0.0.1/asterisk/media"
VERSION = "22.10.1~dfsg+~cs6.17.60671434-1"  # as Debian's says of itself


class PhoneCall:
    """One caller's call, as the PBX knows it. `went_on`: it left our app for what stands behind it in the dialplan."""

    def __init__(self, channel: SimChannel) -> None:
        self.channel = channel
        self.from_ = channel.number
        self.to = channel.exten
        self.went_on = False
        self.over = asyncio.Event()

    @property
    def media(self) -> Capture:
        return self.channel.capture


class SimAsterisk:
    """An async context. `app`: the service's, set once it is there, and reached in memory; `reach`: over real sockets
    instead. `phones`: endpoint → who is there. `listened`: set while our app hears of events.

    `mangle` gets each event as text and gives what is sent instead: nothing, another, several.
    """

    def __init__(
        self,
        *,
        phones: Mapping[str, Phone | SimAgent],
        name: str = "warmline",
        version: str = VERSION,
        reach: Reach | None = None,
    ) -> None:
        self.app: ASGIApp | None = None
        self._reach = reach
        self.version = version
        self.name = name
        self.listened = asyncio.Event()
        self.known = False  # our app has connected at least once
        self.down = False  # no request is answered, no websocket taken
        self.mangle: Callable[[str], Sequence[str]] = lambda text: [text]
        self.phones = {at: phone if isinstance(phone, Phone) else phone_of(phone) for at, phone in phones.items()}
        self.channels: dict[str, SimChannel] = {}
        self.bridges: dict[str, list[SimChannel]] = {}
        self.calls: dict[str, PhoneCall] = {}
        self.rung: dict[str, str] = {}  # channel → endpoint, of everyone ever rung
        self.ended: dict[str, str] = {}  # channel → why
        self.flushes = 0  # of all media channels that have ended
        self.longest_ahead_ms = 0
        self.violations: list[str] = []
        self._listening: asyncio.Queue[str | None] | None = None
        self._made = 0
        self._busy = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self.start(self._tick())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        running = [*self._running]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    # --- what people do ------------------------------------------------------------------------------------------

    async def call(self, *, from_: str, to: str, party: Party) -> PhoneCall:
        """A caller rings the service; returns when the call has left our app, one way or the other."""
        self._made += 1
        channel = SimChannel(f"1700000000.{self._made}", "caller", number=from_, exten=to, party=party)
        call = self.calls[channel.id] = PhoneCall(channel)
        self.channels[channel.id] = channel
        if self._listening is None:  # "Stasis app doesn't exist": the dialplan goes on
            self.send_on(channel)
        else:
            self.enter(channel, "caller")
        await call.over.wait()
        return call

    def transfer(self, agent: SimChannel, to: SimAgent) -> SimChannel:
        """A REFER by the agent: a new channel stands in the place of theirs, which ends."""
        self._made += 1
        local = SimChannel(f"1700000000.{self._made}", "local", party=to.answer())
        self.channels[local.id] = local
        self.enter(local, replaces=agent)
        if agent.bridge is not None:
            self.put(agent.bridge, local)
        self.end(agent, cause=16)
        return local

    def hold(self, channel: SimChannel, on: bool) -> None:
        channel.held = on
        self.tell("ChannelHold" if on else "ChannelUnhold", channel)

    def unplug(self, endpoint: str) -> None:
        """There is no such endpoint any more."""
        del self.phones[endpoint]

    # --- what our app hears --------------------------------------------------------------------------------------

    def listen(self) -> "asyncio.Queue[str | None]":
        self.known = True
        if self._listening is not None:
            self._listening.put_nowait(json.dumps({"type": "ApplicationReplaced", "application": self.name}))
            self._listening.put_nowait(None)
        self._listening = asyncio.Queue(EVENTS_MAX)
        self.listened.set()
        return self._listening

    def hang_up_events(self) -> None:
        """The websocket of events breaks. What happens until it is there again, nobody hears of."""
        if self._listening is not None:
            self._listening.put_nowait(None)
            self._listening = None
            self.listened.clear()

    def tell(self, kind: str, channel: SimChannel, **fields: object) -> None:
        event = {"type": kind, "application": self.name, "channel": channel.described(), **fields}
        for text in self.mangle(json.dumps(event)):
            self.say(text)

    def say(self, text: str) -> None:
        """Anything, as it stands, on the websocket of events."""
        if self._listening is not None:
            self._listening.put_nowait(text)

    # --- channels ------------------------------------------------------------------------------------------------

    def enter(self, channel: SimChannel, *args: str, replaces: SimChannel | None = None) -> None:
        channel.in_app, channel.state = True, "Up"
        self._busy.set()
        replaced = {"replace_channel": replaces.described()} if replaces else {}
        self.tell("StasisStart", channel, args=list(args), **replaced)

    def ring(self, channel_id: str, endpoint: str, *, seconds: float) -> None:
        channel = SimChannel(channel_id, "agent", state="Ringing", exten=endpoint)
        self.channels[channel_id] = channel
        self.rung[channel_id] = endpoint
        self.start(self._ring(channel, self.phones[endpoint], seconds))

    def open_media(self, channel_id: str, token: str) -> None:
        channel = SimChannel(channel_id, "media", state="Down")
        self.channels[channel_id] = channel
        self.start(self._serve_media(channel, token))

    def spy_on(self, spied: SimChannel, spy_id: str) -> None:
        spy = self.channels[spy_id] = SimChannel(spy_id, "spy", spied=spied)
        self.enter(spy, "spy")

    def put(self, bridge: str, channel: SimChannel) -> None:
        self._leave(channel)
        self.bridges[bridge].append(channel)
        channel.bridge = bridge

    def end(self, channel: SimChannel, *, cause: int = 16, sip: int | None = None) -> None:
        if self.channels.pop(channel.id, None) is None:
            return
        self.ended[channel.id] = str(sip or cause)
        self._leave(channel)
        if channel.in_app:
            self.tell("StasisEnd", channel)
        if channel.kind != "caller":  # for a caller's it does not come, as measured with a real one
            self.tell("ChannelDestroyed", channel, cause=cause, cause_txt="", **({"tech_cause": sip} if sip else {}))
        for spy in [one for one in self.channels.values() if one.spied is channel]:
            self.end(spy)
        if channel.media is not None:
            self.flushes += channel.media.flushes
            self.longest_ahead_ms = max(self.longest_ahead_ms, channel.media.longest_ahead_ms)
            self.start(channel.media.close())
        if channel.id in self.calls:
            self.calls[channel.id].over.set()

    def send_on(self, channel: SimChannel) -> None:
        """Behind Stasis() in the dialplan."""
        self.channels.pop(channel.id, None)
        self._leave(channel)
        if channel.in_app:
            self.tell("StasisEnd", channel)
        self.ended[channel.id] = "went on"
        if channel.id in self.calls:
            self.calls[channel.id].went_on = True
            self.calls[channel.id].over.set()

    def agent_at(self, endpoint: str) -> SimChannel:
        """The channel of a phone that rings or talks."""
        return next(one for one in self.channels.values() if one.kind == "agent" and one.exten == endpoint)

    def start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def _leave(self, channel: SimChannel) -> None:
        if channel.bridge in self.bridges:
            self.bridges[channel.bridge].remove(channel)
        channel.bridge = None

    async def _ring(self, channel: SimChannel, phone: Phone, seconds: float) -> None:
        rings_on = phone.refuses is None and phone.agent.ringing is not Ringing.ANSWERS
        await asyncio.sleep(seconds if rings_on else min(phone.agent.ring_seconds, seconds))
        if channel.id not in self.channels:
            return  # cancelled
        if rings_on or phone.agent.ring_seconds > seconds:
            self.end(channel, cause=19)
        elif phone.refuses is not None:
            self.end(channel, cause=phone.refuses[0], sip=phone.refuses[1])
        else:
            channel.party = phone.agent.answer()
            self.enter(channel, "agent")

    async def _serve_media(self, channel: SimChannel, token: str) -> None:
        try:
            socket = await self._way_in().connect(f"{MEDIA_URL}?t={token}", {})
        except HandshakeRefused:
            self.end(channel, cause=3)
            return
        channel.media = MediaChannel(socket, channel.id, self.violations.append)
        await channel.media.start()
        self.enter(channel)
        await channel.media.read()
        self.end(channel)

    def _way_in(self) -> Reach:
        if self._reach is not None:
            return self._reach
        assert self.app is not None, "the service's app is set before anybody calls"
        return InMemory(self.app)

    # --- audio ---------------------------------------------------------------------------------------------------

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._busy.wait()
            due = loop.time()
            while self.channels:
                await self._exchange()
                due += FRAME_MS / 1000
                await asyncio.sleep(max(0.0, due - loop.time()))
            self._busy.clear()

    async def _exchange(self) -> None:
        """One 20 ms frame for everybody: they hear what the others said in the last one."""
        talking = [channel for channel in self.channels.values() if channel.state == "Up"]
        heard = {channel.id: mixed(self.bridges.get(channel.bridge or "", []), channel) for channel in talking}
        for spy in talking:
            if spy.spied is not None and spy.spied.id in heard:  # it whispers what it hears to whom it spies on
                heard[spy.spied.id] = added(heard[spy.spied.id], heard[spy.id])
        said = {channel.id: await self._one(channel, heard) for channel in talking}
        for channel in talking:
            spied = said.get(channel.spied.id) if channel.spied is not None else None
            channel.said = said[channel.id] if channel.spied is None else silence(FRAME_MS) if spied is None else spied

    async def _one(self, channel: SimChannel, heard: Mapping[str, Pcm]) -> Pcm:
        frame = heard[channel.id]
        if channel.media is not None:
            await channel.media.hear(frame)
            return await channel.media.play()
        if channel.party is None:
            return silence(FRAME_MS)
        step = channel.party.step(frame)
        voice = silence(FRAME_MS) if channel.held else step.voice
        channel.capture.heard.append(frame)
        channel.capture.spoken.append(voice)
        if step.key is not None:
            await self._key(channel, step.key)
        if step.hangs_up:
            self.end(channel)
        return voice

    async def _key(self, channel: SimChannel, digit: str) -> None:
        self.tell("ChannelDtmfReceived", channel, digit=digit, duration_ms=100)
        for other in [*self.bridges.get(channel.bridge or "", [])]:
            if other.media is not None:
                await other.media.key(digit)
