"""Carries one call's TwiML out, verb by verb, until the document runs out, is replaced, or the call is over.

What Twilio would warn of and ignore (an unknown verb, attribute or child) is noted on the call as a violation.
"""

import asyncio
from collections import deque
from functools import partial
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from telephony.sim import dialing, gathering, streaming
from telephony.sim.call import Act, CarrierCall
from telephony.sim.contract import Violation
from telephony.sim.phone import CallEnd, Phone
from telephony.sim.sounds import Sound, music, said
from telephony.sim.twiml_rules import wrongs
from voice.audio import RATE, Pcm

if TYPE_CHECKING:
    from telephony.sim.carrier import Carrier

Element = ElementTree.Element
DOCUMENTS_MAX = 20  # of one call within a second; more means that they go in a circle


class CallOver(Exception):
    """The document said so."""


class Executor:
    """`run` is given the first act, mostly `document(text)`."""

    def __init__(self, carrier: "Carrier", call: CarrierCall, phone: Phone) -> None:
        self.carrier = carrier
        self.call = call
        self.phone = phone
        self._began: deque[float] = deque(maxlen=DOCUMENTS_MAX)

    async def run(self, act: Act) -> None:
        following: Act | None = act
        while following is not None and self.call.over is None:
            if self._circles():
                self.call.note("circle", f"more than {DOCUMENTS_MAX} documents")
                break
            following = await self._act(following)
        self.call.end(CallEnd.DOCUMENT)

    async def play(self, clip: Pcm) -> None:
        """Until it was played whole."""
        sound = Sound(clip)
        self.phone.put_through(sound)
        await self.pause(len(clip) / RATE)

    async def pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def _act(self, act: Act) -> Act | None:
        """Until it is done, or the call is to do something else."""
        acting: asyncio.Task[Act | None] = asyncio.ensure_future(act(self))
        changed = asyncio.create_task(self.call.changed.wait())
        try:
            await asyncio.wait({acting, changed}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            changed.cancel()
            if not acting.done():
                acting.cancel()
                await asyncio.wait({acting})
        if not acting.cancelled() and acting.exception() is not None and not isinstance(acting.exception(), CallOver):
            acting.result()
        if self.call.changed.is_set():
            self.phone.put_aside()
            return self.call.following()
        return None if isinstance(acting.exception(), CallOver) else acting.result()

    def _circles(self) -> bool:
        now = asyncio.get_running_loop().time()
        self._began.append(now)
        return len(self._began) == DOCUMENTS_MAX and now - self._began[0] < 1.0


def document(text: str) -> Act:
    return partial(carry_out, text=text)


async def carry_out(it: Executor, *, text: str) -> Act | None:
    """One document; the act after it, or None when the call is over."""
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        it.call.documents.append(Violation(12100, f"expected a document, got {text[:60]!r}: {error}"))
        return None
    it.call.documents += wrongs(root)
    for verb in root:
        following = await _verb(it, verb)
        if following is not None:
            return following
    return None


async def _verb(it: Executor, verb: Element) -> Act | None:
    match verb.tag:
        case "Say":
            it.call.note("say", _text(verb))
            await it.play(said(_text(verb)))
        case "Play":
            it.call.note("play", _text(verb))
            await it.play(music())
        case "Pause":
            it.phone.put_aside()
            await it.pause(float(verb.get("length", "1")))
        case "Gather":
            return await gathering.gather(it, verb)
        case "Connect":
            return await streaming.connect(it, verb)
        case "Start":
            await streaming.start(it, verb)
        case "Stop":
            await streaming.stop(it, verb)
        case "Dial":
            return await dialing.dial(it, verb)
        case "Redirect":
            return it.carrier.fetching(it.call, _text(verb))
        case "Hangup" | "Reject":
            raise CallOver
        case other:
            it.call.note("unknown_verb", other)
    return None


def _text(verb: Element) -> str:
    return "".join(verb.itertext()).strip()
