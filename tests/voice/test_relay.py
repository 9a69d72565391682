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


def test_a_line_whose_clock_runs_fast_stays_close_and_loses_no_word() -> None:
    """200 parts in a million is worse than any two telephone clocks; ten minutes of talk with a pause each 2 s."""
    relay, waiting_ms, worst_ms, lost = Relay(), 0.0, 0.0, 0
    for number in range(30_000):
        frame = PAUSE if number % 100 >= 90 else WORD
        before = relay.dropped_ms
        played = relay.pass_on(frame, speaking=False, waiting_ms=round(waiting_ms))
        lost += 1 if frame is WORD and relay.dropped_ms > before else 0
        waiting_ms = max(0.0, waiting_ms + 20 * len(played) - 20 * (1 - 0.0002))
        worst_ms = max(worst_ms, waiting_ms)
    assert lost == 0
    assert worst_ms <= LATE_MS + 40


def test_a_burst_after_a_hole_in_the_network_is_played_in_order_and_caught_up_in_the_next_pause() -> None:
    relay, waiting_ms = Relay(), 0
    burst = [np.full(FRAME_SAMPLES, 1000 + n, dtype=np.int16) for n in range(20)]  # 400 ms at once
    played: list[int] = []
    for frame in burst:
        passed = relay.pass_on(frame, speaking=False, waiting_ms=waiting_ms)
        played += [int(one[0]) for one in passed]
        waiting_ms += 20 * len(passed)
    assert played == list(range(1000, 1020))
    for _ in range(20):
        waiting_ms += 20 * len(relay.pass_on(PAUSE, speaking=False, waiting_ms=waiting_ms)) - 20
    assert waiting_ms <= LATE_MS
