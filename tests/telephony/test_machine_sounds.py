"""How machines sound, and that no person and no noise sounds like one."""

import numpy as np
import pytest

from telephony.agents.machine_sounds import Sound
from telephony.sim.voices import read
from tests.data import data_folder
from tests.sim.sounds import hold_music, tone
from tests.sim.virtual import WORDS
from voice.audio import RATE, Pcm, silence
from voice.g711 import mulaw_decode, mulaw_encode

GREETING = np.concatenate([WORDS, silence(300), WORDS, silence(300), WORDS])


def heard(*sounds: Pcm) -> list[str]:
    """What is recognised, in order, each once, through the telephone's own coding."""
    sound, found = Sound(), []
    pcm = mulaw_decode(mulaw_encode(np.concatenate(sounds)))
    for at in range(0, len(pcm) - 159, 160):
        kind = sound.hear(pcm[at : at + 160])
        if kind is not None and kind not in found:
            found.append(kind)
    return found


@pytest.mark.parametrize("hz", [620, 850, 1000, 1400])
def test_a_beep_after_a_greeting_is_a_voicemail(hz: float) -> None:
    assert heard(GREETING, silence(500), tone(hz, 300), silence(1000)) == ["beep"]


def test_a_headset_that_beeps_when_it_answers_is_not() -> None:
    assert heard(tone(1000, 400), silence(800), WORDS) == []


def test_a_beep_too_short_to_be_one_is_not() -> None:
    assert heard(GREETING, silence(500), tone(1000, 100), silence(500)) == []


def test_a_telephone_that_rings_behind_a_menu_may_still_be_answered() -> None:
    ringing = ((tone(440, 2000).astype(int) + tone(480, 2000).astype(int)) // 2).astype(np.int16)
    assert heard(GREETING, ringing, silence(4000), ringing) == []
    assert heard(GREETING, tone(425, 1000), silence(4000), tone(425, 1000)) == []


def test_keys_in_the_sound_are_no_beep() -> None:
    key = ((tone(697, 400).astype(int) + tone(1209, 400).astype(int)) // 2).astype(np.int16)
    assert heard(GREETING, key, silence(200), key) == []


def test_a_fax_is_a_machine_without_a_greeting() -> None:
    assert heard(tone(2100, 3300)) == ["tone"]


@pytest.mark.parametrize("drums", [False, True])
def test_music_without_a_gap_is_a_hold_queue(drums: bool) -> None:
    assert heard(hold_music(14, drums=drums)) == ["music"]


def test_a_noisy_room_is_not() -> None:
    noise = np.random.default_rng(7).normal(0, 1500, RATE * 20).astype(np.int16)
    assert heard(noise) == []
    assert heard(np.concatenate([WORDS] * 12)[: len(noise)] // 2 + noise[: 12 * len(WORDS)] // 2) == []


def test_many_voices_at_once_are_not() -> None:
    one = np.tile(WORDS, 20)[: RATE * 20].astype(int)
    crowd = sum(np.roll(one, shift * 3001) for shift in range(6)) // 3
    assert heard(crowd.clip(-32_000, 32_000).astype(np.int16)) == []


def test_silence_tells_nothing() -> None:
    assert heard(silence(20_000)) == []


def test_no_real_caller_is_taken_for_a_machine() -> None:
    """Ten of 35 telephone calls, 30 minutes; all 113 minutes were as silent when the limits were set."""
    for call in sorted(data_folder("calls-getgoing").glob("*.mp3"))[:10]:
        assert heard(read(call, "left")) == [], call.name


def test_no_emotional_speech_is_taken_for_a_machine() -> None:
    for clip in sorted(data_folder("emotion-emodb").rglob("*.flac"))[::5]:
        assert heard(read(clip)) == [], clip.name
