"""`<Gather>`: keys pressed during or after a prompt, and the document that they lead to."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import numpy as np

from telephony.sim.call import Act
from telephony.sim.caller import Step
from telephony.sim.sounds import QUIET, Sound, music, said
from voice.audio import FRAME_MS, Pcm, silence

if TYPE_CHECKING:
    from telephony.sim.twiml import Executor

TIMEOUT_SECONDS = 5.0  # Twilio's default, between keys and after the prompt


class Keypad:
    """A circuit that plays a prompt until the first key, and is done by count, by the finishing key, or by time."""

    def __init__(self, prompt: Pcm, *, count: int | None, finish: str, timeout_seconds: float) -> None:
        self.keys = ""
        self.done = asyncio.Event()
        self._prompt = Sound(prompt)
        self._count = count
        self._finish = finish
        self._timeout_ms = round(timeout_seconds * 1000)
        self._idle_ms = 0

    def play(self) -> Pcm:
        return QUIET if self.keys else self._prompt.play()

    async def take(self, step: Step, arrived: Sequence[Pcm]) -> None:
        if step.key is not None:
            self._press(step.key)
        elif self.keys or self._prompt.over:
            self._idle_ms += FRAME_MS
        if self._idle_ms >= self._timeout_ms:
            self.done.set()

    def _press(self, key: str) -> None:
        self._idle_ms = 0
        if key == self._finish:
            self.done.set()
            return
        self.keys += key
        if self._count is not None and len(self.keys) >= self._count:
            self.done.set()


async def gather(it: "Executor", verb: ElementTree.Element) -> Act | None:
    clips = [_clip(it, child) for child in verb]
    count = verb.get("numDigits")
    keypad = Keypad(
        np.concatenate(clips) if clips else silence(0),
        count=int(count) if count else None,
        finish=verb.get("finishOnKey", "#"),
        timeout_seconds=_seconds(verb.get("timeout")),
    )
    it.phone.put_through(keypad)
    await keypad.done.wait()
    it.phone.put_aside()
    it.call.note("gathered", keypad.keys)
    if not keypad.keys and verb.get("actionOnEmptyResult") != "true":
        return None
    more = {"Digits": keypad.keys, "FinishedOnKey": "", "msg": "Gather End"}
    return it.carrier.fetching(it.call, verb.get("action") or it.carrier.last_url(it.call), more)


def _seconds(timeout: str | None) -> float:
    return float(timeout) if timeout and timeout != "auto" else TIMEOUT_SECONDS


def _clip(it: "Executor", prompt: ElementTree.Element) -> Pcm:
    text = "".join(prompt.itertext()).strip()
    it.call.note(prompt.tag.lower(), text)
    match prompt.tag:
        case "Say":
            return said(text)
        case "Play":
            return music()
        case _:
            return silence(round(float(prompt.get("length", "1")) * 1000))
