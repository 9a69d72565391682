"""Two people on a bridge stay close in time, and nobody's first words are lost."""

import numpy as np

from voice.audio import FRAME_SAMPLES, silence
from voice.pipeline.relay import HELD_MS_MAX, LATE_MS, Relay

WORD = np.full(FRAME_SAMPLES, 5000, dtype=np.int16)
PAUSE = silence(20)


def test_words_said_while_our_prompt_plays_follow_it_in_order() -> None:
    relay = Relay()
    said = [np.full(FRAME_SAMPLES, 1000 + n, dtype=np.int16) for n in range(4)]
    for frame in said[:3]:
        assert not relay.pass_on(frame, speaking=True, waiting_ms=0)
    played = relay.pass_on(said[3], speaking=False, waiting_ms=0)
    assert [int(frame[0]) for frame in played] == [1000, 1001, 1002, 1003]
    assert relay.dropped_ms == 0


def test_of_a_long_prompt_only_the_last_words_are_kept() -> None:
    relay = Relay()
    for _ in range(HELD_MS_MAX // 20 + 5):
        relay.pass_on(WORD, speaking=True, waiting_ms=0)
    assert relay.dropped_ms == 100


def test_lateness_is_caught_up_in_pauses_and_never_in_words() -> None:
    relay = Relay()
    assert relay.pass_on(WORD, speaking=False, waiting_ms=LATE_MS + 20)
    assert not relay.pass_on(PAUSE, speaking=False, waiting_ms=LATE_MS + 20)
    assert relay.pass_on(PAUSE, speaking=False, waiting_ms=LATE_MS)


def test_an_output_that_takes_nothing_gets_no_more_than_it_could_catch_up() -> None:
    assert not Relay().pass_on(WORD, speaking=False, waiting_ms=HELD_MS_MAX + 20)
