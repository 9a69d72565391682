"""`<Dial>`: another telephone rung and joined, or a conference entered; then the `action` is told the outcome."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from telephony.sim.call import Act, CarrierCall
from telephony.sim.caller import Step
from telephony.sim.conference import ADD_FAILED, EVENTS, HUNG_UP, UPDATED, Joining, LabelTaken, Participant, Room
from telephony.sim.mixing import Mixer
from telephony.sim.phone import CallEnd
from telephony.sim.sounds import Sound, ringback
from voice.audio import Pcm

if TYPE_CHECKING:
    from telephony.sim.twiml import Executor

Element = ElementTree.Element
RING_SECONDS = 30.0  # Twilio's default of `timeout`
TIME_LIMIT_SECONDS = 4 * 3600.0  # and of `timeLimit`


@dataclass(frozen=True, slots=True)
class Outcome:
    status: str  # DialCallStatus
    sid: str = ""
    seconds: float = 0.0
    bridged: bool = False


async def dial(it: "Executor", verb: Element) -> Act | None:
    text = (verb.text or "").strip()
    nouns = list(verb)
    it.call.note("dial", text or "".join(verb.itertext()).strip())
    if nouns and nouns[0].tag == "Conference":
        outcome = await _conference(it, nouns[0])
    else:
        outcome = await _telephones(it, verb, nouns or [_number(text)])
    action = verb.get("action")
    if outcome is None or not action:
        return None
    return it.carrier.fetching(
        it.call,
        action,
        {
            "DialCallStatus": outcome.status, "DialCallSid": outcome.sid, "DialBridged": str(outcome.bridged).lower(),
            "DialCallDuration": str(round(outcome.seconds)),
        },
    )  # fmt: skip


def _number(text: str) -> Element:
    element = ElementTree.Element("Number")
    element.text = text
    return element


async def _conference(it: "Executor", noun: Element) -> Outcome | None:
    """None when the call goes on with the next verb as if nothing had been."""
    room = it.carrier.room((noun.text or "").strip())
    try:
        participant = room.enter(it.call.sid, joining(noun), on_joined=it.phone.joined)
    except LabelTaken as error:
        it.call.note("error", f"16025: {error}")
        return None
    wait_url = noun.get("waitUrl")
    if wait_url and await it.carrier.fetch_waiting(it.call, wait_url) is None:
        room.leave(it.call.sid, ADD_FAILED, call_status=it.call.status)
        return Outcome("failed")
    began = asyncio.get_running_loop().time()
    await stay(it, room, participant)
    return Outcome("answered", seconds=asyncio.get_running_loop().time() - began, bridged=True)


async def stay(it: "Executor", room: Room, participant: Participant) -> str:
    """In the conference until it lets the call go, or the call goes."""
    it.call.note("conference", room.name)
    it.phone.put_through(participant)
    try:
        return await participant.out
    finally:
        it.phone.put_aside()
        hung_up = it.call.over is CallEnd.PARTY_HUNG_UP
        status = "completed" if it.call.over else "in-progress"
        room.leave(it.call.sid, HUNG_UP if hung_up else UPDATED, call_status=status)


def joining(noun: Element) -> Joining:
    events = frozenset((noun.get("statusCallbackEvent") or "").split())
    return Joining(
        label=noun.get("participantLabel"),
        muted=noun.get("muted") == "true",
        beep=noun.get("beep", "true"),
        starts=noun.get("startConferenceOnEnter", "true") == "true",
        ends=noun.get("endConferenceOnExit") == "true",
        jitter=noun.get("jitterBufferSize", "large"),
        wait_music=noun.get("waitUrl") != "",
        callback=noun.get("statusCallback"),
        events=events & frozenset(EVENTS),
    )


class _Seat:
    """A circuit: one side of two joined telephones."""

    def __init__(self, mixer: Mixer, sid: str) -> None:
        self._mixer, self._sid = mixer, sid
        mixer.join(sid)

    def play(self) -> Pcm:
        return self._mixer.hear(self._sid)

    async def take(self, step: Step, arrived: Sequence[Pcm]) -> None:
        for frame in arrived:
            self._mixer.speak(self._sid, frame)


async def _telephones(it: "Executor", verb: Element, nouns: list[Element]) -> Outcome:
    """All of them ring; the first to answer is joined."""
    caller_id = verb.get("callerId") or it.call.from_
    ring_seconds = float(verb.get("timeout") or RING_SECONDS)
    limit_seconds = float(verb.get("timeLimit") or TIME_LIMIT_SECONDS)
    it.phone.put_through(Sound(ringback(), again=True))
    mixer, answered = Mixer(), asyncio.get_running_loop().create_future()
    children = [_child(it, noun, caller_id) for noun in nouns]
    tasks = [
        it.carrier.background.start(
            it.carrier.dial(
                child, ring_seconds=ring_seconds, act=partial(_joined, noun=noun, mixer=mixer, answered=answered),
            ),
            f"dialled {child.to}",
        )
        for child, noun in zip(children, nouns, strict=True)
    ]  # fmt: skip
    ringing = asyncio.gather(*tasks, return_exceptions=True)
    try:
        await asyncio.wait({answered, ringing}, return_when=asyncio.FIRST_COMPLETED)
        if not answered.done():
            return Outcome(_worst(children), children[-1].sid)
        child: CarrierCall = answered.result()
        for other in children:
            if other is not child:
                other.end(CallEnd.DIAL_OVER)
        began = asyncio.get_running_loop().time()
        it.phone.put_through(_Seat(mixer, it.call.sid))
        it.phone.joined()
        await asyncio.wait({tasks[children.index(child)]}, timeout=limit_seconds)
        return Outcome("completed", child.sid, asyncio.get_running_loop().time() - began, bridged=True)
    finally:
        it.phone.put_aside()
        for one in children:
            one.end(CallEnd.DIAL_OVER)
        await asyncio.wait(tasks)


def _child(it: "Executor", noun: Element, caller_id: str) -> CarrierCall:
    call = it.carrier.new_call(from_=caller_id, to=(noun.text or "").strip(), direction="outbound-dial")
    call.parent_sid = it.call.sid
    call.status_callback = noun.get("statusCallback")
    call.events = frozenset((noun.get("statusCallbackEvent") or "completed").split())
    return call


async def _joined(
    it: "Executor", *, noun: Element, mixer: Mixer, answered: "asyncio.Future[CarrierCall]"
) -> Act | None:
    """What an answered telephone does: hears its own document first, where it has one, and is then put through."""
    url = noun.get("url")
    if url:
        following: Act | None = it.carrier.fetching(it.call, url)
        while following is not None:
            following = await following(it)
    if answered.done():
        return None
    it.phone.put_through(_Seat(mixer, it.call.sid))
    it.phone.joined()
    answered.set_result(it.call)
    await asyncio.Event().wait()  # until it hangs up, or the dialling call lets it go
    return None


def _worst(children: list[CarrierCall]) -> str:
    """DialCallStatus of a dialling that reached nobody."""
    said = [child.status for child in children]
    return next((status for status in ("busy", "no-answer", "canceled") if status in said), "failed")
