"""Who answered an agent's telephone, heard by the recogniser that is always there: no person is taken for a machine."""

from pathlib import Path

import pytest

from telephony.agents.briefing import ACCEPTS, LANGUAGE, SENTENCES
from telephony.agents.machine_words import SURE_WORDS, machine_says
from telephony.sim.errors import VoiceMissing
from telephony.sim.voices import Voices, Words
from voice.stt import pocketsphinx

PEOPLE = (
    "hello", "hello this is ana", "hi ben speaking how can i help", "yes hello who is this",
    "sorry i was on another call give me a second", "good morning member services", "what is it now",
    "one moment please i am just finishing something", "hello hello can you hear me", "okay i am listening go ahead",
)  # fmt: skip
MACHINES = (
    "hi you have reached ana please leave a message after the tone",
    "i can't take your call right now leave your name and number after the beep",
    "your call has been forwarded to an automatic voice message system",
    "thank you for calling for sales press one for service press two",
    "please listen carefully as our menu options have changed",
    "your call is important to us please stay on the line for the next available agent",
    "all of our agents are busy thank you for holding",
)
TAKES = ("connect me", "yes connect me", "take the call", "i'll take the call")
VOICES = ("slt", "rms", "awb")
FLOOR = 0.9


def heard(texts: tuple[str, ...], folder: Path) -> list[tuple[str, float]]:
    """Each text in each voice, as recognised, with its confidence."""
    recogniser = pocketsphinx.open(pocketsphinx.Settings(), {LANGUAGE: SENTENCES})
    voices = Voices(folder)
    found = []
    for text in texts:
        for voice in VOICES:
            try:
                pcm = voices.speak(Words(text, voice))
            except VoiceMissing as missing:
                pytest.skip(f"MEASUREMENT NOT MADE: {missing}")
            recognition = recogniser.transcribe(pcm, LANGUAGE)
            found.append((recognition.text, recognition.confidence))
    return found


def test_no_person_is_taken_for_a_machine_nor_for_a_yes(tmp_path: Path) -> None:
    for text, confidence in heard(PEOPLE, tmp_path):
        assert machine_says(text) is None or confidence < SURE_WORDS, text
        assert text not in ACCEPTS


def test_most_machines_are_recognised_by_their_words_alone(tmp_path: Path) -> None:
    found = [machine_says(text) is not None and sure >= SURE_WORDS for text, sure in heard(MACHINES, tmp_path)]
    print(f"\nmachines recognised by their words: {sum(found)} of {len(found)}")
    assert sum(found) / len(found) >= FLOOR


def test_the_phrases_that_take_a_call_are_understood_in_most_voices(tmp_path: Path) -> None:
    found = [text in ACCEPTS for text, _ in heard(TAKES, tmp_path)]
    print(f"\ntaken by voice: {sum(found)} of {len(found)}")
    assert sum(found) / len(found) >= FLOOR
