"""Whether a voice sounds angry: a linear head over `models/prosody.py`, raw and against the caller's own first turns.

A minority cue with a threshold that does not travel between lines (4.4 of the understanding page), so its evidence is
counted from a high quantile of ordinary speech (`Scale`) and kept small; it never decides alone.
"""

import json
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.frustration_scale import Scale
from models.prosody import LEVEL, NAMES, Prosody

SHIPPED = Path(__file__).with_name("data") / "prosody_anger.npz"
USED = np.array([name not in LEVEL for name in NAMES])  # columns of a head
LEAST_TURNS, FULL_TURNS = 2, 3  # reference turns before a difference counts, and counts fully
LEAST_VOICED_SECONDS, LEAST_SNR_DB = 0.5, 10.0  # below either a voice tells nothing [understanding page 1.3]
_LEAST_EVIDENCE, _MOST_EVIDENCE = -0.3, 1.5  # log-odds
# What a person would call the difference; in standard deviations of speech (see `spread`), above one is heard.
_HEARD = (
    ("higher", ("pitch_p50",)),
    ("louder", ("energy_p80",)),
    ("sharper", ("centroid_p50",)),
    ("faster", ("energy_peaks",)),
)

Floats = npt.NDArray[np.float32]


def can_tell(prosody: Prosody) -> bool:
    """Enough voice over little enough noise, and numbers only."""
    enough = prosody.voiced_seconds >= LEAST_VOICED_SECONDS and prosody.snr_db >= LEAST_SNR_DB
    return enough and len(prosody.features) == len(NAMES) and bool(np.isfinite(prosody.features).all())


@dataclass(frozen=True, slots=True)
class Reference:
    """The caller's own first turns: how many, and their mean features."""

    turns: int = 0
    mean: Floats | None = None

    def with_(self, prosody: Prosody) -> "Reference":
        """Takes a turn in until there are three; later turns are judged against these."""
        if self.turns >= FULL_TURNS:
            return self
        before = prosody.features if self.mean is None else self.mean
        mean = before + (prosody.features - before) / np.float32(self.turns + 1)
        return Reference(self.turns + 1, mean.astype(np.float32))


@dataclass(frozen=True, slots=True)
class AngerHead:
    """`raw`: weights over standardised features; `both`: over them and their difference from the reference."""

    middle: Floats
    spread: Floats
    raw: Floats  # weights, then bias
    both: Floats
    calm: Scale  # of its scores in calm speech: what is above the high quantile counts as evidence

    @property
    def fingerprint(self) -> str:
        """Says which head a score came from."""
        return f"{zlib.crc32(self.raw.tobytes() + self.both.tobytes()):08x}"

    @classmethod
    def shipped(cls, path: Path = SHIPPED) -> "AngerHead":
        """Raises `ValueError` when the arrays do not fit the features this version extracts."""
        with np.load(path, allow_pickle=False) as arrays:
            if str(arrays["names"]) != json.dumps(NAMES):
                raise ValueError(f"{path.name}: features of this version expected; train again (models/training)")
            return cls(
                arrays["middle"],
                arrays["spread"],
                arrays["raw"],
                arrays["both"],
                Scale(float(arrays["calm"][0]), float(arrays["calm"][1])),
            )

    def score(self, prosody: Prosody, reference: Reference) -> float:
        """Log-odds of anger in the training set's terms. The difference counts from the second reference turn on."""
        scaled = (prosody.features - self.middle) / self.spread
        seen = np.clip(scaled[USED], -4, 4)
        alone = float(seen @ self.raw[:-1] + self.raw[-1])
        if reference.turns < LEAST_TURNS or reference.mean is None:
            return alone
        share = min(1.0, reference.turns / FULL_TURNS)
        moved = np.clip(((prosody.features - reference.mean) / self.spread)[USED], -4, 4)
        compared = float(np.concatenate([seen, moved]) @ self.both[:-1] + self.both[-1])
        return (1 - share) * alone + share * compared

    def evidence(self, prosody: Prosody, reference: Reference, usual: Scale | None = None) -> float:
        """Log-odds for a call's sum: zero at the high quantile of what is usual on the line, capped both ways."""
        above = (usual or self.calm).placed(self.score(prosody, reference)) - 1
        return float(np.clip(2 * above, _LEAST_EVIDENCE, _MOST_EVIDENCE))

    def how(self, prosody: Prosody, reference: Reference) -> str | None:
        """ "higher and louder": what moved most against the caller's first turns; None when nothing a person hears."""
        if reference.turns < LEAST_TURNS or reference.mean is None:
            return None
        moved = (prosody.features - reference.mean) / self.spread
        heard = [(float(np.mean([moved[NAMES.index(name)] for name in names])), word) for word, names in _HEARD]
        words = [word for amount, word in sorted(heard, reverse=True) if amount > 1.0][:2]
        return " and ".join(words) or None
