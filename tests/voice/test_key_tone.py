"""The sound of keys is told from voices, and is no turn of anybody's."""

import numpy as np
import pytest

from telephony.sim.telephone import telephone
from tests.voice.coffee import commands
from tests.voice.sounds import Conversation, quiet, talk
from voice.audio import RATE, Pcm
from voice.ear_events import SpeechBegan, SpeechEnded
from voice.key_tone import COLUMNS_HZ, LATEST_MS, ROWS_HZ, only_keys

LATEST = LATEST_MS * 8


def key(milliseconds: int, row: int = 770, column: int = 1336, *, peak: int = 4000) -> Pcm:
    time = np.arange(RATE * milliseconds // 1000) / RATE
    return (peak * (np.sin(2 * np.pi * row * time) + np.sin(2 * np.pi * column * time))).astype(np.int16)


@pytest.mark.parametrize("row", ROWS_HZ)
@pytest.mark.parametrize("column", COLUMNS_HZ)
def test_every_key_is_known_through_a_telephone_that_is_a_little_off_and_noisy(row: int, column: int) -> None:
    pressed = key(100, round(row * 1.01), round(column * 0.99))
    sound = np.concatenate((quiet(120), pressed, quiet(80)))
    noise = np.random.default_rng(1).normal(0, 800, len(sound))
    assert only_keys(telephone((sound + noise).astype(np.int16), RATE))


def test_keys_in_a_row_are_keys() -> None:
    assert only_keys(np.concatenate((quiet(80), key(80), quiet(60), key(80, 941, 1209))))


@pytest.mark.parametrize("hertz", [(440, 480), (350, 440), (697, 697), (1336, 1336), (770, 2600)])
def test_other_tones_are_none(hertz: tuple[int, int]) -> None:
    assert not only_keys(key(240, *hertz))


def test_where_a_key_begins_and_ends_there_is_nothing_else() -> None:
    pressed = np.concatenate((quiet(400), key(100), quiet(400)))
    assert {only_keys(pressed[at : at + LATEST]) for at in range(0, len(pressed) - LATEST, 40)} == {True, None}


def test_silence_is_not_judged() -> None:
    assert only_keys(quiet(400)) is None
    assert only_keys(quiet(0)) is None


def test_no_stretch_of_spoken_orders_is_taken_for_keys() -> None:
    stretches = [c.pcm[at : at + LATEST] for c in commands(60) for at in range(0, len(c.pcm), LATEST // 2)]
    assert len(stretches) > 1000
    assert not any(only_keys(one) for one in stretches)


def test_keys_that_are_heard_make_no_turn_and_stop_no_prompt() -> None:
    call = Conversation()
    call.ear.prompt_began(interruptible=True)
    assert (
        call.hears(
            quiet(600), key(150), quiet(80), key(200, 852, 1209), quiet(150), key(90), quiet(300), key(400), quiet(1500)
        )
        == []
    )
    call.ear.prompt_ended()
    assert call.hears(key(300), quiet(1500)) == []


def test_who_speaks_after_a_key_is_heard_from_the_key_on() -> None:
    call = Conversation()
    told = call.hears(quiet(500), key(300), talk(600), quiet(1000))
    assert [type(event) for event in told if not hasattr(event, "segment")] == [SpeechBegan]
    assert [event.segment.start_ms for event in told if isinstance(event, SpeechEnded)] == [500]
