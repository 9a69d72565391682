"""Hold music is there, is soft, has no gap and no click, and goes on where it was."""

import numpy as np

from voice.audio import RATE
from voice.music import Music, hold_music


def dbfs(pcm: np.ndarray) -> float:
    return float(20 * np.log10(np.sqrt(np.mean((pcm / 32768.0) ** 2)) + 1e-9))


def test_it_is_softer_than_our_voices_and_never_fades_to_silence() -> None:
    loop = hold_music()
    assert -28 < dbfs(loop) < -22
    seconds = loop[: len(loop) // RATE * RATE].reshape(-1, RATE)
    assert min(dbfs(second) for second in seconds) > -40
    assert int(np.abs(loop.astype(np.int32)).max()) < 32767 // 2


def test_its_end_leads_into_its_beginning() -> None:
    loop = hold_music().astype(np.int32)
    inside = np.abs(np.diff(loop)).max()
    assert abs(loop[0] - loop[-1]) <= inside


def test_pieces_follow_one_another() -> None:
    music = Music()
    pieces = np.concatenate([music.next(20) for _ in range(900)])  # 18 s: round the end
    loop = hold_music()
    assert np.array_equal(pieces, np.concatenate([loop, loop])[: len(pieces)])
