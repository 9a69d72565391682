"""Is what comes in nothing but the tones of telephone keys? Lines report keys apart; their sound is no word of anybody.

A key is two tones at once, one of a row and one of a column (ITU-T Q.23). No voice holds nearly all of its power in
such a pair.
"""

import numpy as np
import numpy.typing as npt

from voice.audio import Pcm

Floats = npt.NDArray[np.float64]

ROWS_HZ = (697, 770, 852, 941)
COLUMNS_HZ = (1209, 1336, 1477, 1633)

LATEST_MS = 304
"""Of sound is looked at. Judged is what lies inside, but for 64 ms at the beginning and 32 at the end: a key that ends
or begins there is known by its middle. No voice sounds like a key for the rest."""

_BLOCK = 256  # samples: 32 ms, shorter than the shortest key (40 ms, Q.24)
_HOP = 128
_BEFORE, _AFTER = 4, 2  # blocks that are not judged
_BIN_HZ = 8000 / _BLOCK
_NEAR = 2  # bins on either side: the width of the window's main lobe, and the 1.5 % that a telephone may be off
_LOUD_SHARE = 0.01  # of the loudest block's power: 20 dB below it nothing is judged
_PAIR_SHARE = 0.9  # of a block's power lies in the pair: noise 10 dB below leaves 0.91; a vowel in 60 orders had 0.86
_EACH_SHARE = 0.1  # in either tone: the two of a key differ by at most 8 dB (Q.24), which leaves 0.14
_ALL_SHARE = 0.9  # of the sound's power lies in such blocks and those that overlap them, where keys begin and end
_SILENT = 40.0  # root mean square, -58 dBFS: softer than any caller


def only_keys(pcm: Pcm) -> bool | None:
    """`pcm`: 8 kHz mono, the latest `LATEST_MS`. None: there is nothing to judge, neither keys nor anything else."""
    if len(pcm) < (_BEFORE + _AFTER + 2) * _HOP:
        return None
    blocks = np.lib.stride_tricks.sliding_window_view(pcm.astype(np.float64), _BLOCK)[::_HOP]
    powers = np.square(np.abs(np.fft.rfft(blocks * np.hanning(_BLOCK))))
    totals = powers.sum(axis=1)
    judged = (totals >= _LOUD_SHARE * totals.max()) & (np.square(blocks).mean(axis=1) >= _SILENT**2)
    judged[:_BEFORE] = judged[-_AFTER:] = False
    if not judged.any():
        return None
    row, column = (_strongest(powers, tones) for tones in (ROWS_HZ, COLUMNS_HZ))
    pairs = (row + column >= _PAIR_SHARE * totals) & (np.minimum(row, column) >= _EACH_SHARE * totals)
    pairs &= totals > 0
    keys = pairs & (np.convolve(pairs, (1, 0, 1), mode="same") > 0)  # two blocks in a row at least
    near = np.convolve(keys, np.ones(5), mode="same") > 0
    return float(totals[near & judged].sum()) >= _ALL_SHARE * float(totals[judged].sum())


def _strongest(powers: Floats, tones_hz: tuple[int, ...]) -> Floats:
    """Of each block: the power at the strongest of these tones."""
    bins = [round(hz / _BIN_HZ) for hz in tones_hz]
    return np.asarray(np.max([powers[:, at - _NEAR : at + _NEAR + 1].sum(axis=1) for at in bins], axis=0))
