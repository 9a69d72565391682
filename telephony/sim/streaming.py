"""`<Connect><Stream>`, `<Start><Stream>`, `<Stop><Stream>`: media websockets opened and closed as Twilio does it."""

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from xml.etree import ElementTree

from telephony.sim.call import Act, CarrierCall
from telephony.sim.faults import take
from telephony.sim.socket import HandshakeRefused
from telephony.sim.stream import MediaStream, StreamEnd
from telephony.sim.tap import TRACKS, MediaTap
from telephony.sim.wire import StreamIds, Wire

if TYPE_CHECKING:
    from telephony.sim.carrier import Carrier
    from telephony.sim.twiml import Executor

Element = ElementTree.Element


async def connect(it: "Executor", verb: Element) -> Act | None:
    """A two-way stream, until it or the call is over; the `action`'s document after it."""
    stream = verb.find("Stream")
    url = stream.get("url", "") if stream is not None else ""
    action = verb.get("action")
    following = it.carrier.fetching(it.call, action) if action else None
    if stream is None or urlsplit(url).query:
        it.call.note("error", "31922: expected a Stream with a URL without query")
        return following
    drop = take(it.carrier.drops, url)
    wire = None if drop is not None and drop.refused else await _open(it.carrier, it.call, stream)
    if wire is None:
        return following
    media = MediaStream(wire, drop_seconds=drop.after_seconds if drop else None)
    it.call.streams.append(media.capture)
    it.call.note("stream", url)
    told = _Told(it.carrier, it.call, stream, wire.ids.stream_sid)
    try:
        await media.begin()
        told("stream-started")
        it.phone.put_through(media)
        end = await media.run()
    except asyncio.CancelledError:
        end = StreamEnd.STOPPED
        raise
    finally:
        it.phone.put_aside()
        code = wire.socket.closed_with
        it.call.note("stream_ended", end if code is None else f"{end} {code}")
        told("stream-stopped")
        closing = it.carrier.background.start(media.close(), "media stream closing")
        if it.call.over is not None or end is not StreamEnd.STOPPED:
            await asyncio.wait({closing})  # a redirected call does not wait for the service to let go
    return following


async def start(it: "Executor", verb: Element) -> None:
    """A one-way stream, for as long as the call lasts."""
    stream = verb.find("Stream")
    if stream is None:
        return
    await open_tap(it.carrier, it.call, stream)


async def open_tap(carrier: "Carrier", call: CarrierCall, stream: Element) -> str | None:
    """Its StreamSid; None when it could not be opened."""
    if stream.get("track", "inbound_track") not in TRACKS or urlsplit(stream.get("url", "")).query:
        call.note("error", "31922: expected a Stream with a known track and a URL without query")
        return None
    wire = await _open(carrier, call, stream)
    if wire is None or call.phone is None:
        return None
    tap = MediaTap(wire, name=stream.get("name", ""), track=stream.get("track", "inbound_track"))
    call.taps.append(tap.capture)
    call.note("listening_in", stream.get("track", "inbound_track"))
    await tap.begin()
    call.phone.taps.append(tap)
    told = _Told(carrier, call, stream, wire.ids.stream_sid)
    told("stream-started")
    task = carrier.background.start(tap.run(), "one-way stream")
    carrier.taps[wire.ids.stream_sid] = task
    phone = call.phone

    def over(_: object) -> None:
        phone.taps.remove(tap)
        told("stream-stopped")

    task.add_done_callback(over)
    return wire.ids.stream_sid


async def stop(it: "Executor", verb: Element) -> None:
    for stream in verb.findall("Stream"):
        named = [tap.sid for tap in it.call.taps if tap.name == stream.get("name", "")]
        for sid in named:
            await close_tap(it.carrier, sid)


async def close_tap(carrier: "Carrier", sid: str) -> None:
    task = carrier.taps.pop(sid, None)
    if task is not None:
        task.cancel()
        await asyncio.wait({task})


async def _open(carrier: "Carrier", call: CarrierCall, stream: Element) -> Wire | None:
    url = stream.get("url", "")
    parameters = {p.get("name", ""): p.get("value", "") for p in stream.findall("Parameter")}
    ids = StreamIds(carrier.account_sid, call.sid, carrier.new_sid("MZ"), parameters)
    try:
        socket = await carrier.reach.connect(url, {"X-Twilio-Signature": carrier.sign(url, {})})
    except (HandshakeRefused, OSError) as error:
        call.note("error", f"31920: {error}")
        _Told(carrier, call, stream, ids.stream_sid)("stream-error", {"StreamError": f"31920: {error}"})
        return None
    return Wire(socket, ids)


class _Told:
    """Tells a stream's statusCallback, where it has one."""

    def __init__(self, carrier: "Carrier", call: CarrierCall, stream: Element, sid: str) -> None:
        self._carrier, self._call, self._sid = carrier, call, sid
        self._url, self._name = stream.get("statusCallback"), stream.get("name", "")

    def __call__(self, event: str, more: dict[str, str] | None = None) -> None:
        if self._url:
            form = {
                "AccountSid": self._carrier.account_sid, "CallSid": self._call.sid, "StreamSid": self._sid,
                "StreamName": self._name, "StreamEvent": event, "Timestamp": self._carrier.stamp(), **(more or {}),
            }  # fmt: skip
            self._carrier.webhooks.tell_later(self._url, form, event, sender=self._sid)
