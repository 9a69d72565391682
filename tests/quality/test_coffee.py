"""Another business from its folder alone: orders spoken to a coffee bar by phone, from sound to intent and slots."""

import numpy as np

from tests.businesses.order import Order, reader, sentences
from tests.voice.coffee import Command, commands
from voice.audio import FRAME_SAMPLES, Pcm, silence
from voice.ear_events import SpeechEnded
from voice.events import Expect
from voice.hearing import Ear
from voice.stt import Recogniser, pocketsphinx
from voice.vad import open_vad

CLIPS = 100
FLOOR = 0.80


def test_80_of_100_spoken_orders_come_out_with_their_intent_and_all_their_slots() -> None:
    recogniser = pocketsphinx.open(pocketsphinx.Settings(), {"main": sentences()})
    order = reader()
    right = 0
    for command in commands(CLIPS):
        text = heard(command.pcm, recogniser)
        right += same(order(text), command)
    print(f"\norders with intent and all slots right: {right} of {CLIPS}")
    assert right / CLIPS >= FLOOR


def heard(pcm: Pcm, recogniser: Recogniser) -> str:
    """The words of one command, through the ear as in a call."""
    return " ".join(recogniser.transcribe(segment, "main").text for segment in segments(pcm))


def segments(pcm: Pcm, expect: Expect | None = None) -> list[Pcm]:
    ear = Ear(vad=open_vad())
    ear.expect(expect or Expect(language="main"))
    sound = np.concatenate((pcm, silence(1000)))
    frames = [sound[i : i + FRAME_SAMPLES] for i in range(0, len(sound), FRAME_SAMPLES)]
    return [e.segment.pcm for frame in frames for e in ear.feed(frame) if isinstance(e, SpeechEnded)]


def same(order: Order, command: Command) -> bool:
    """The labels carry stray blanks."""
    return order.intent == "orderDrink" and order.slots == {
        name: value.strip() for name, value in command.slots.items()
    }
