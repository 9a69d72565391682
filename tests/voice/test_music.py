"""The hold music: audible, soft, and without a seam."""

import numpy as np

from tests.sim.company import frames, level_dbfs
from voice.audio import FRAME_SAMPLES, RATE
from voice.music import LEVEL_DBFS, Music, hold_music


def test_it_is_well_above_a_dead_line_and_below_a_voice() -> None:
    assert abs(level_dbfs(hold_music()) - LEVEL_DBFS) < 0.1
    assert int(np.abs(hold_music().astype(np.int32)).max()) < 32768 * 10 ** (-12 / 20)


def test_no_frame_of_it_is_silent() -> None:
    assert min(level_dbfs(frame) for frame in frames(hold_music())) > -45


def test_its_end_runs_into_its_beginning() -> None:
    loop = hold_music().astype(np.int32)
    assert len(loop) == 16 * RATE
    assert len(loop) % FRAME_SAMPLES == 0
    assert abs(loop[0] - loop[-1]) <= int(np.abs(np.diff(loop)).max())


def test_pieces_follow_one_another_round_the_end() -> None:
    music = Music()
    pieces = np.concatenate([music.next(20) for _ in range(900)])  # 18 s
    assert np.array_equal(pieces, np.concatenate([hold_music(), hold_music()])[: len(pieces)])
