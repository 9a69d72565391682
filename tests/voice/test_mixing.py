"""Several voices for one listener: who is heard when, and what becomes of clocks that do not agree."""

import numpy as np

from tests.sim.sounds import tone
from voice.audio import FRAME_MS, Pcm, duration_ms, silence
from voice.pipeline.mixing import BEGINS_MS, HELD_MS_MAX, LATE_MS, LEAD_LOST_MS, Mixer
from voice.pipeline.overhearing import Overhearing

FRAME = tone(500, FRAME_MS)
QUIET = silence(FRAME_MS)


def heard(mixer: Mixer, *pushed: tuple[str, Pcm]) -> Pcm:
    frames = [frame for voice, pcm in pushed for frame in mixer.push(voice, pcm)]
    return np.concatenate(frames) if frames else silence(0)


def test_one_voice_alone_is_passed_on_as_it_is() -> None:
    assert np.array_equal(heard(Mixer("agent"), ("agent", FRAME)), FRAME)


def test_a_second_voice_is_laid_over_the_first_and_adds_no_time() -> None:
    mixer = Mixer("agent")
    turns = [(voice, FRAME) for _ in range(10) for voice in ("boss", "agent")]
    sound = heard(mixer, *turns)
    assert duration_ms(sound) == 10 * FRAME_MS
    assert np.array_equal(sound[-len(FRAME) :], np.clip(2 * FRAME.astype(np.int32), -32768, 32767).astype(np.int16))


def test_jitter_within_two_frames_leaves_no_gap_in_the_second_voice() -> None:
    mixer = Mixer("agent")
    late = [("boss", FRAME)] * 2 + [("agent", QUIET)] * 2
    sound = heard(mixer, *(late * 20))
    loud = np.abs(sound.reshape(-1, len(FRAME)).astype(np.int32)).max(axis=1) > 0
    assert loud.all()
    assert BEGINS_MS == 2 * FRAME_MS


def test_without_the_first_voice_the_second_is_heard_after_a_moment() -> None:
    mixer = Mixer("agent")
    count = LEAD_LOST_MS // FRAME_MS + 1
    assert len(heard(mixer, *[("boss", FRAME)] * (count - 1))) == 0
    assert duration_ms(heard(mixer, ("boss", FRAME))) == count * FRAME_MS
    assert duration_ms(heard(mixer, ("boss", FRAME))) == FRAME_MS


def test_the_first_voice_gives_the_time_again_as_soon_as_it_is_back() -> None:
    mixer = Mixer("agent")
    heard(mixer, *[("boss", FRAME)] * 20)
    assert duration_ms(heard(mixer, *[("agent", QUIET), ("boss", FRAME)] * 5)) == 5 * FRAME_MS


def test_a_clock_that_runs_ahead_is_caught_up_in_pauses_and_never_gets_far() -> None:
    mixer = Mixer("agent")
    for _ in range(500):
        mixer.push("agent", QUIET)
        mixer.push("prompt", FRAME)
        if _ % 5 == 0:
            mixer.push("prompt", QUIET)
    behind = duration_ms(mixer._beside["prompt"].waiting)
    assert behind <= LATE_MS + 2 * FRAME_MS
    for _ in range(20):
        mixer._beside["prompt"].add(FRAME)
    assert duration_ms(mixer._beside["prompt"].waiting) == HELD_MS_MAX


def test_a_voice_that_has_left_is_not_heard() -> None:
    mixer = Mixer("agent")
    heard(mixer, *[("boss", FRAME)] * 5)
    mixer.forget("boss")
    assert not heard(mixer, ("agent", QUIET)).any()


def test_a_listener_that_fails_is_let_go_and_the_others_hear_on() -> None:
    overhearing, got = Overhearing(), []

    def fails(pcm: Pcm) -> None:
        raise RuntimeError("no more")

    overhearing.add(fails)
    undo = overhearing.add(got.append)
    overhearing.tell(FRAME)
    overhearing.tell(FRAME)
    undo()
    undo()
    overhearing.tell(FRAME)
    assert len(got) == 2
